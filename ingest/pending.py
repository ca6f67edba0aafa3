"""Pending rows: one worker at a time takes a row, and settles it, puts it off, or loses it to the sweeper.

A row is free while `claimed_until` is empty or past. Attempts are counted when a row is taken, so that work
which kills its worker comes to an end as well.
"""

import errno
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from ingest.models import Candidate, CrawlJob, Discovery, Photo
from mtf_site.services import ServicesError

MAX_ATTEMPTS = 4
TASK_SECONDS = 240
LEASE = timedelta(seconds=TASK_SECONDS + 20)  # no task outlives it
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 900.0
LONGEST_QUEUE = 6 * 3600.0  # for a row that waits for its turn at a host, as the host's bucket reckons it
JITTER = 0.25  # rows that failed together shall not come back together

# Not the candidate's fault nor its host's: such an attempt does not count.
UNCOUNTED = frozenset({"throttled", "redis_away", "disk_full"})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_PAUSE = 60.0

# An embedded server that is just starting anew may refuse in words of its own.
DATABASE_AWAY = (OperationalError, InterfaceError, ServicesError)
DATABASE_PATIENCE = 30.0  # seconds; a PostgreSQL that restarts is back by then
DATABASE_POLL = 0.25

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
    try:
        return _take(rows, pk, state, until)
    except (DatabaseError, *DATABASE_AWAY):  # perhaps after the row had become ours
        _patiently(lambda: rows.filter(pk=pk, claimed_until=until).update(claimed_until=timezone.now()))
        raise


def _take(rows: QuerySet[Row], pk: int, state: str, until: datetime) -> Row | None:
    why: dict[str, Any] = {"refusal": ""} if rows.model is Candidate else {}  # it told why the row was put off
    taken = free(rows.filter(pk=pk, state=state)).update(claimed_until=until, attempts=F("attempts") + 1, **why)
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


def put_off(row: Candidate | Discovery, pause: float | None, *, counts: bool = True, **changes: Any) -> None:
    """Not now: free again after `pause` seconds, or after a time that doubles with each attempt.

    An attempt that does not count is taken back; its pause may be longer, for it is a place in a queue.
    """
    attempts = row.attempts if counts else row.attempts - 1
    until = _after(pause, row.attempts, LONGEST_PAUSE if counts else LONGEST_QUEUE)
    settle(row, **{"claimed_until": until, "attempts": attempts} | changes)


def wake_throttled() -> None:
    """Rows that wait for their turn at a host ask for it anew."""
    now = timezone.now()
    candidates = Candidate.objects.filter(state__in=Candidate.PENDING, refusal="throttled", claimed_until__gt=now)
    of_running_jobs(candidates).update(claimed_until=now)
    # One that is being worked on has an attempt; one that was throttled had it taken back.
    waiting = Discovery.objects.filter(state=Discovery.State.WAITING, attempts=0, claimed_until__gt=now)
    of_running_jobs(waiting).update(claimed_until=now)


def _after(pause: float | None, attempts: int, longest: float) -> datetime:
    seconds = FIRST_PAUSE * 2 ** (attempts - 1) * _jitter() if pause is None else pause
    return timezone.now() + timedelta(seconds=min(max(seconds, 1.0), longest))


def _jitter() -> float:
    return random.uniform(1.0, 1.0 + JITTER)  # noqa: S311  no secret


def give_back(row: Candidate | Discovery, cause: Exception, /, **changes: Any) -> None:
    """After what nobody foresaw. A database that went away is waited for: else the row would stay ours for long."""
    pause = 1.0 if isinstance(cause, DATABASE_AWAY) else None
    _patiently(lambda: put_off(row, pause, **changes))


def _patiently(write: Callable[[], object]) -> None:
    """Again until the database has answered; the last error when it has not done so for a while."""
    deadline = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            if not connection.in_atomic_block and not connection.is_usable():
                connection.close()
            write()
            return
        except (DatabaseError, *DATABASE_AWAY):  # a connection that breaks in the middle is not always told as such
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(DATABASE_POLL)
