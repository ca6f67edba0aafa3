"""Crawl jobs: started whole or not at all, cancelled, and finished by whoever finds nothing left to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ingest.access import move_queues_up
from ingest.job_orders import checked
from ingest.models import Candidate, CrawlJob, Discovery, Identity, JobEvent
from ingest.priority import in_words
from ingest.sentences import said
from ingest.sources import label_of_source

State = CrawlJob.State
Kind = JobEvent.Kind


class JobUnchanged(Exception):
    """One sentence that says why a job stays as it is."""


def start_job(
    *,
    source: str,
    identities: Sequence[Identity] | None = None,
    parameters: Mapping[str, Any] | None = None,
    allow_unproved: bool = False,
    is_trial: bool = False,
    priority: int = 0,
    by: User,
) -> CrawlJob:
    """Check the order and write it down; JobRefused when it cannot be carried out.

    `identities` None means those whom the order itself names (a folder, a list of URLs).
    """
    order = checked(source, identities, dict(parameters or {}), allow_unproved)
    with transaction.atomic():
        job = CrawlJob.objects.create(
            source=order.source,
            parameters=order.parameters,
            allow_unproved=allow_unproved,
            is_trial=is_trial,
            priority=priority,
            started_by=by,
        )
        Discovery.objects.bulk_create(Discovery(job=job, identity=identity) for identity in order.identities)
        _note(job, Kind.STARTED, by)
    return job


def label_of(job: CrawlJob) -> str:
    return said(label_of_source(job.source), _)


def pause(job: CrawlJob, *, by: User) -> None:
    """No row of the job is taken any more; what is under way ends. JobUnchanged unless it runs."""
    with transaction.atomic():
        _move(job, [State.RUNNING], State.PAUSED)
        _note(job, Kind.PAUSED, by)
    move_queues_up()


def resume(job: CrawlJob, *, by: User) -> None:
    """Its rows may be taken again; whoever resumes it rings for them. JobUnchanged unless it is paused."""
    with transaction.atomic():
        _move(job, [State.PAUSED], State.RUNNING)
        _note(job, Kind.RESUMED, by)
    finish_if_nothing_pends(job.pk)  # nobody ends a job while it is paused


def cancel(job: CrawlJob, *, by: User) -> None:
    """What is being fetched just now is dropped when it arrives. JobUnchanged when the job is over."""
    with transaction.atomic():
        _move(job, CrawlJob.LIVE, State.CANCELLED, finished_at=timezone.now())
        _note(job, Kind.CANCELLED, by)
    move_queues_up()


@transaction.atomic
def reopen(job: CrawlJob, *, by: User | None = None, note: str = "") -> bool:
    """A job that was done runs again; False when it was not done.

    To be called before the change that gives it work, in the same transaction: until that is committed nobody can
    end the job for want of work.
    """
    if _locked(job) != State.DONE:
        return False
    _move(job, [State.DONE], State.RUNNING, finished_at=None)
    _note(job, Kind.REOPENED, by, note)
    return True


@transaction.atomic
def retry_failed(job: CrawlJob, *, by: User) -> int:
    """What failed waits again, from the last step that left something behind; how many rows that are.

    JobUnchanged when nothing failed, or the job was cancelled. A job that was done runs again, a paused one stays so.
    """
    state = _locked(job)
    if state == State.CANCELLED:
        raise JobUnchanged(_why_unchanged(state))
    failed = Candidate.objects.filter(job=job, state=Candidate.State.FAILED)
    again = {"refusal": "", "detail": "", "attempts": 0, "claimed_until": None, "finished_at": None}
    detected_anew = failed.filter(photo__isnull=False).update(state=Candidate.State.FETCHED, **again)
    pictures = detected_anew + failed.update(state=Candidate.State.FOUND, proof="", licence="", **again)
    unanswered = Discovery.objects.filter(job=job, state=Discovery.State.FAILED)
    identities = unanswered.update(state=Discovery.State.WAITING, error="", attempts=0, claimed_until=None)
    if not pictures + identities:
        raise JobUnchanged(_("Nothing of this job failed."))
    if state == State.DONE:
        _move(job, [State.DONE], State.RUNNING, finished_at=None)
    _note(job, Kind.RETRIED, by, f"pictures: {pictures:,}; identities to ask again: {identities:,}")
    return pictures + identities


def _move(job: CrawlJob, states: Sequence[str], to: str, **changes: Any) -> None:
    """From one of these states; JobUnchanged when it is in another by now."""
    if not CrawlJob.objects.filter(pk=job.pk, state__in=states).update(state=to, **changes):
        raise JobUnchanged(_why_unchanged(_locked(job)))


def _locked(job: CrawlJob) -> str:
    """The job's state, which nobody else changes before this transaction ends."""
    return CrawlJob.objects.select_for_update().values_list("state", flat=True).get(pk=job.pk)


def _why_unchanged(state: str) -> str:
    return {
        State.RUNNING.value: _("The job is running."),
        State.PAUSED.value: _("The job is paused already."),
        State.DONE.value: _("The job was over already: everything it found is settled."),
        State.CANCELLED.value: _("The job was cancelled, and stays so; start a new one."),
    }[state]


def _note(job: CrawlJob, kind: str, by: User | None, note: str = "") -> None:
    JobEvent.objects.create(job=job, kind=kind, by=by, note=note)


def finish_if_nothing_pends(job_id: int | None = None) -> bool:
    """End this job, or every running job, if it has nothing left to do.

    To be called after the last step's commit: of two that end at once, each would see the other's pending.
    """
    waiting = Discovery.objects.filter(job=OuterRef("pk"), state=Discovery.State.WAITING)
    pending = Candidate.objects.filter(job=OuterRef("pk"), state__in=Candidate.PENDING)
    idle = CrawlJob.objects.filter(~Exists(waiting), ~Exists(pending), state=State.RUNNING)
    if job_id is not None:
        idle = idle.filter(pk=job_id)
    return sum(_finish(job, idle) for job in idle.defer("parameters").order_by("pk")) > 0


@transaction.atomic
def _finish(job: CrawlJob, idle: QuerySet[CrawlJob]) -> bool:
    _locked(job)  # first: whoever just gave the job new work has committed it, and the next query sees it
    ended = idle.filter(pk=job.pk).update(state=State.DONE, finished_at=timezone.now())
    if ended:
        _note(job, Kind.FINISHED, None)
    return bool(ended)


@transaction.atomic
def set_priority(job: CrawlJob, priority: int, *, by: User) -> bool:
    """Whether anything was changed. The caller moves what waits in the queue already."""
    found = CrawlJob.objects.select_for_update().get(pk=job.pk)
    if found.priority == priority:
        return False
    _note(found, Kind.PRIORITY, by, f"{in_words(found.priority)} → {in_words(priority)}")
    found.priority = priority
    found.save(update_fields=["priority"])
    return True
