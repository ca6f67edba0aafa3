"""People whose pictures are in the storage, reviewed and released; and a search for what is left of one of them."""

import html
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image

from curation.erasure import erasing
from curation.erasure.subjects import Subject, find_identity, find_photo
from curation.models import (
    Annotation,
    BothStand,
    Claim,
    Contradiction,
    DisputeView,
    Flag,
    GoldItem,
    PersonEvent,
    PracticeAnswer,
    Reopening,
    Requeue,
    Skip,
)
from curation.policies import current_policy
from ingest import access, crops, store
from ingest.addresses import url_key
from ingest.buckets import connected
from ingest.hashes import perceptual_hash
from ingest.models import Detection, Discovery, Erasure, Face, Identity, IdentityEvent, LicenceEvidence, Photo
from tests import factories
from tests.curation import releases

NAME, ALIASES, WIKIDATA = "Ada Marlow", ["The Countess of Code", "Adelchen"], "Q7259123"
REASON = "asked for by letter"


def stored_photo(seed: int, **fields: Any) -> Photo:
    """With its bytes and its preview in the storage."""
    image = releases.picture(seed)
    out = io.BytesIO()
    image.save(out, "PNG")
    data = out.getvalue()
    sha256, reduced = store.put("photos", data, ".png"), store.put("previews", crops.preview(image))
    known = {"file": store.name_of("photos", sha256, ".png"), "preview_sha256": reduced, "mime": "image/png"}
    return factories.photo(sha256=sha256, **(known | {"phash": perceptual_hash(image)} | fields))


def shown(person: Identity, voters: Sequence[User], **more: Any) -> Claim:
    """An accepted face of the person in a photo of its own, with everything that is kept of it."""
    photo = more.pop("photo", None) or stored_photo(factories.number() + 500)
    number = factories.number()
    page = f"https://photos.example.org/people/{number}"
    url = f"{page}.jpg"
    known = {"image_url": url, "url_key": url_key(url), "page_url": page}
    claim = releases.accepted(person, voters, photo=photo, **(known | more))
    keep_evidence(claim, f"<p>{page} shows somebody".encode())
    box = {"x": claim.face.x, "y": 10, "width": 200, "height": 200}
    Detection.objects.create(photo=photo, face=claim.face, detector="haar", version="1", score=1.0, **box)
    return claim


def keep_evidence(claim: Claim, data: bytes) -> LicenceEvidence:
    candidate = claim.photo.candidates.order_by("pk")[0]
    sha256 = store.put("evidence", data, ".html")
    file = store.name_of("evidence", sha256, ".html")
    return LicenceEvidence.objects.create(
        candidate=candidate, kind="page", says="CC-BY-4.0", place=f"place {factories.number()}",
        words="by J. Okafor", snapshot_sha256=sha256, snapshot_file=file,
    )  # fmt: skip


def ada(**fields: Any) -> Identity:
    reference = store.put("previews", crops.preview(releases.picture(4001)))
    known: dict[str, Any] = {"aliases": ALIASES, "wikidata_id": WIKIDATA, "about": "Ada Marlow wrote programs"}
    known |= {"reference_preview_sha256": reference, "reference_credit": "Ada Marlow.jpg · J. Okafor"}
    return factories.identity(NAME, **(known | fields))


def written_about(person: Identity, claim: Claim, other: Claim) -> None:
    """All that reviewers, adjudicators and admins may have left of a person, or may have said of them elsewhere."""
    senior, now = factories.user(), timezone.now()
    flag = f"is this {person.name}?"
    for one in (claim, other):
        Flag.objects.create(claim=one, question="usable", reviewer=senior, comment=flag, answer="yes, ADA MARLOW")
        Skip.objects.create(claim=one, question="usable", reviewer=factories.reviewer())
    DisputeView.objects.create(adjudicator=senior, claim=claim, question="usable")
    PracticeAnswer.objects.create(reviewer=senior, claim=claim, verdict="accept")
    GoldItem.objects.create(claim=claim, question="usable", answer={"usable": "accept"}, policy=current_policy(),
                            chosen="agreed")  # fmt: skip
    Contradiction.objects.create(identity=person, field="race", values=["1", "3"], faces=2, fewest=1)
    BothStand.objects.create(identity=person, field="race", values=["1", "3"], note=flag, decided_by=senior)
    Reopening.objects.create(claim=claim, question="usable", round=1, cause="requeued", reason=flag, decided_by=senior)
    order = [claim.pk, other.pk]
    Requeue.objects.create(question="usable", claims=order, done=1, reason=f"all of {person.name}", ordered_by=senior)
    IdentityEvent.objects.create(identity=person, kind="edited", by=senior, note="the countess of code")
    IdentityEvent.objects.create(identity=other.identity, kind="absorbed", by=senior, note=f"{person.name}: the same")
    PersonEvent.objects.create(person=senior, kind="limited", by=senior, detail=f"{person.name}, Bo Lindqvist")
    Discovery.objects.get_or_create(job=factories.job(), identity=person, defaults={"error": f"{person.name} retired"})
    factories.job(parameters={"csv": job_csv(person, claim)}, error=f"no page of {person.name}")
    answer = {"question": "usable", "policy": current_policy(), "shown_at": now, "decided_at": now}
    Annotation.objects.create(
        claim=other, reviewer=factories.reviewer(), verdict="relabel", relabel_to=person, note=flag, **answer
    )
    Annotation.objects.create(
        claim=other, reviewer=factories.reviewer(), verdict="reject", reason="other", note="Adelchen, surely", **answer
    )
    other.photo.candidates.update(title="Bo Lindqvist beside Ada_Marlow", evidence={"caption": ["with ada marlow"]})
    keep_evidence(other, b"<title>Ada&#32;Marlow and others</title>")


def job_csv(person: Identity, claim: Claim) -> str:
    url = claim.photo.candidates.values_list("image_url", flat=True).first()
    rows = (
        f"{person.name},https://x.example/1.jpg,,,",
        f"somebody,{url},,,",
        "Bo Lindqvist,https://x.example/2.jpg,,,",
    )
    return "\n".join(["identity,image_url,page_url,licence_url,creator", *rows]) + "\n"


def erase(subject: Subject, reason: str = REASON) -> Erasure:
    made = erasing.order(subject, reason=reason)
    erasing.go_on(made, releases.ignore)
    return made


def erase_identity(person: Identity) -> Erasure:
    return erase(find_identity(person.slug))


def erase_photo(photo: Photo) -> Erasure:
    return erase(find_photo(photo.sha256))


# ---- The search


TEXT_COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND (c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'character', 'uuid'))
"""


def known_of(person: Identity) -> tuple[set[str], set[str]]:
    """What to search for afterwards: what the person is called, and hashes and addresses of their pictures."""
    names = {person.name, person.slug, person.wikidata_id or "", *person.aliases} - {""}
    marks: set[str] = {person.reference_preview_sha256} - {""}
    for photo in Photo.objects.filter(candidates__identity=person).distinct():
        marks |= known_of_photo(photo)
    return names, marks


def known_of_photo(photo: Photo) -> set[str]:
    marks = {photo.sha256, photo.preview_sha256, *photo.faces.values_list("crop_sha256", flat=True)}
    for candidate in photo.candidates.all():
        marks |= {candidate.image_url, candidate.page_url, candidate.url_key}
        marks |= set(candidate.licence_evidence.values_list("snapshot_sha256", flat=True))
    return marks - {""}


def found_in_database(wanted: set[str]) -> set[tuple[str, str]]:
    """(table, column) of every text, JSON or list that holds one of these, whatever the case."""
    with connection.cursor() as cursor:
        cursor.execute(TEXT_COLUMNS)
        columns = [(str(table), str(column)) for table, column in cursor.fetchall()]
        return {(table, column) for table, column in columns if _holds(cursor, table, column, wanted)}


def _holds(cursor: Any, table: str, column: str, wanted: set[str]) -> bool:
    patterns = [f"%{text}%" for text in _spelled(wanted)]
    cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text ILIKE ANY(%s))', [patterns])  # noqa: S608
    return bool(cursor.fetchone()[0])


def _spelled(wanted: set[str]) -> set[str]:
    return {text.replace(" ", gap).replace("_", r"\_") for text in wanted for gap in (" ", "_", "%20", "+", "-")}


def stored_files() -> Iterator[Path]:
    root = Path(default_storage.path(""))
    yield from (path for path in sorted(root.rglob("*")) if path.is_file())


def found_in_storage(names: set[str], marks: set[str]) -> set[str]:
    """Files by their name, by the hash of their content, or by a text in it."""
    found = set()
    for path in stored_files():
        data = path.read_bytes()
        text = html.unescape(data.decode("utf-8", "replace")).casefold()
        told = any(name.casefold() in text for name in names)
        if told or store.digest(data) in marks or any(mark in str(path) for mark in marks):
            found.add(str(path))
    return found


def found_in_redis(wanted: set[str]) -> set[str]:
    redis = connected(settings.REDIS_URL)
    found = set()
    for key in redis.scan_iter(match=f"{access.KEYS}:*"):
        value = redis.get(key) if redis.type(key) == b"string" else b""
        text = f"{key.decode()} {value.decode('utf-8', 'replace') if isinstance(value, bytes) else ''}"
        if any(one.casefold() in text.casefold() for one in wanted):
            found.add(key.decode())
    return found


def crop_of(face: Face) -> Image.Image:
    return Image.open(io.BytesIO(store.read(store.name_of("crops", face.crop_sha256))))
