"""A queue out of nothing: photos with a candidate, a face, an open claim and its two slots; some faces accepted.

One of each is made as the application makes it; the database copies it with other keys, whatever columns it has.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from curation.models import Claim, Slot
from curation.policies import current_policy
from ingest.models import Candidate, CrawlJob, Face, Identity, LicenceEvidence, Photo
from mtf_site.roles import Role, give_role

PASSWORD = "a password for this bench"  # noqa: S105  of accounts that live for minutes
IDENTITIES = 640
REFERENCES = 10  # accepted faces of each
FIRST = 1_000_000  # the copies' ids begin here
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
COPY = """
INSERT INTO {table} ({columns}) SELECT {values}
FROM generate_series(1, %s) AS n, {table} AS o WHERE o.id = %s
"""
INDEXES = """
SELECT quote_ident(indexname), indexdef FROM pg_indexes i
WHERE tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexname::regclass)
"""  # those that no constraint needs: made anew when the rows are there, which is quicker
ID = f"{FIRST} + n"
KEY = "encode(sha256(('stock ' || n)::bytea), 'hex')"
CHANGES: Mapping[type[Model], Mapping[str, str]] = {
    Photo: {"id": ID, "sha256": KEY, "file": f"'photos/' || {KEY}", "preview_sha256": KEY},
    Candidate: {"id": ID, "url_key": KEY, "photo_id": ID, "identity_id": "o.identity_id + n %% 640"},
    Face: {"id": ID, "photo_id": ID, "crop_sha256": KEY},
    Claim: {"id": ID, "photo_id": ID, "face_id": ID, "identity_id": "o.identity_id + n %% 640"},
    Slot: {
        "id": f"{FIRST} + 2 * n + o.number %% 2",
        "claim_id": ID,
        "identity_id": "o.identity_id + n %% 640",
        "block": "('x' || left(md5(n %% 640 || ':' || n / 6400), 7))::bit(28)::int",
        "shuffle": "('x' || left(md5('claim ' || n), 7))::bit(28)::int",
    },
}
SETTLE = """
UPDATE curation_claim SET state = 'accepted' WHERE id > {first} AND id <= {first} + %s;
DELETE FROM curation_slot WHERE claim_id > {first} AND claim_id <= {first} + %s
"""


def fill(claims: int, reviewers: int) -> None:
    """So many open claims and reviewers; then the planner learns of it. Foreign keys hold by construction."""
    current_policy()
    for number in range(reviewers):
        give_role(User.objects.create_user(f"reviewer{number}", password=PASSWORD), Role.REVIEWER)
    accepted = IDENTITIES * REFERENCES
    originals = _originals(User.objects.create_user("bench"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(INDEXES, [[model._meta.db_table for model in CHANGES]])
        indexes = cursor.fetchall()
        for name, _order in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for model, changes in CHANGES.items():
            columns = [str(field.column) for field in model._meta.concrete_fields]
            values = ", ".join(changes.get(column, f"o.{column}") for column in columns)
            order = COPY.format(table=model._meta.db_table, columns=", ".join(columns), values=values)
            for original in originals[model]:
                cursor.execute(order, [claims + accepted, original])
        for _name, order in indexes:
            cursor.execute(order)
        cursor.execute(SETTLE.format(first=FIRST), [accepted, accepted])
        cursor.execute("SET session_replication_role = origin")
        for table in [model._meta.db_table for model in CHANGES] + ["curation_consensus", "ingest_identity"]:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _originals(admin: User) -> dict[type[Model], list[int]]:
    approved = {"state": "approved", "approved_by": admin, "approved_at": LONG_AGO, "public_figure_basis": "bench"}
    rows = [Identity(name=f"Stock {n}", slug=f"stock-{n}", **approved) for n in range(IDENTITIES)]
    person = Identity.objects.bulk_create(rows)[0]
    key, ended = "0" * 64, {"state": CrawlJob.State.DONE, "finished_at": timezone.now()}
    job = CrawlJob.objects.create(source="urls", started_by=admin, **ended)
    measures = {"size": 90_000, "mime": "image/jpeg", "width": 1200, "height": 900}
    photo = Photo.objects.create(sha256=key, file="photos/0", preview_sha256=key, **measures)
    candidate = Candidate.objects.create(
        job=job, identity=person, source="urls", image_url="https://stock.example.org/picture.jpg", url_key=key,
        page_url="https://stock.example.org/", state="done", proof="proved", licence="CC-BY-4.0", creator="A. Bench",
        photo=photo, finished_at=LONG_AGO,
    )  # fmt: skip
    LicenceEvidence.objects.create(candidate=candidate, kind="page", says="CC-BY-4.0", seen_at_url=candidate.page_url)
    place = {"x": 300, "y": 200, "width": 300, "height": 300}
    face = Face.objects.create(photo=photo, crop_sha256=key, crop_side=480, quality={"sharpness": 90.0}, **place)
    claim = Claim.objects.create(face=face, photo=photo, identity=person, origin="crawl")
    known = {"claim": claim, "identity": person, "question": "usable", "block": 1, "shuffle": 1}
    slots = [Slot.objects.create(number=number, **known).pk for number in (1, 2)]
    return {Photo: [photo.pk], Candidate: [candidate.pk], Face: [face.pk], Claim: [claim.pk], Slot: slots}
