"""How fast a crawl job goes, how long that still takes, and how long it has run: pauses do not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import ngettext

from ingest.models import Candidate, CrawlJob, JobEvent
from ingest.progress import Progress

LATELY = timedelta(minutes=5)
TOO_FEW = 3  # settled pictures from which a speed is worth a word
Kind = JobEvent.Kind
STARTS = (Kind.STARTED, Kind.RESUMED, Kind.REOPENED, Kind.RETRIED)
STOPS = (Kind.PAUSED, Kind.CANCELLED, Kind.FINISHED)


@dataclass(frozen=True)
class Pace:
    """`a_minute` is None while it would be a guess; `left` in seconds likewise."""

    a_minute: float | None = None
    left: float | None = None

    @property
    def speed_in_words(self) -> str:
        if self.a_minute is None:
            return ""
        whole = self.a_minute >= 10
        return str(intcomma(round(self.a_minute))) if whole else number_format(round(self.a_minute, 1), 1)

    @property
    def left_in_words(self) -> str:
        return "" if self.left is None else in_minutes(self.left)


def pace(job: CrawlJob, so_far: Progress, events: Sequence[JobEvent]) -> Pace:
    """From what was settled in the last minutes, or since the job went on; while it stands still there is none."""
    if job.state != CrawlJob.State.RUNNING:
        return Pace()
    now = timezone.now()
    since = max(now - LATELY, went_on_at(job, events))
    settled = Candidate.objects.filter(job=job, finished_at__gte=since).count()
    seconds = (now - since).total_seconds()
    if settled < TOO_FEW or seconds < 1:
        return Pace()
    is_known = so_far.asked == so_far.identities
    return Pace(settled / seconds * 60, so_far.tally.pending * seconds / settled if is_known else None)


def went_on_at(job: CrawlJob, events: Sequence[JobEvent]) -> datetime:
    """When it was last started, resumed or given new work."""
    return max((event.at for event in events if event.kind in STARTS), default=job.created_at)


def took(job: CrawlJob, events: Sequence[JobEvent]) -> str:
    """How long a job that is over ran, in words; "" while it is not over."""
    if job.finished_at is None:
        return ""
    return in_minutes(seconds_at_work(job.created_at, job.finished_at, [(event.kind, event.at) for event in events]))


def seconds_at_work(start: datetime, end: datetime, events: Sequence[tuple[str, datetime]]) -> float:
    """Between these times, without the pauses and the time for which the job was done; events in their order."""
    at_work, went_on, stopped_by = 0.0, start, ""
    for kind, at in events:
        if not stopped_by and kind in STOPS:
            at_work += (at - went_on).total_seconds()
            stopped_by = kind
        elif stopped_by and kind in STARTS and (stopped_by, kind) != (Kind.PAUSED, Kind.RETRIED):
            went_on, stopped_by = at, ""  # what is tried again of a paused job waits until it goes on
    return at_work + (0.0 if stopped_by else (end - went_on).total_seconds())


def in_minutes(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 3 * 86400:
        return f"{seconds / 3600:.0f} h"
    days = round(seconds / 86400)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": intcomma(days)}
