"""A grid: many faces claimed for one identity, judged together, of which only the wrong ones are marked."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from curation import gold_serving, leases, pairs, serving
from curation.models import Annotation, Policy, Profile, Slot
from curation.models.claims import Question
from curation.paused import is_paused
from curation.priorities import UNSURE

SMALLEST, LARGEST = 12, 40
FRONT = 300  # slots at the front of the queue among which an identity is looked for first
USUAL = 5  # of so many places one goes to a face of doubtful quality or detection, as long as there are others

# Slots `s` that this reviewer holds, or may still take: as `curation.queue` has it, but for one question.
HELD = "s.reviewer_id = %(reviewer)s"
FREE = "(s.leased_until IS NULL OR s.leased_until < now())"
AVAILABLE = f"""
    s.question = 'usable' AND s.waiting AND s.purpose = 'vote' AND s.claim_id <> ALL(%(have)s)
    AND ({HELD} OR {FREE}
         AND NOT EXISTS (SELECT FROM curation_slot mine
                         WHERE mine.claim_id = s.claim_id AND mine.question = s.question AND mine.round = s.round
                           AND mine.reviewer_id = %(reviewer)s)
         AND NOT EXISTS (SELECT FROM curation_slot lower
                         WHERE lower.claim_id = s.claim_id AND lower.question = s.question AND lower.round = s.round
                           AND lower.purpose = 'vote' AND lower.waiting AND lower.number < s.number
                           AND (lower.leased_until IS NULL OR lower.leased_until < now())))
    AND NOT EXISTS (SELECT FROM curation_skip k
                    WHERE k.claim_id = s.claim_id AND k.question = s.question AND k.reviewer_id = %(reviewer)s)
    AND NOT EXISTS (SELECT FROM curation_disputeview v
                    WHERE v.claim_id = s.claim_id AND v.question = s.question AND v.adjudicator_id = %(reviewer)s)
"""  # noqa: S608  constants

# The identity that comes first in the queue and has enough for a grid.
FIND = f"""
WITH front AS (
    SELECT s.identity_id, row_number() OVER (ORDER BY s.priority, s.block, s.shuffle, s.id) AS place
    FROM curation_slot s
    WHERE {AVAILABLE} AND (%(anybody)s OR s.identity_id = ANY(%(limited_to)s))
    ORDER BY s.priority, s.block, s.shuffle, s.id LIMIT %(front)s
)
SELECT identity_id FROM front GROUP BY identity_id HAVING count(*) >= %(fewest)s ORDER BY min(place) LIMIT 1
"""  # noqa: S608  constants

# So that pairs of reviewers can be compared, as on the single page (`curation.leases`): the identity with most claims
# that those colleagues answered lately with whom this reviewer shares too little; else the first with enough that
# nobody has answered. Nothing less urgent than what is next, and nothing at all where that is a doubtful claim.
FIND_FAIRLY = f"""
WITH head AS MATERIALIZED (
    SELECT s.priority, s.block FROM curation_slot s WHERE {AVAILABLE}
    ORDER BY s.priority, s.block, s.shuffle, s.id LIMIT 1
), next AS MATERIALIZED (
    SELECT priority FROM head WHERE block >= 0
), wished AS MATERIALIZED (
    (SELECT DISTINCT s.id, s.identity_id, s.priority, s.block, s.shuffle, true AS shared
     FROM unnest(%(few)s::int[]) AS few(id)
        CROSS JOIN LATERAL (SELECT a.claim_id FROM curation_annotation a WHERE a.reviewer_id = few.id
                            ORDER BY a.received_at DESC LIMIT 200) AS lately
        JOIN curation_slot s ON s.claim_id = lately.claim_id
     WHERE s.priority <= (SELECT priority FROM next) AND {AVAILABLE})
    UNION ALL
    (SELECT s.id, s.identity_id, s.priority, s.block, s.shuffle, false FROM curation_slot s
     WHERE s.number = 1 AND s.priority <= (SELECT priority FROM next) AND {AVAILABLE}
     ORDER BY s.priority, s.block, s.shuffle, s.id LIMIT %(front)s)
)
SELECT identity_id FROM wished GROUP BY identity_id HAVING count(DISTINCT id) >= %(fewest)s
ORDER BY count(*) FILTER (WHERE shared) DESC, min((priority, block, shuffle, id)) LIMIT 1
"""  # noqa: S608  constants

# Within an identity the same: first what those colleagues answered, then what nobody has.
FAIR = """
CASE WHEN NOT %(uneven)s THEN 2
     WHEN EXISTS (SELECT FROM curation_annotation a WHERE a.claim_id = s.claim_id AND a.question = s.question
                    AND a.reviewer_id = ANY(%(few)s::int[])) THEN 0
     WHEN s.number = 1 THEN 1 ELSE 2 END
"""

# What the reviewer holds of it already, then the others in queue order. Faces of doubtful quality wait behind all
# others in the queue; here they come in between, or the last grids of an identity would hold nothing else. That a
# slot is still free is asked again of the row once it is locked. Materialised: what is chosen within a join may be
# chosen anew for each row of it, and more be taken than were wanted.
TAKE = f"""
WITH chosen AS MATERIALIZED (
    SELECT s.id, found.fair FROM curation_slot s JOIN (
        SELECT s.id, NOT ({HELD}) IS TRUE AS fresh, {FAIR} AS fair, CASE WHEN d.doubtful THEN {USUAL} ELSE 1 END
               * row_number() OVER (PARTITION BY d.doubtful ORDER BY s.priority, s.block, s.shuffle, s.id) AS place
        FROM curation_slot s JOIN curation_claim c ON c.id = s.claim_id JOIN ingest_face f ON f.id = c.face_id,
             LATERAL (SELECT cardinality(f.concerns) > 0 OR {UNSURE} AS doubtful) d
        WHERE {AVAILABLE} AND s.identity_id = %(identity)s
    ) AS found USING (id)
    WHERE s.waiting AND ({HELD} OR {FREE})
    ORDER BY found.fresh, found.fair, found.place, s.id LIMIT %(want)s FOR UPDATE OF s SKIP LOCKED
)
UPDATE curation_slot s SET reviewer_id = %(reviewer)s, leased_until = now() + %(seconds)s * interval '1 second',
                           why = CASE WHEN s.why IN ('asked_again', 'reopened', 'unsure') THEN s.why
                                      WHEN chosen.fair = 0 THEN 'pair' ELSE %(why)s END
FROM chosen WHERE s.id = chosen.id RETURNING s.id
"""  # noqa: S608  constants

KEEP = """
UPDATE curation_slot SET leased_until = now() + %(seconds)s * interval '1 second'
WHERE id IN (SELECT id FROM curation_slot WHERE reviewer_id = %(reviewer)s AND question = 'usable' AND waiting
               AND purpose = 'vote' AND claim_id = ANY(%(have)s) FOR UPDATE SKIP LOCKED)
"""


def tiles() -> int:
    return min(max(settings.GRID_TILES, SMALLEST), LARGEST)


def dwell(count: int) -> int:
    """Milliseconds that a grid of so many faces must be looked at before it can be committed."""
    return round(1000 * (settings.GRID_DWELL + settings.GRID_DWELL_TILE * count))


def lease(*, reviewer: User, have: Collection[int] = ()) -> list[Slot]:
    """The reviewer's next grid: slots of one identity, none of the claims in `have`, whose leases are prolonged; some
    of them gold, where there is any of this identity.

    Empty where no identity has enough faces for one.
    """
    try:
        taken = _take(reviewer, have)
    except IntegrityError:  # an answer without a lease took a slot of the same claim at this moment
        return []
    slots = Slot.objects.filter(pk__in=taken).select_related("claim__identity", "claim__face", "claim__photo")
    return sorted(_with_gold(list(slots), reviewer, have), key=lambda slot: _scattered(slot, reviewer))


def _with_gold(slots: list[Slot], reviewer: User, have: Collection[int]) -> list[Slot]:
    if not slots:
        return slots
    order = leases.Order(reviewer.pk, Question.USABLE.value, tiles(), tuple(have))
    turn = gold_serving.turn_of(reviewer.pk, order.question)
    return gold_serving.mixed(slots, order, turn, only=[slots[0].identity_id])


@transaction.atomic
def _take(reviewer: User, have: Collection[int]) -> list[int]:
    """Two tabs of one reviewer take their grids one after the other."""
    limited_to = list(
        Profile.limited_to.through.objects.filter(profile__user=reviewer).values_list("identity", flat=True)
    )
    if is_paused(reviewer, Question.USABLE):
        return []
    known: dict[str, Any] = {"reviewer": reviewer.pk, "have": list(have), "seconds": settings.LEASE_SECONDS}
    known |= {"limited_to": limited_to, "anybody": not limited_to, "why": "limited" if limited_to else "queue"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [leases.REVIEWER_LOCK, reviewer.pk])
        cursor.execute(KEEP, known)
        leaning = pairs.Leaning() if limited_to else pairs.leaning_of(cursor, reviewer.pk, Question.USABLE.value)
        known |= {"uneven": leaning.uneven, "few": list(leaning.few)}
        identity = _identity(cursor, known)
        if identity is None:
            return []
        cursor.execute(TAKE, {**known, "identity": identity, "want": tiles()})
        return [pk for (pk,) in cursor.fetchall()]


def _scattered(slot: Slot, reviewer: User) -> bytes:
    """Where a face stands says nothing of it, differs from reviewer to reviewer, and is the same after a reload."""
    return sha256(f"{reviewer.pk}:{slot.claim_id}".encode()).digest()


def _identity(cursor: Any, known: dict[str, Any]) -> int | None:
    """Looks at the front of the queue first: the whole of a long one costs a moment."""
    looks = [(FIND_FAIRLY, FRONT)] if known["uneven"] else []
    for statement, front in (*looks, (FIND, FRONT), (FIND, None)):
        cursor.execute(statement, {**known, "front": front, "fewest": settings.GRID_FEWEST})
        if row := cursor.fetchone():
            return int(row[0])
    return None


def last(reviewer: User) -> list[Annotation]:
    """The answers of the grid that this reviewer committed last and has not taken back."""
    standing = Annotation.objects.filter(reviewer=reviewer, mode=Annotation.Mode.GRID, superseded_by=None)
    standing = standing.filter(carried_from=None).exclude(verdict=Annotation.Verdict.WITHDRAWN)
    newest = standing.order_by("-received_at").first()
    return list(standing.filter(decided_at=newest.decided_at).order_by("-received_at")) if newest else []


# ---- What the reviewer's browser receives: nothing here tells one purpose from another


def batch(*, reviewer: User, policy: Policy, have: Collection[int] = ()) -> serving.Json:
    """One grid; where there is none and none is on hand, `empty` says why."""
    slots = lease(reviewer=reviewer, have=have)
    items = serving.faces_with_person([slot.claim for slot in slots])
    nothing = not items and not have
    rest = serving.news(
        reviewer=reviewer, question=Question.USABLE, policy=policy, want=int(nothing), have=have, tell=True
    )
    return {
        **rest,
        "identity": _person(items),
        "items": [{**item, "identity": None} for item in items],
        "dwell": dwell(len(items)),
        "empty": _why_empty(rest) if nothing else None,
    }


def _person(items: Sequence[serving.Json]) -> serving.Json | None:
    """Who all of them should be, beside references that are none of the faces to judge nor copies of one."""
    if not items:
        return None
    people = [item["identity"] for item in items]
    first = people[0]
    references = [crop for crop in first["references"] if all(crop in person["references"] for person in people)]
    pictures = [person["reference_picture"] for person in people if person["reference_picture"]]
    return {**first, "references": references, "reference_picture": next(iter(pictures), None)}


def _why_empty(rest: serving.Json) -> serving.Json:
    """What the single page would say, unless that page has something to ask."""
    if rest.get("empty"):
        return dict(rest["empty"])
    fewest = settings.GRID_FEWEST
    return {
        "code": "few",
        "title": _("Nothing for a grid just now"),
        "text": _("No identity has %d faces waiting for you. What there is, is reviewed one by one.") % fewest,
        "action": {"label": _("Review one by one"), "url": reverse("review")},
    }
