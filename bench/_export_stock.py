"""Faces ready for a release, out of nothing: accepted claims with votes of eight reviewers, and a picture for each.

A picture is one of a few dozen drawn portraits, cropped and encoded as crops are; what makes its bytes its own is the
pixel density in its header, which nothing shows. So 132,816 pictures take a minute and not an hour.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.db.backends.utils import CursorWrapper
from PIL import Image

from bench import _stock
from curation.models import Claim
from curation.policies import current_policy
from demo.drawing import portrait
from demo.people import PEOPLE
from ingest import crops, store

PERSON = "bench"
DRAWN = 64
AT_ONCE = 1000  # pictures that are held in memory
SIDES = (192, 256, 320, 384, 448)  # so that a picture has 30 KB on average
GRAIN = 3  # of noise, in shades: drawings alone are smaller than photographs
DENSITY = slice(14, 18)  # of a JPEG's JFIF header: across and down, two bytes each
SPREAD = """
UPDATE curation_consensus SET value = CASE field WHEN 'race' THEN (1 + claim_id % 4)::text
    WHEN 'gender' THEN (1 + claim_id / 4 % 2)::text ELSE (1 + claim_id / 8 % 2)::text END
WHERE field IN ('race', 'gender', 'age')
"""
REVIEWERS = 8
# Two answers to each question, which agree but for one gender in twenty, on which an adjudicator decided.
DECIDE = (
    "UPDATE curation_consensus SET method = 'adjudication', support = 1 WHERE field = 'gender' AND claim_id % 20 = 0"
)
BALLOT = """
CREATE TEMP TABLE ballot AS
SELECT s.id AS slot, s.claim_id AS claim, s.question, s.number = 2 AND s.claim_id %% 20 = 0 AS differs,
       gen_random_uuid() AS id, (%(people)s::int[])[1 + (s.claim_id + 3 * s.number) %% 8] AS who
FROM curation_slot s
"""
CAST = """
INSERT INTO curation_annotation (id, claim_id, question, reviewer_id, verdict, reason, race, gender, age, note, mode,
    why, policy_id, shown_at, decided_at, received_at, guideline_unclear, late)
SELECT b.id, claim, question, who, CASE question WHEN 'usable' THEN 'accept' ELSE 'attributes' END, '',
       race, CASE WHEN differs THEN 3 - gender ELSE gender END, age, '', 'single', 'queue', %(policy)s,
       now() - interval '2 seconds', now(), now(), false, false
FROM ballot b LEFT JOIN LATERAL (
    SELECT max(value) FILTER (WHERE field = 'race')::int AS race, max(value) FILTER (WHERE field = 'gender')::int
        AS gender, max(value) FILTER (WHERE field = 'age')::int AS age
    FROM curation_consensus WHERE claim_id = claim) told ON b.question = 'attributes'
"""
FILL = "UPDATE curation_slot s SET reviewer_id = who, annotation_id = b.id FROM ballot b WHERE s.id = b.slot"


def fill(faces: int) -> None:
    _stock.fill(faces, User.objects.create_user(PERSON))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute(SPREAD)
        _vote(cursor)
        _give_pictures(list(Claim.objects.order_by("pk").values_list("face", flat=True)))
        cursor.execute("SET session_replication_role = origin")
        for table in ("ingest_face", "curation_consensus", "curation_annotation", "curation_slot"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _vote(cursor: CursorWrapper) -> None:
    people = [User.objects.create_user(f"{PERSON} {n}").pk for n in range(REVIEWERS)]
    cursor.execute(DECIDE)
    cursor.execute(BALLOT, {"people": people})
    cursor.execute(CAST, {"policy": current_policy().pk})
    cursor.execute(FILL)


def _give_pictures(faces: list[int]) -> None:
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    for pair in range(256):
        (root / "crops" / f"{pair:02x}").mkdir(parents=True, exist_ok=True)
    with connection.cursor() as cursor, ThreadPoolExecutor(2) as pool:
        cursor.execute("CREATE TEMP TABLE picture (face_id bigint, sha256 text)")
        pictures, keep = _pictures(len(faces)), partial(_put, root)
        with cursor.cursor.copy("COPY picture FROM STDIN") as rows:
            for start in range(0, len(faces), AT_ONCE):
                some = faces[start : start + AT_ONCE]
                for row in zip(some, pool.map(keep, islice(pictures, AT_ONCE)), strict=True):
                    rows.write_row(row)
        cursor.execute("UPDATE ingest_face SET crop_sha256 = sha256 FROM picture WHERE face_id = id")


def _put(root: Path, data: bytes) -> str:
    sha256 = store.digest(data)
    descriptor = os.open(root / store.name_of("crops", sha256), os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(descriptor, data)
    os.close(descriptor)
    return sha256


def _pictures(count: int) -> Iterator[bytes]:
    drawn = [_drawn(seed) for seed in range(min(DRAWN, count))]
    for number in range(count):
        data = bytearray(drawn[number % len(drawn)])
        data[DENSITY] = (number + 65_536).to_bytes(4)
        yield bytes(data)


def _drawn(seed: int) -> bytes:
    rng, side = np.random.default_rng(seed), SIDES[seed % len(SIDES)]
    image = portrait(PEOPLE[seed % len(PEOPLE)], 5000 + seed, size=(480, 600)).crop((60, 60, 420, 420))
    pixels = np.asarray(image.convert("RGB").resize((side, side)), dtype=np.float64)
    noisy = (pixels + rng.normal(0, GRAIN, pixels.shape)).clip(0, 255).astype(np.uint8)
    return crops.encode(Image.fromarray(noisy))
