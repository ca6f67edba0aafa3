"""Who answers what next, as one statement: what a reviewer holds, kept and topped up, with all that is shown of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Model

from curation.models import Claim, Slot
from curation.rows import attach, columns, part
from ingest.models import Face, Identity, Photo
from mtf_site import prepared

REVIEWER_LOCK = 0x4D54  # first key of the advisory lock that a reviewer's tabs share
FRESH = 60  # seconds for which a bookmark is believed
LOCK = f"SELECT pg_advisory_xact_lock({REVIEWER_LOCK}, %(reviewer)s);"

# A slot of the question that this reviewer may still answer: nobody holds it, and it is not of a claim where they hold
# or answered another slot, nor one they skipped, nor one whose votes they opened as an adjudicator. Of a claim's free
# slots only the lowest number is looked at, so one statement cannot take two of the same claim.
IS_FREE = """
s.question = %(question)s AND s.waiting AND s.purpose = 'vote' AND (s.leased_until IS NULL OR s.leased_until < now())
AND NOT EXISTS (SELECT FROM curation_slot o
                WHERE o.claim_id = s.claim_id AND o.question = s.question AND o.round = s.round
                  AND (o.reviewer_id = %(reviewer)s
                       OR o.purpose = 'vote' AND o.waiting AND o.number < s.number
                          AND (o.leased_until IS NULL OR o.leased_until < now())))
AND NOT EXISTS (SELECT FROM curation_skip k
                WHERE k.claim_id = s.claim_id AND k.question = s.question AND k.reviewer_id = %(reviewer)s)
AND NOT EXISTS (SELECT FROM curation_disputeview v
                WHERE v.claim_id = s.claim_id AND v.question = s.question AND v.adjudicator_id = %(reviewer)s)
"""
PLACE = "s.priority, s.block, s.shuffle, s.id"
# The first free ones in queue order, from the bookmark on. Rows that another reviewer is just taking are passed over.
IN_ORDER = f"""
SELECT {PLACE}, 'queue' AS why FROM curation_slot s
WHERE ({PLACE}) >= ((SELECT priority FROM start), (SELECT block FROM start), (SELECT shuffle FROM start),
                    (SELECT id FROM start)) AND {IS_FREE}
ORDER BY {PLACE} LIMIT {{want}} FOR UPDATE OF s SKIP LOCKED
"""  # noqa: S608  constants
# The same of some identities alone: the first of each, and of these the first.
OF_IDENTITIES = f"""
SELECT s.*, 'limited' AS why FROM unnest(%(identities)s::bigint[]) AS i(id) CROSS JOIN LATERAL (
    SELECT {PLACE} FROM curation_slot s WHERE s.identity_id = i.id AND {IS_FREE}
    ORDER BY {PLACE} LIMIT {{want}} FOR UPDATE OF s SKIP LOCKED) AS s
ORDER BY {PLACE} LIMIT {{want}}
"""  # noqa: S608  constants
# So that pairs of reviewers can be compared: what colleagues answered lately with whom this reviewer shares too little,
# else what nobody has answered yet, so that others find it. Nothing less urgent than what is next in the queue, and
# nothing at all where that is a doubtful claim (in a block below 0), which goes before.
FAIRLY = f"""
WITH head AS MATERIALIZED (
    SELECT s.priority, s.block FROM curation_slot s
    WHERE ({PLACE}) >= ((SELECT priority FROM start), (SELECT block FROM start), (SELECT shuffle FROM start),
                        (SELECT id FROM start)) AND {IS_FREE}
    ORDER BY {PLACE} LIMIT 1
), next AS MATERIALIZED (
    SELECT priority FROM head WHERE block >= 0
), wished AS MATERIALIZED (
    (SELECT s.id, 'pair' AS why, few.rank FROM unnest(%(few)s::int[]) WITH ORDINALITY AS few(id, rank)
        CROSS JOIN LATERAL (SELECT a.claim_id FROM curation_annotation a WHERE a.reviewer_id = few.id
                            ORDER BY a.received_at DESC LIMIT 200) AS lately
        JOIN curation_slot s ON s.claim_id = lately.claim_id
     WHERE s.priority <= (SELECT priority FROM next) AND {IS_FREE} ORDER BY few.rank, {PLACE} LIMIT {{want}})
    UNION ALL
    (SELECT s.id, 'queue', 32767 FROM curation_slot s
     WHERE s.number = 1 AND s.priority <= (SELECT priority FROM next) AND {IS_FREE} ORDER BY {PLACE} LIMIT {{want}})
), best AS (SELECT id, min(why) AS why FROM wished GROUP BY id ORDER BY min(rank) LIMIT {{want}})
SELECT {PLACE}, best.why FROM best JOIN curation_slot s ON s.id = best.id
WHERE s.waiting AND (s.leased_until IS NULL OR s.leased_until < now()) FOR UPDATE OF s SKIP LOCKED
"""  # noqa: S608  constants
# What is read of each row: what `curation.items` shows, and no more, as a grid has many. The rest is looked up if
# anybody wants it.
SHOWN: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Slot, "s", ("id", "claim_id", "identity_id", "question", "asks")),
    (Claim, "c", ("id", "face_id", "photo_id", "identity_id")),
    (Identity, "i", ("id", "name", "about", "birth_date", "claimed_race", "claimed_gender", "reference_preview_sha256",
                     "reference_page_url", "reference_credit")),
    (Face, "f", ("id", "crop_sha256", "duplicate_group_id")),
    (Photo, "p", ("id", "preview_sha256", "width", "height", "taken_at")),
)  # fmt: skip
LEASE = f"""
WITH start AS MATERIALIZED (
    SELECT priority, block, shuffle, slot AS id FROM curation_bookmark
    WHERE reviewer_id = %(reviewer)s AND question = %(question)s AND NOT %(anew)s
      AND walked_at > now() - %(fresh)s * interval '1 second'
    UNION ALL SELECT -32768, -2147483648, -2147483648, 0
    ORDER BY priority DESC, block DESC, shuffle DESC, id DESC LIMIT 1
), held AS MATERIALIZED (
    SELECT id, claim_id, leased_until FROM curation_slot
    WHERE reviewer_id = %(reviewer)s AND question = %(question)s AND annotation_id IS NULL AND waiting
      AND purpose = 'vote'
), kept AS (
    UPDATE curation_slot SET leased_until = now() + %(seconds)s * interval '1 second'
    WHERE id IN (SELECT id FROM curation_slot WHERE id IN (
        SELECT id FROM held WHERE leased_until IS NULL OR leased_until < now() + %(seconds)s * interval '0.5 second')
        FOR UPDATE SKIP LOCKED)
), free AS MATERIALIZED ({{free}}),
chosen AS MATERIALIZED (
    SELECT * FROM free s ORDER BY {PLACE}
    LIMIT greatest(%(want)s - (SELECT count(*) FROM held WHERE claim_id <> ALL(%(have)s::bigint[])), 0)
), taken AS (
    UPDATE curation_slot s SET reviewer_id = %(reviewer)s,
        why = CASE WHEN s.why IN ('asked_again', 'reopened', 'unsure') THEN s.why ELSE chosen.why END,
        leased_until = now() + %(seconds)s * interval '1 second'
    FROM chosen WHERE s.id = chosen.id RETURNING s.id
), marked AS ({{mark}})
SELECT (SELECT id FROM start) = 0, {", ".join(columns(*shown) for shown in SHOWN)}
FROM curation_slot s JOIN curation_claim c ON c.id = s.claim_id JOIN ingest_identity i ON i.id = c.identity_id
    JOIN ingest_face f ON f.id = c.face_id JOIN ingest_photo p ON p.id = c.photo_id
WHERE s.id IN (SELECT id FROM held UNION ALL SELECT id FROM taken) AND s.claim_id <> ALL(%(have)s::bigint[])
ORDER BY {PLACE} LIMIT {{want}}
"""  # noqa: S608  constants
# Everything before the last one taken was not free for this reviewer. The time is that of the last walk from the very
# start: what came free behind the bookmark since is found within a minute.
MARK = f"""
INSERT INTO curation_bookmark AS b (reviewer_id, question, priority, block, shuffle, slot, walked_at)
SELECT %(reviewer)s, %(question)s, {PLACE}, now() FROM chosen s
ORDER BY s.priority DESC, s.block DESC, s.shuffle DESC, s.id DESC LIMIT 1
ON CONFLICT (reviewer_id, question) DO UPDATE SET priority = excluded.priority, block = excluded.block,
    shuffle = excluded.shuffle, slot = excluded.slot,
    walked_at = CASE WHEN (SELECT id FROM start) = 0 THEN now() ELSE b.walked_at END
RETURNING 1
"""  # noqa: S608  constants
UNMARKED = "SELECT 1"
NOT_WAITING = "SET LOCAL synchronous_commit = off;"  # for the disk: a lease that a power cut takes back harms nobody


@dataclass(frozen=True)
class Order:
    reviewer: int
    question: str
    want: int
    have: tuple[int, ...]


def take(order: Order, *, identities: Sequence[int] = ()) -> list[Slot]:
    """What the reviewer holds, without the claims in `have`, topped up to `want`; of `identities` alone, if any.

    The queue is walked from the reviewer's bookmark on; where that finds too little, from its start.
    """
    if identities:
        return _take(order, OF_IDENTITIES, UNMARKED, identities=list(identities))[0]
    slots, is_all = _take(order, IN_ORDER, MARK)
    return slots if is_all else _take(order, IN_ORDER, MARK, anew=True)[0]


def take_fairly(order: Order, *, few: Sequence[int]) -> list[Slot]:
    """The same, but first what makes pairs of reviewers comparable: `few` are colleagues of whose claims the reviewer
    answered too few. There may be less than `want` of these."""
    return _take(order, FAIRLY, UNMARKED, few=list(few))[0]


def _take(order: Order, free: str, mark: str, **more: Any) -> tuple[list[Slot], bool]:
    """The leases, and whether the queue has no more for them. Two tabs of one reviewer take theirs one after the
    other: each sees what the other took."""
    times = {"seconds": settings.LEASE_SECONDS, "fresh": FRESH}
    asked = {"reviewer": order.reviewer, "question": order.question, "want": order.want, "have": order.have}
    params = {"anew": False, **asked, **times, **more}
    try:
        first = prepared.GENERIC if connection.in_atomic_block else NOT_WAITING + prepared.GENERIC
        _lock, rows = prepared.exchange([(LOCK, params), (_statement(free, mark, order.want), params)], first=first)
    except IntegrityError:  # an answer without a lease took a slot of the same claim at this moment
        return [], True
    return [_slot(row[1:]) for row in rows], len(rows) >= order.want or bool(rows and rows[0][0])


def _statement(free: str, mark: str, want: int) -> str:
    """With the number in its text: a planner that does not know how few are wanted would sort the whole queue."""
    return LEASE.format(free=free.format(want=want), mark=mark, want=want)


def _slot(row: tuple[Any, ...]) -> Slot:
    """With its claim, and the claim's identity, face and photo."""
    values = iter(row)
    slot, claim, identity, face, photo = (part(model, names, islice(values, len(names))) for model, _, names in SHOWN)
    attach(slot, claim=claim)
    attach(claim, identity=identity, face=face, photo=photo)
    return cast(Slot, slot)
