"""A large collection out of nothing: photos with candidates, evidence, detections, faces and accepted claims."""

import hashlib
from datetime import UTC, datetime

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from curation.models import Claim, Consensus, Slot
from ingest.hashes import BITS, signed, unsigned
from ingest.models import Candidate, CrawlJob, Detection, Face, Identity, LicenceEvidence, Photo

IDENTITIES = 640
BATCH = 4000
Shares = NDArray[np.float64]  # of each bit of a hash, the lowest first
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = (Photo, Candidate, LicenceEvidence, Face, Detection, Claim, Slot, Consensus)


def fill(wanted: int, admin: User) -> None:
    """Up to so many photos; then the planner learns of it."""
    people, job = _people(admin), _job(admin)
    bits = _shares_of_bits()
    missing = max(0, wanted - Photo.objects.count())
    for start in range(0, missing, BATCH):
        _add(min(BATCH, missing - start), people, job, bits)
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _people(admin: User) -> list[Identity]:
    approved = {"state": "approved", "approved_by": admin, "approved_at": LONG_AGO, "public_figure_basis": "bench"}
    rows = [Identity(name=f"Stock {n}", slug=f"stock-{n}", **approved) for n in range(IDENTITIES)]
    known = list(Identity.objects.filter(name__startswith="Stock ").order_by("id"))
    return known or Identity.objects.bulk_create(rows)


def _job(admin: User) -> CrawlJob:
    ended = {"state": CrawlJob.State.DONE, "finished_at": timezone.now()}
    return CrawlJob.objects.create(source="urls", started_by=admin, **ended)


def _shares_of_bits() -> Shares:
    """How often each bit of a hash is set in the pictures that are here: portraits are not evenly spread."""
    known = [value or 0 for value in Photo.objects.exclude(phash=None).values_list("phash", flat=True)[:1000]]
    if len(known) < 50:
        return np.full(BITS, 0.5)
    bits = [[unsigned(value) >> bit & 1 for bit in range(BITS)] for value in known]
    return np.asarray(np.mean(bits, axis=0), dtype=np.float64)


def _hashes(count: int, shares: Shares, seed: int) -> list[int]:
    drawn = np.random.default_rng(seed).random((count, BITS)) < shares
    return [signed(sum(1 << int(bit) for bit in np.flatnonzero(row))) for row in drawn]


def _add(count: int, people: list[Identity], job: CrawlJob, shares: Shares) -> None:
    first = Photo.objects.count()
    keys = [hashlib.sha256(f"stock {first + n}".encode()).hexdigest() for n in range(count)]
    hashes, crops = _hashes(count, shares, first), _hashes(count, shares, first + 1)
    who = [people[(first + n) % len(people)] for n in range(count)]
    photos = Photo.objects.bulk_create(
        Photo(sha256=key, file=f"photos/{key}", size=90_000, mime="image/jpeg", width=1200, height=900,
              preview_sha256=key, phash=value)
        for key, value in zip(keys, hashes, strict=True)
    )  # fmt: skip
    candidates = Candidate.objects.bulk_create(
        Candidate(job=job, identity=person, source="urls", image_url=f"https://stock.example.org/{photo.sha256}.jpg",
                  url_key=photo.sha256, page_url="https://stock.example.org/", state="done", proof="proved",
                  licence="CC-BY-4.0", creator="A. Bench", photo=photo, finished_at=LONG_AGO)
        for person, photo in zip(who, photos, strict=True)
    )  # fmt: skip
    LicenceEvidence.objects.bulk_create(
        LicenceEvidence(candidate=candidate, kind="page", says="CC-BY-4.0", licence_url="https://creativecommons.org/",
                        seen_at_url="https://stock.example.org/")
        for candidate in candidates
    )  # fmt: skip
    place = {"x": 300, "y": 200, "width": 300, "height": 300}
    faces = Face.objects.bulk_create(
        Face(photo=photo, crop_sha256=photo.sha256, crop_side=480, quality={"sharpness": 90.0}, phash=value, **place)
        for photo, value in zip(photos, crops, strict=True)
    )
    Detection.objects.bulk_create(
        Detection(photo=face.photo, face=face, detector="haar", version="stock", score=40, **place) for face in faces
    )
    _judge(faces, who)


def _judge(faces: list[Face], who: list[Identity]) -> None:
    claims = Claim.objects.bulk_create(
        Claim(face=face, photo=face.photo, identity=person, origin="crawl", state="accepted")
        for face, person in zip(faces, who, strict=True)
    )
    Slot.objects.bulk_create(
        Slot(claim=claim, question=question, number=number, block=claim.pk % 1000, shuffle=claim.pk, waiting=False)
        for claim in claims
        for question in ("usable", "attributes")
        for number in (1, 2)
    )
    Consensus.objects.bulk_create(
        Consensus(claim=claim, field=field, state="settled", value=value, support=2, votes=2, method="majority")
        for claim in claims
        for field, value in (("usable", "accept"), ("race", "1"), ("gender", "1"), ("age", "1"))
    )
