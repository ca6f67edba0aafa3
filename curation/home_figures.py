"""What the start page tells: each figure is quick at a million claims, counted up to a limit where there may be many.

Answers are looked up person by person, since that is how they are indexed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from curation.models import Claim, Policy, Slot
from curation.models.claims import Question
from curation.waiting_lists import capped

ENOUGH = 3  # accepted faces of an identity: what a reviewer compares with
NAMED = 5
ACTIVE = timedelta(minutes=15)
PEOPLE_SHOWN = 8
COUNTED = 20_000  # slots; of more the planner's estimate is told

ANSWERS_BY_HOUR = """
SELECT date_trunc('hour', a.received_at, 'UTC'), count(*)
FROM auth_user u CROSS JOIN LATERAL (
    SELECT received_at FROM curation_annotation
    WHERE reviewer_id = u.id AND received_at >= %(since)s
      AND verdict <> 'withdrawn' AND mode <> 'adjudication' AND carried_from_id IS NULL
    OFFSET 0
) a GROUP BY 1 ORDER BY 1
"""
# OFFSET 0 and LIMIT keep the planner at one look into the index a person.
PEOPLE = """
SELECT * FROM (
    SELECT u.id,
           (SELECT received_at FROM curation_annotation WHERE reviewer_id = u.id
            ORDER BY received_at DESC LIMIT 1) AS answered_at,
           (SELECT count(*) FROM curation_slot WHERE reviewer_id = u.id AND annotation_id IS NULL
            AND leased_until > %(now)s) AS leases
    FROM auth_user u WHERE u.is_active
) people WHERE leases > 0 OR answered_at > %(since)s ORDER BY answered_at DESC NULLS LAST, id
"""
LACKING = """
SELECT id, name, accepted, count(*) OVER (), count(*) FILTER (WHERE accepted = 0) OVER () FROM (
    SELECT i.id, i.name, (SELECT count(*) FROM (
        SELECT FROM curation_claim WHERE identity_id = i.id AND state = 'accepted' LIMIT %(enough)s) k) AS accepted
    FROM ingest_identity i WHERE i.state = 'approved'
) people WHERE accepted < %(enough)s ORDER BY accepted, name, id LIMIT %(named)s
"""
IN_INDEX = "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%(name)s)"


def answers_by_hour(since: datetime) -> dict[datetime, int]:
    """Reviewers' answers, by the hour in which they came in; hours without any are left out."""
    return {timezone.localtime(hour): answers for hour, answers in _rows(ANSWERS_BY_HOUR, since=since)}


@dataclass(frozen=True)
class Active:
    person: User
    answered_at: datetime | None
    leases: int


def active_people(now: datetime) -> list[Active]:
    """Who holds leases, or answered within a quarter of an hour; the last to answer first."""
    rows = _rows(PEOPLE, now=now, since=now - ACTIVE)
    people = User.objects.prefetch_related("groups").in_bulk([row[0] for row in rows])
    return [Active(people[pk], answered_at, leases) for pk, answered_at, leases in rows]


@dataclass(frozen=True)
class Lacking:
    """Approved identities with fewer accepted faces than a reviewer would like to compare with."""

    count: int
    without: int  # any
    examples: list[tuple[int, str, int]]  # identity, name, accepted faces


def lacking() -> Lacking:
    rows = _rows(LACKING, enough=ENOUGH, named=NAMED)
    count, without = rows[0][3:5] if rows else (0, 0)
    return Lacking(count, without, [row[:3] for row in rows])


@dataclass(frozen=True)
class Wanted:
    """Answers that are asked for now, and about how many will be when faces are accepted."""

    now: int
    later: int
    about: bool

    @property
    def total(self) -> int:
        return self.now + self.later


def wanted(claims: Mapping[str, int], policy: Policy) -> Wanted:
    """Of the open claims as large a share is taken to be accepted as of those settled so far."""
    waiting = Slot.objects.filter(waiting=True, purpose=Slot.Purpose.VOTE)
    asked = capped(waiting, COUNTED)
    about = asked > COUNTED
    if about:
        asked = max(asked, rows_of("slot_queue"))
    undecided = sum(claims.get(state, 0) for state in (Claim.State.OPEN, Claim.State.DISPUTED))
    accepted, rejected = claims.get(Claim.State.ACCEPTED, 0), claims.get(Claim.State.REJECTED, 0)
    share = accepted / (accepted + rejected) if accepted else 0
    later = round(undecided * share * policy.votes(Question.ATTRIBUTES))
    return Wanted(asked, later, about or later > 0)


def rows_of(relation: str) -> int:
    """How many rows the planner believes a table or an index to have; -1 where it does not know."""
    rows = _rows(IN_INDEX, name=relation)
    return int(rows[0][0]) if rows else -1


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
