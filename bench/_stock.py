"""A large collection out of nothing: photos with candidates, evidence, detections, faces and accepted claims.

One of each is made as the application makes it; the database copies it with other keys, whatever columns it has.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from numpy.typing import NDArray

from curation.models import Claim, Consensus, Slot
from ingest.hashes import BITS, signed, unsigned
from ingest.models import Candidate, CrawlJob, Detection, Face, Identity, LicenceEvidence, Photo

IDENTITIES = 640
FIRST = 1_000_000  # the copies' ids begin here
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TEMPLATE = "0" * 64
COPY = """
INSERT INTO {table} SELECT copy.* FROM stock s CROSS JOIN {table} original,
    LATERAL jsonb_populate_record(original, jsonb_build_object({changes})) AS copy
WHERE original.id = ANY(%s)
"""
KEY = "encode(sha256(('stock ' || s.n)::bytea), 'hex')"
ID = f"{FIRST} + s.n"
# What differs from copy to copy; several originals of one table (slots, fields) share a claim.
SEVERAL = f"{FIRST} + s.n * 10 + original.id %% 10"
CHANGES: Mapping[type[Model], Mapping[str, str]] = {
    Photo: {"id": ID, "sha256": KEY, "file": f"'photos/' || {KEY}", "preview_sha256": KEY, "phash": "s.photo_hash"},
    Candidate: {"id": ID, "url_key": KEY, "photo_id": ID, "identity_id": "s.identity_id"},
    LicenceEvidence: {"id": ID, "candidate_id": ID},
    Face: {"id": ID, "photo_id": ID, "crop_sha256": KEY, "phash": "s.crop_hash"},
    Detection: {"id": ID, "photo_id": ID, "face_id": ID},
    Claim: {"id": ID, "photo_id": ID, "face_id": ID, "identity_id": "s.identity_id"},
    Slot: {"id": SEVERAL, "claim_id": ID, "identity_id": "s.identity_id", "block": "s.n %% 1000", "shuffle": "s.n"},
    Consensus: {"id": SEVERAL, "claim_id": ID},
}


def fill(wanted: int, admin: User) -> None:
    """Up to so many photos; then the planner learns of it."""
    originals = _originals(admin)
    _list(Photo.objects.filter(pk__gte=FIRST).count(), wanted - Photo.objects.count())
    with connection.cursor() as cursor:
        for model, changes in CHANGES.items():
            told = ", ".join(f"'{column}', {value}" for column, value in changes.items())
            cursor.execute(COPY.format(table=model._meta.db_table, changes=told), [originals[model]])
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _list(first: int, count: int) -> None:
    """The table `stock`: number, identity and hashes of each copy to be made."""
    shares = _shares_of_bits()
    people = list(Identity.objects.filter(name__startswith="Stock ").order_by("id").values_list("pk", flat=True))
    hashes, crops = _hashes(count, shares, first), _hashes(count, shares, first + 1)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stock")
        cursor.execute("CREATE TEMP TABLE stock (n int, identity_id bigint, photo_hash bigint, crop_hash bigint)")
        with cursor.cursor.copy("COPY stock FROM STDIN") as rows:
            for n, both in enumerate(zip(hashes, crops, strict=True), start=first):
                rows.write_row((n, people[n % len(people)], *both))


def _shares_of_bits() -> NDArray[np.float64]:
    """How often each bit of a hash, the lowest first, is set in the pictures that are here: portraits are alike."""
    known = [value or 0 for value in Photo.objects.exclude(phash=None).values_list("phash", flat=True)[:1000]]
    if len(known) < 50:
        return np.full(BITS, 0.5)
    bits = [[unsigned(value) >> bit & 1 for bit in range(BITS)] for value in known]
    return np.asarray(np.mean(bits, axis=0), dtype=np.float64)


def _hashes(count: int, shares: NDArray[np.float64], seed: int) -> list[int]:
    drawn = np.random.default_rng(seed).random((count, BITS)) < shares
    packed = np.packbits(drawn, axis=1, bitorder="little").view("<u8").ravel()
    return [signed(int(value)) for value in packed]


def _originals(admin: User) -> dict[type[Model], list[int]]:
    """The ids of what is copied: made once."""
    photo = Photo.objects.filter(sha256=TEMPLATE).first() or _make(admin)
    owned = {Candidate: "photo", Face: "photo", Detection: "photo", Claim: "photo", LicenceEvidence: "candidate__photo",
             Slot: "claim__photo", Consensus: "claim__photo"}  # fmt: skip
    ids = {model: list(model._default_manager.filter(**{path: photo}).values_list("pk", flat=True))
           for model, path in owned.items()}  # fmt: skip
    return {Photo: [photo.pk], **ids}


def _make(admin: User) -> Photo:
    approved = {"state": "approved", "approved_by": admin, "approved_at": LONG_AGO, "public_figure_basis": "bench"}
    rows = [Identity(name=f"Stock {n}", slug=f"stock-{n}", **approved) for n in range(IDENTITIES)]
    person = Identity.objects.bulk_create(rows)[0]
    ended = {"state": CrawlJob.State.DONE, "finished_at": timezone.now()}
    job = CrawlJob.objects.create(source="urls", started_by=admin, **ended)
    photo = Photo.objects.create(
        sha256=TEMPLATE,
        file="photos/0",
        size=90_000,
        mime="image/jpeg",
        width=1200,
        height=900,
        preview_sha256=TEMPLATE,
    )
    candidate = Candidate.objects.create(
        job=job, identity=person, source="urls", image_url="https://stock.example.org/picture.jpg", url_key=TEMPLATE,
        page_url="https://stock.example.org/", state="done", proof="proved", licence="CC-BY-4.0", creator="A. Bench",
        photo=photo, finished_at=LONG_AGO,
    )  # fmt: skip
    LicenceEvidence.objects.create(candidate=candidate, kind="page", says="CC-BY-4.0", seen_at_url=candidate.page_url)
    _judge(photo, person)
    return photo


def _judge(photo: Photo, person: Identity) -> None:
    place = {"x": 300, "y": 200, "width": 300, "height": 300}
    face = Face.objects.create(photo=photo, crop_sha256=TEMPLATE, crop_side=480, quality={"sharpness": 90.0}, **place)
    Detection.objects.create(photo=photo, face=face, detector="haar", version="stock", score=40, **place)
    claim = Claim.objects.create(face=face, photo=photo, identity=person, origin="crawl", state="accepted")
    Slot.objects.bulk_create(
        Slot(
            claim=claim,
            identity_id=claim.identity_id,
            question=question,
            number=number,
            block=1,
            shuffle=1,
            waiting=False,
        )
        for question in ("usable", "attributes")
        for number in (1, 2)
    )
    Consensus.objects.bulk_create(
        Consensus(claim=claim, field=field, state="settled", value=value, support=2, votes=2, method="majority")
        for field, value in (("usable", "accept"), ("race", "1"), ("gender", "1"), ("age", "1"))
    )
