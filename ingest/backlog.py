"""What of a crawl job waits and why: for its turn, for a host, for a worker that does not come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from ingest.models import Candidate, CrawlJob, Discovery
from ingest.pending import LEASE

State = Candidate.State
SILENCE = timedelta(seconds=15)  # three rounds of the sweeper


@dataclass(frozen=True)
class Backlog:
    """Pictures by what they wait for; `next_at` is when the first of those that were put off is free again."""

    licence: int = 0
    fetch: int = 0
    detection: int = 0
    under_way: int = 0
    put_off: int = 0
    next_at: datetime | None = None

    @property
    def waiting(self) -> int:
        return self.licence + self.fetch + self.detection


def backlog(job: CrawlJob) -> Backlog:
    """Of a job that is not over; of another, nothing waits."""
    if job.is_over:
        return Backlog()
    now = timezone.now()
    later = Q(claimed_until__gt=now) & ~Q(refusal="")
    under_way = Q(claimed_until__gt=now, refusal="")  # whoever takes a row empties it
    rows = (
        Candidate.objects.filter(job=job, state__in=Candidate.PENDING)
        .values_list("state")
        .annotate(
            n=Count("*"),
            under_way=Count("pk", filter=under_way),
            later=Count("pk", filter=later),
            next=Min("claimed_until", filter=later),
        )
        .order_by()
    )
    counts = {state: (n, busy, put_off, next_at) for state, n, busy, put_off, next_at in rows}
    free = {state: n - busy - put_off for state, (n, busy, put_off, _) in counts.items()}
    return Backlog(
        licence=free.get(State.FOUND, 0),
        fetch=free.get(State.LICENSED, 0),
        detection=free.get(State.FETCHED, 0),
        under_way=sum(busy for _, busy, _, _ in counts.values()),
        put_off=sum(put_off for _, _, put_off, _ in counts.values()),
        next_at=min((at for *_, at in counts.values() if at), default=None),
    )


def nobody_works(job: CrawlJob, went_on_at: datetime) -> bool:
    """A cheap sign that no worker runs: work of this job lies free for a while and nobody takes anything.

    Nobody is asked, which would take a second and more: see `worker.worker_answers`. A worker that was killed in the
    middle of its work shows after its lease.
    """
    now = timezone.now()
    if job.state != CrawlJob.State.RUNNING or went_on_at > now - SILENCE:
        return False
    return _lies_free(job, now) and not _anybody_at_work(job, now)


def _lies_free(job: CrawlJob, now: datetime) -> bool:
    forgotten = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now - SILENCE)
    candidates = Candidate.objects.filter(forgotten, job=job, created_at__lt=now - SILENCE)
    discoveries = Discovery.objects.filter(forgotten, job=job, state=Discovery.State.WAITING)
    return discoveries.exists() or candidates.filter(state__in=Candidate.PENDING).exists()


def _anybody_at_work(job: CrawlJob, now: datetime) -> bool:
    """On any job: one worker works through all of them."""
    if Candidate.objects.filter(job=job, finished_at__gt=now - SILENCE).exists():
        return True
    taken = {"claimed_until__gt": now, "claimed_until__lte": now + LEASE}
    if Discovery.objects.filter(state=Discovery.State.WAITING, error="", **taken).exists():
        return True
    return Candidate.objects.filter(state__in=Candidate.PENDING, refusal="", **taken).exists()
