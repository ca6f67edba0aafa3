"""Claims come into the queue because faces were found, and slots because claims need answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from curation.duplicate_claims import GROUPS, IS_FREE, parameters, withdraw_superseded
from curation.models import Claim, Policy, Slot
from curation.models.claims import Question
from curation.overlap import IS_SAMPLED
from curation.policies import current_policy
from curation.priorities import BEST_JOB, PRIORITY, priority_of
from curation.rows import attach, new

CLAIMS_LOCK = 0x4D5446_01
LATELY = timedelta(hours=1)
EVER = datetime(2000, 1, 1, tzinfo=UTC)
BLOCK = 10  # claims of one identity that share a block, and so are served in a run

SAMPLED = IS_SAMPLED.format(key="%(key)s::text", question="'usable'", claim="o.id", share="%(share)s::float8")
# A claim for each face of a photo that was found for an identity, unless the face, or the identity in this
# photo, is accepted already, or the face is barred, or the identity was merged into another; of near-duplicates for
# the best alone. Faces of doubtful quality come after all others. `nth` counts the identity's claims, so that a
# block holds ten.
OPEN_CLAIMS = f"""
WITH {GROUPS}, pairs AS (
    SELECT p.* FROM (
        SELECT DISTINCT f.id AS face_id, f.photo_id, c.identity_id
        FROM ingest_candidate c JOIN ingest_face f ON f.photo_id = c.photo_id
        WHERE c.state = 'done' AND c.finished_at >= %(since)s AND f.duplicate_group_id IS NULL
    ) p WHERE {IS_FREE}
    UNION ALL
    (SELECT DISTINCT ON (p.group_id, p.identity_id) p.face_id, p.photo_id, p.identity_id
     FROM members p
     WHERE {IS_FREE}
       AND NOT EXISTS (SELECT FROM claims k
                       WHERE k.group_id = p.group_id AND k.identity_id = p.identity_id AND k.active)
       AND NOT EXISTS (SELECT FROM blocked b WHERE b.group_id = p.group_id AND b.identity_id = p.identity_id)
     ORDER BY p.group_id, p.identity_id, p.place)
), numbered AS (
    SELECT p.*, row_number() OVER (PARTITION BY identity_id ORDER BY face_id) - 1
              + (SELECT count(*) FROM curation_claim k WHERE k.identity_id = p.identity_id) AS nth
    FROM pairs p
), opened AS (
    INSERT INTO curation_claim (face_id, photo_id, identity_id, origin, state, created_at)
    SELECT face_id, photo_id, identity_id, 'crawl', 'open', now() FROM numbered
    ON CONFLICT DO NOTHING RETURNING id, face_id, identity_id
), asked AS (
INSERT INTO curation_slot (claim_id, identity_id, question, round, asks, number, purpose, why, priority, block, shuffle,
                           waiting)
SELECT o.id, o.identity_id, 'usable', 0, '{{}}', number, 'vote', '', {PRIORITY.format(job=BEST_JOB)},
       ('x' || left(md5(n.identity_id || ':' || n.nth / %(block)s), 7))::bit(28)::int,
       ('x' || left(md5('claim ' || o.id), 7))::bit(28)::int, true
FROM opened o JOIN numbered n USING (face_id, identity_id) JOIN ingest_face f ON f.id = o.face_id
     JOIN ingest_identity i ON i.id = o.identity_id
     CROSS JOIN generate_series(1, %(most)s) AS number
WHERE number <= %(votes)s OR {SAMPLED}
)
SELECT count(*) FROM opened
"""  # noqa: S608  constants


def open_claims(since: datetime | None = None) -> int:
    """Opens what candidates finished since then (default: in the last hour) call for, and what near-duplicates that
    were rejected since then make room for; says how many claims.

    Now and then it must be since EVER: nobody may have run this for hours, and what kept a claim from being opened
    (a quarantine, another face accepted) may be gone.
    """
    policy = current_policy()
    since = since or timezone.now() - LATELY
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [CLAIMS_LOCK])
        if not cursor.fetchone()[0]:  # another process is at it
            return 0
        withdraw_superseded(since)
        cursor.execute(OPEN_CLAIMS, parameters(since) | {"block": BLOCK, **_asked(policy)})
        return int(cursor.fetchone()[0])


def _asked(policy: Policy) -> dict[str, Any]:
    rule = policy.rule(Question.USABLE)
    most, share = (rule.most, rule.full_share) if rule else (policy.votes_usable, 0.0)
    return {"votes": policy.votes_usable, "most": most, "share": share, "key": policy.sample_key}


def open_slots(claim: Claim, question: str, policy: Policy) -> list[Slot]:
    """The vote slots of a question that is asked of this claim from now on, in the claim's place in the queue."""
    like = Slot.objects.filter(claim=claim).order_by("id").first()
    return Slot.objects.bulk_create(vote_slots(claim, question, policy, like=like))


def vote_slots(claim: Claim, question: str, policy: Policy, *, like: Slot | None, **more: Any) -> list[Slot]:
    """The same, not saved yet. `like` is the claim's first slot, if it has any."""
    if like is None:
        place = {"priority": priority_of(claim.pk), "block": claim.identity_id, "shuffle": claim.pk}
    else:
        place = {"priority": like.priority, "block": like.block, "shuffle": like.shuffle}
    place["identity_id"] = claim.identity_id
    numbers = range(1, policy.places(question, claim.pk) + 1)
    made = [new(Slot, **{"asks": [], **place, **more}, claim_id=claim.pk, question=question, number=n) for n in numbers]
    for slot in made:
        attach(slot, claim=claim)
    return made


def beside(slot: Slot) -> dict[str, Any]:
    """The place of one more slot of the same claim and round."""
    return {
        "identity_id": slot.identity_id,
        "round": slot.round,
        "priority": slot.priority,
        "block": slot.block,
        "shuffle": slot.shuffle,
    }


def current_round(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Of the slots of one question of a claim those of the last time that it was asked."""
    same = Slot.objects.filter(claim=OuterRef("claim"), question=OuterRef("question"))
    return slots.filter(round=Subquery(same.order_by("-round").values("round")[:1]))
