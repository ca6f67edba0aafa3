"""Pending rows: one worker at a time takes a row, and settles it, puts it off, or loses it to the sweeper.

A row is free while `claimed_until` is empty or past. Attempts are counted when a row is taken, so that work
which kills its worker comes to an end as well.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from ingest.models import Candidate, CrawlJob, Discovery, Photo

MAX_ATTEMPTS = 4
TASK_SECONDS = 240
LEASE = timedelta(seconds=TASK_SECONDS + 20)  # no task outlives it
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 900.0

Row = TypeVar("Row", Candidate, Discovery)
AnyRow = TypeVar("AnyRow", bound=Model)


class Refused(Exception):
    """The candidate goes no further: `code` to count by, the message for people."""

    def __init__(self, code: str, message: str, photo: Photo | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.photo = photo  # for a candidate whose bytes were a photo that is here already


class Lost(Exception):
    """The row is no longer ours: the job was cancelled, or our time ran out and another took it."""


def of_running_jobs(rows: QuerySet[AnyRow]) -> QuerySet[AnyRow]:
    return _of_jobs(rows, [CrawlJob.State.RUNNING])


def _of_jobs(rows: QuerySet[AnyRow], states: Sequence[str]) -> QuerySet[AnyRow]:
    # EXISTS, not a join: an UPDATE with a join hides its conditions in a subquery that PostgreSQL does not
    # look at again after waiting for the row's lock, and two workers would take the same row.
    return rows.filter(Exists(CrawlJob.objects.filter(pk=OuterRef("job_id"), state__in=states)))


def free(rows: QuerySet[AnyRow]) -> QuerySet[AnyRow]:
    """Those rows that anybody may take now."""
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=timezone.now())
    return of_running_jobs(rows.filter(is_free))


def take(rows: QuerySet[Row], pk: int, state: str) -> Row | None:
    """The row, ours until its `claimed_until`; None when it is taken, settled or its job is over."""
    until = timezone.now() + LEASE
    taken = free(rows.filter(pk=pk, state=state)).update(claimed_until=until, attempts=F("attempts") + 1)
    if not taken:
        return None
    # A job's parameters may hold a whole CSV: who needs them loads them.
    row = rows.select_related("job", "identity").defer("job__parameters").get(pk=pk)
    return row if row.claimed_until == until else None


def settle(row: Candidate | Discovery, **changes: Any) -> None:
    """Write the outcome of a step; Lost when the row is no longer ours, so that a transaction ends.

    A step that was on its way when its job was paused may still end, so that nothing is fetched twice.
    """
    ours = type(row)._default_manager.filter(pk=row.pk, state=row.state, claimed_until=row.claimed_until)
    if not _of_jobs(ours, CrawlJob.LIVE).update(**{"claimed_until": None, "attempts": 0} | changes):
        raise Lost


def put_off(row: Candidate | Discovery, pause: float | None, **changes: Any) -> None:
    """Not now: free again after `pause` seconds, or after a time that doubles with each attempt."""
    settle(row, **{"claimed_until": _after(pause, row.attempts), "attempts": row.attempts} | changes)


def _after(pause: float | None, attempts: int) -> datetime:
    seconds = FIRST_PAUSE * 2 ** (attempts - 1) if pause is None else pause
    return timezone.now() + timedelta(seconds=min(max(seconds, 1.0), LONGEST_PAUSE))
