"""Answers out of nothing: faces of 640 identities, three votes of eight reviewers on both questions, over a year.

Claims are copied as for the review bench; the answers are drawn by the database, each reviewer with an accuracy and a
pace of their own, one in eight of them a spammer who accepts whatever comes.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from bench import _review_stock as stock
from curation.models import Policy
from curation.policies import current_policy, default_policy
from ingest.models import CrawlJob
from mtf_site.roles import Role, give_role

REVIEWERS = 8
VOTES = 3
JOBS = 12
NAMES = ("Ada", "Bo", "Chidi", "Dara", "Emil", "Fatou", "Goran", "Hana")
# Of each claim: what is true. `n` counts claims; hashes, not random(), so that two runs are the same.
TRUTH = """
CREATE TEMP TABLE truth AS
SELECT n, {first} + n AS claim_id, h % 100 < 80 AS usable, 1 + (h / 100) % 4 AS race, 1 + (h / 1000) % 2 AS gender,
       1 + (h / 10000) % 2 AS age, h % 10 < 3 AS hard
FROM generate_series({begin}, {end}) AS n, LATERAL (SELECT ('x' || left(md5('truth ' || n), 7))::bit(28)::int AS h) AS t
"""
# One row a vote: who, when, how long, and whether they saw what is true (`right` fields by field).
CAST = """
CREATE TEMP TABLE ballot AS
SELECT t.*, v, question, who, gen_random_uuid() AS id, g % 1000 AS dice, g / 1000 % 1000 AS second,
       g / 7 % 1000 AS third,
       CASE WHEN who = {reviewers} THEN 550 ELSE 940 - 12 * who END - CASE WHEN hard THEN 90 ELSE 0 END AS skill,
       timestamptz '{begins}' + (t.n - {begin}) * interval '{span} seconds' + v * interval '1 day'
         + CASE question WHEN 'attributes' THEN interval '2 days' ELSE interval '0' END AS at,
       CASE WHEN who = {reviewers} AND g % 9 = 0 THEN 180 ELSE 700 + 160 * who + g % 2600 END AS ms,
       question = 'usable' AND t.n % 640 < 160 AS grid
FROM truth t, generate_series(1, {votes}) AS v, (VALUES ('usable'), ('attributes')) AS q (question),
     LATERAL (SELECT 1 + (t.n / 640 + t.n * 7 + v * (1 + 2 * (t.n / 5 % 2))) % {reviewers} AS who,
                     ('x' || left(md5(t.n || question || v), 7))::bit(28)::int AS g) AS drawn
WHERE question = 'usable' OR t.usable
"""
ANNOTATE = """
INSERT INTO curation_annotation (id, claim_id, question, reviewer_id, verdict, reason, race, gender, age, note, mode,
    why, policy_id, shown_at, decided_at, received_at, guideline_unclear, late)
SELECT id, claim_id, question, (ARRAY{people})[who],
       CASE WHEN question = 'attributes' THEN 'attributes' WHEN says THEN 'accept'
            WHEN third < 40 THEN 'cannot_tell' ELSE 'reject' END,
       CASE WHEN question = 'usable' AND NOT says AND third >= 40
            THEN (ARRAY['wrong_person', 'wrong_person', 'too_small', 'occluded', 'bad_crop', 'duplicate'])[1 + dice % 6]
            ELSE '' END,
       CASE WHEN question = 'attributes'
            THEN CASE WHEN dice < skill THEN race WHEN dice < 990 THEN 1 + race % 4 ELSE 0 END END,
       CASE WHEN question = 'attributes' THEN CASE WHEN second < 985 THEN gender ELSE 3 - gender END END,
       CASE WHEN question = 'attributes' THEN CASE WHEN third < skill THEN age ELSE 3 - age END END,
       '', CASE WHEN grid THEN 'grid' ELSE 'single' END, '', {policy}, at - ms * interval '1 ms', at, at, false, false
FROM ballot, LATERAL (
    SELECT CASE WHEN who = {reviewers} THEN true WHEN dice < skill THEN usable ELSE NOT usable END AS says) AS s
"""
SLOTS = """
INSERT INTO curation_slot (claim_id, identity_id, question, round, asks, number, purpose, priority, block, shuffle,
    waiting, reviewer_id, why, leased_until, annotation_id)
SELECT b.claim_id, c.identity_id, question, 0, '{{}}', v, 'vote', 0, 1, 1, false, (ARRAY{people})[who], '', NULL, b.id
FROM ballot b JOIN curation_claim c ON c.id = b.claim_id
"""


def fill(faces: int, person_name: str = "bench-admin") -> User:
    """Returns an admin. Foreign keys hold by construction."""
    Policy.objects.create(version=1, **(default_policy() | {"votes_usable": VOTES, "votes_attributes": VOTES}))
    stock.fill(max(faces - stock.IDENTITIES * stock.REFERENCES, 0), 0)
    admin = User.objects.create_user(person_name, password=stock.PASSWORD)
    give_role(admin, Role.ADMIN)
    people = [User.objects.create_user(name.lower(), first_name=name) for name in NAMES]
    for person in people:
        give_role(person, Role.REVIEWER)
    _judge(faces, [person.pk for person in people])
    return admin


def _judge(faces: int, people: list[int]) -> None:
    year = 365 * 24 * 3600
    begins = timezone.now() - timedelta(days=372)
    told: Mapping[str, object] = {
        "first": stock.FIRST, "begin": 1, "end": faces, "reviewers": REVIEWERS, "votes": VOTES,
        "begins": begins.isoformat(), "span": year / faces, "people": people, "policy": current_policy().pk,
    }  # fmt: skip
    jobs = CrawlJob.objects.bulk_create(
        CrawlJob(source="urls", started_by_id=User.objects.earliest("pk").pk, state="done", finished_at=timezone.now())
        for _ in range(JOBS)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("DELETE FROM curation_slot")
        cursor.execute("UPDATE ingest_candidate SET job_id = %s + id %% %s", [jobs[0].pk, JOBS])
        for statement in (TRUTH, CAST, "ANALYZE ballot", ANNOTATE, SLOTS):
            cursor.execute(statement.format(**told))
        cursor.execute("SET session_replication_role = origin")
        for table in ("curation_annotation", "curation_slot", "ingest_candidate", "curation_claim"):
            cursor.execute(f"VACUUM ANALYZE {table}")
