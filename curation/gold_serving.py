"""When gold comes, and which: between a reviewer's votes, at places that nobody can foretell.

From one gold answer to the next it is 1 … 2 N - 1 answers, N on average, drawn by a hash whose key only the server has:
the same draw after a reload. Nothing of it is stored but the slots themselves, each of them one reviewer's from the
start.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.leases import Order
from curation.models import Slot
from curation.refused_photos import IS_REFUSED
from mtf_site import prepared

MOST_SERVED = 50  # times that one item is served, all reviewers together
LOOKED_BACK = 3  # times N answers: where there is no gold among these, the next is due
NEAR = 4  # places by which it may be put off, or brought forward, so as not to part a run of one person
AT_ONCE = 8  # gold that may be on its way to one reviewer

# Whether there is any gold; how long ago the reviewer answered some, and which; what they were served and have not
# answered. One row, in which nothing else is looked up where there is none. What is asked anew since is no gold.
TURN = """
WITH gold AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM curation_golditem WHERE question = %(question)s AND retired_at IS NULL) AS is_any
), lately AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY a.received_at DESC, a.id) AS nth, s.id AS slot, s.purpose
    FROM (SELECT id, received_at FROM (SELECT * FROM curation_annotation WHERE reviewer_id = %(reviewer)s
                                       ORDER BY received_at DESC LIMIT 4 * %(looked_back)s) newest
          WHERE question = %(question)s AND verdict <> 'withdrawn' AND mode <> 'adjudication'
            AND carried_from_id IS NULL AND (SELECT is_any FROM gold)
          ORDER BY received_at DESC LIMIT %(looked_back)s) a
        LEFT JOIN curation_slot s ON s.annotation_id = a.id
)
SELECT (SELECT is_any FROM gold),
       (SELECT coalesce(min(nth) FILTER (WHERE purpose = 'gold'), count(*) + 1) - 1 FROM lately),
       (SELECT coalesce((array_agg(slot ORDER BY nth) FILTER (WHERE purpose = 'gold'))[1], 0) FROM lately),
       (SELECT array_agg(ARRAY[s.id, s.claim_id, (k.id IS NOT NULL)::int] ORDER BY s.id)
        FROM curation_slot s JOIN curation_golditem g ON g.claim_id = s.claim_id AND g.question = s.question
            LEFT JOIN curation_skip k ON k.claim_id = s.claim_id AND k.question = s.question
                                     AND k.reviewer_id = s.reviewer_id
        WHERE s.reviewer_id = %(reviewer)s AND s.question = %(question)s AND s.annotation_id IS NULL
          AND s.purpose = 'gold' AND g.retired_at IS NULL
          AND NOT EXISTS (SELECT FROM curation_slot w WHERE w.claim_id = s.claim_id AND w.question = s.question
                            AND w.waiting AND w.purpose = 'vote'));
"""

# What may be gold for this reviewer: decided as it was, to be seen, not served too often, and new to them. Among the
# people just served first, so that it does not stand out; then what was served least. OFFSET 0 keeps the planner from
# reading all that the reviewer ever answered.
PICK = f"""
WITH item AS (
    SELECT k.id AS claim_id, k.identity_id FROM curation_golditem g
        JOIN curation_claim k ON k.id = g.claim_id JOIN ingest_identity i ON i.id = k.identity_id,
        LATERAL (SELECT count(*) AS n FROM curation_slot s
                 WHERE s.claim_id = k.id AND s.question = g.question AND s.purpose = 'gold') served
    WHERE g.question = %(question)s AND g.retired_at IS NULL AND i.state = 'approved' AND served.n < %(most)s
      AND (k.state = 'accepted' OR k.state = 'rejected' AND g.question = 'usable')
      AND NOT EXISTS (SELECT FROM jsonb_each_text(g.answer) known
                      WHERE NOT EXISTS (SELECT FROM curation_consensus n WHERE n.claim_id = k.id AND n.field = known.key
                                          AND n.state = 'settled' AND n.value = known.value))
      AND (%(anybody)s OR k.identity_id = ANY(%(only)s::bigint[]))
      AND NOT EXISTS (SELECT FROM curation_slot s WHERE s.claim_id = k.id
                        AND (s.question = g.question AND s.purpose = 'vote' AND s.waiting
                             OR s.reviewer_id = %(reviewer)s AND (s.question = g.question OR g.question = 'usable')))
      AND NOT EXISTS (SELECT FROM curation_annotation a WHERE a.claim_id = k.id AND a.reviewer_id = %(reviewer)s
                        AND (a.question = g.question OR g.question = 'usable') OFFSET 0)
      AND NOT EXISTS (SELECT FROM curation_skip x WHERE x.claim_id = k.id AND x.question = g.question
                        AND x.reviewer_id = %(reviewer)s)
      AND NOT EXISTS (SELECT FROM curation_disputeview v WHERE v.claim_id = k.id AND v.adjudicator_id = %(reviewer)s)
      AND NOT EXISTS (SELECT FROM curation_practiceanswer p WHERE p.claim_id = k.id AND p.reviewer_id = %(reviewer)s)
      AND NOT EXISTS (SELECT FROM curation_quarantine q WHERE q.face_id = k.face_id AND q.decision IN ('', 'kept_out'))
      AND NOT {IS_REFUSED}
    ORDER BY k.identity_id = ANY(%(near)s::bigint[]) DESC, served.n, md5(%(salt)s || g.id) LIMIT 1
)
INSERT INTO curation_slot (claim_id, identity_id, question, round, asks, number, purpose, why, priority, block, shuffle,
                           waiting, reviewer_id, leased_until)
SELECT item.claim_id, item.identity_id, %(question)s, last.round, '{{}}', (
           SELECT count(*) + 1 FROM curation_slot n WHERE n.claim_id = item.claim_id AND n.question = %(question)s
             AND n.round = last.round AND n.purpose = 'gold'),
       'gold', 'gold', last.priority, last.block, last.shuffle, true, %(reviewer)s,
       now() + %(seconds)s * interval '1 second'
FROM item, LATERAL (SELECT round, priority, block, shuffle FROM curation_slot s
                    WHERE s.claim_id = item.claim_id AND s.question = %(question)s
                    ORDER BY round DESC, id LIMIT 1) last
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608  constants


@dataclass(frozen=True)
class Served:
    """Gold that a reviewer has, and has not answered."""

    slot: int
    claim: int
    skipped: bool


@dataclass(frozen=True)
class Turn:
    """How far a reviewer is from the last gold that they answered (`last`, 0: none lately)."""

    any: bool = False
    since: int = 0
    last: int = 0
    open: tuple[Served, ...] = ()


def statements() -> list[str]:
    """What is to be read before `mixed`, along with whatever else is read of the reviewer."""
    return [TURN] if settings.GOLD_EVERY else []


def parameters() -> dict[str, int]:
    return {"looked_back": LOOKED_BACK * settings.GOLD_EVERY}


def read_turn(row: tuple[bool, int, int, list[list[int]] | None]) -> Turn:
    is_any, since, last, unanswered = row
    return Turn(is_any, since, last, tuple(Served(slot, claim, bool(gone)) for slot, claim, gone in unanswered or ()))


def mixed(slots: Sequence[Slot], order: Order, turn: Turn, *, only: Collection[int] = ()) -> list[Slot]:
    """The reviewer's next slots with gold between them where it is its turn, as many as are wanted: a vote that it
    takes the place of is leased all the same, and comes next. Of the identities in `only` alone, if any.
    """
    items = list(slots)
    if not turn.any:
        return items
    waiting = {one.slot: _again(one.slot) for one in turn.open if not one.skipped and one.claim not in order.have}
    waiting = {pk: slot for pk, slot in waiting.items() if not only or slot.identity_id in only}
    lately = [one.slot for one in turn.open if one.slot > turn.last or one.claim in order.have]
    overdue = [slot for pk, slot in waiting.items() if not items or pk not in lately]
    for slot in overdue:
        _put(items, 0, slot, order)
    after, ahead = 0, turn.since + len(order.have)
    for number in range(AT_ONCE if slots else 0):
        after += gap(order.reviewer, order.question, turn.last, number)
        if number < len(lately) and lately[number] not in waiting:
            continue
        place = max(after - 1 - ahead, 0)
        if place >= min(len(items), order.want):
            break
        known = waiting.get(lately[number]) if number < len(lately) else None
        new = known or _new(order, turn.last, number, items, only)
        if new is None:
            break
        _put(items, place, new, order)
    return items[: order.want]


def turn_of(reviewer: int, question: str) -> Turn:
    if not settings.GOLD_EVERY:
        return Turn()
    params = {"reviewer": reviewer, "question": question, **parameters()}
    [[row]] = prepared.exchange([(text, params) for text in statements()])
    return read_turn(row)


def gap(reviewer: int, question: str, last: int, number: int) -> int:
    """Answers from one gold to the next, itself among them: 1 … 2 N - 1. `number` counts those on their way."""
    drawn = salted_hmac("curation.gold_serving", f"{reviewer}:{question}:{last}:{number}", algorithm="sha256").digest()
    return 1 + int.from_bytes(drawn[:8]) % max(2 * settings.GOLD_EVERY - 1, 1)


def _put(items: list[Slot], place: int, slot: Slot, order: Order) -> None:
    """At the place, or, where names are shown, near it: beside the same person, else between two others."""
    places = range(max(place - NEAR, 0), min(place + NEAR, len(items), order.want - 1) + 1)
    if order.question == "usable" and places:
        place = min(places, key=lambda at: (_stands_out(items, at, slot), abs(at - place)))
    items.insert(place, slot)


def _stands_out(items: Sequence[Slot], at: int, slot: Slot) -> int:
    beside = [one.identity_id for one in items[max(at - 1, 0) : at + 1]]
    if slot.identity_id in beside:
        return 0
    return 1 if len(set(beside)) == 2 else 2


def _new(order: Order, last: int, number: int, items: Sequence[Slot], only: Collection[int]) -> Slot | None:
    salt = salted_hmac("curation.gold_pick", f"{order.reviewer}:{order.question}:{last}:{number}").hexdigest()
    params: dict[str, Any] = {"reviewer": order.reviewer, "question": order.question, "most": MOST_SERVED, "salt": salt}
    near = sorted({slot.identity_id for slot in items})
    params |= {"only": list(only), "anybody": not only, "near": near, "seconds": settings.LEASE_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(PICK, params)
        row = cursor.fetchone()
    return _read(row[0]) if row else None


def _again(pk: int) -> Slot:
    Slot.objects.filter(pk=pk).update(leased_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS))
    return _read(pk)


def _read(pk: int) -> Slot:
    return Slot.objects.select_related("claim__identity", "claim__face", "claim__photo").get(pk=pk)


def make_way(slots: QuerySet[Slot]) -> None:
    """Gold that was served and not answered goes, where its reviewer is about to hold another place of the question."""
    slots.filter(purpose=Slot.Purpose.GOLD, annotation=None).delete()
