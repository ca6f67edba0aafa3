"""Crawl jobs: started whole or not at all, cancelled, and finished by whoever finds nothing left to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ingest.access import NO_CONTACT, may_ask_all, move_queues_up
from ingest.csv_input import CsvError
from ingest.identities import named
from ingest.licence_policy import judge
from ingest.licences import licence_name, needs_attribution, read_licence
from ingest.models import Candidate, CrawlJob, Discovery, Identity, JobEvent
from ingest.priority import in_words
from ingest.sentences import said
from ingest.sources import SOURCES, SourceError, label_of_source
from ingest.sources.flickr import NO_KEY
from ingest.sources.folder import scan_folder
from ingest.sources.urls import UrlRow, read_urls_csv
from ingest.tombstones import is_tombstoned

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
NAMES_SHOWN = 5
WHOM = "identities_wanted"

State = CrawlJob.State
Kind = JobEvent.Kind


class JobRefused(Exception):
    """One sentence that says why nothing was started, and what of the order is to blame, by the name of its field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class JobUnchanged(Exception):
    """One sentence that says why a job stays as it is."""


@dataclass(frozen=True)
class Order:
    """What a job is to do, after everything about it was checked."""

    source: str
    identities: tuple[Identity, ...]
    parameters: dict[str, Any]


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
    order = _checked(source, identities, dict(parameters or {}), allow_unproved)
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


def _checked(
    source: str, identities: Sequence[Identity] | None, parameters: dict[str, Any], allow_unproved: bool
) -> Order:
    if source not in SOURCES:
        raise JobRefused(
            _("There is no source %(source)r; the sources are %(all)s.") % {"source": source, "all": ", ".join(SOURCES)}
        )
    if sentence := why_not_on_offer(source):
        raise JobRefused(sentence)
    missing = [name for name in SOURCES[source].needs if not parameters.get(name)]
    if missing:
        raise JobRefused(_("The source %(source)s needs: %(all)s.") % {"source": source, "all": ", ".join(missing)})
    parameters["limit"] = _limit(parameters.get("limit", DEFAULT_LIMIT))
    if source == "folder":
        named_by_order = _check_folder(parameters, allow_unproved)
    elif source == "urls":
        named_by_order = _check_urls(parameters)
    else:
        named_by_order = ()
    if SOURCES[source].searches:
        _check_contact([settings.SOURCE_URLS[source]])
    chosen = tuple(named_by_order if identities is None else identities)
    _check_identities(chosen)
    return Order(source, chosen, parameters)


def why_not_on_offer(source: str) -> str:
    """One sentence where the settings keep a job of this source from starting, "" where they do not."""
    return _(NO_KEY) if source == "flickr" and not settings.FLICKR_KEY else ""


def _limit(value: object) -> int:
    try:
        limit = int(str(value))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_LIMIT:
        raise JobRefused(
            _("The limit %(value)r is not a number from 1 to %(most)s.") % {"value": value, "most": MAX_LIMIT},
            "limit",
        )
    return limit


def _check_folder(parameters: dict[str, Any], allow_unproved: bool) -> tuple[Identity, ...]:
    try:
        scan = scan_folder(parameters["root"])
        spdx = read_licence(parameters["licence"]) if parameters.get("licence") else None
    except (SourceError, ValueError) as error:
        raise JobRefused(said(error, _), "root" if isinstance(error, SourceError) else "licence") from error
    if spdx is None and not allow_unproved:
        raise JobRefused(_("The pictures of a folder need a licence, or the leave to be reviewed unproved."), "licence")
    if spdx is not None and judge(spdx).verdict != "take":
        raise JobRefused(
            _("%(licence)s does not let us change, sell and pass on the pictures.") % {"licence": licence_name(spdx)},
            "licence",
        )
    if spdx is not None and needs_attribution(spdx) and not parameters.get("creator"):
        raise JobRefused(
            _("%(licence)s asks that the creator is named: say who.") % {"licence": licence_name(spdx)}, "creator"
        )
    parameters |= {"root": str(Path(parameters["root"]).resolve()), "licence": spdx or ""}
    return _approved_or_refused(scan.identity_names, "root")


def _check_urls(parameters: dict[str, Any]) -> tuple[Identity, ...]:
    try:
        rows = read_urls_csv(parameters["csv"])
    except CsvError as error:
        raise JobRefused(_("The list of URLs cannot be used. %(error)s") % {"error": _faults(error)}, "csv") from error
    if isinstance(parameters["csv"], bytes):  # which has just been read as UTF-8
        parameters["csv"] = parameters["csv"].decode("utf-8-sig")
    _check_contact(_urls(rows))
    return _approved_or_refused((row.identity for row in rows), "csv")


def _faults(error: CsvError) -> str:
    words = [(line, said(text, _)) for line, text in error.problems]
    return " ".join(
        _("Line %(line)s: %(text)s") % {"line": line, "text": text} if line else text for line, text in words
    )


def _urls(rows: Iterable[UrlRow]) -> list[str]:
    return [url for row in rows for url in (row.image_url, row.page_url) if url]


def _check_contact(urls: Iterable[str]) -> None:
    if not may_ask_all(urls):
        raise JobRefused(_(NO_CONTACT), "source")


def _approved_or_refused(names: Iterable[str], field: str) -> tuple[Identity, ...]:
    people = named(names)
    if people.missing:
        missing = _shown(people.missing)
        raise JobRefused(
            _("Not among the approved identities: %(missing)s. Nothing was started.") % {"missing": missing}, field
        )
    return people.found


def _check_identities(identities: Sequence[Identity]) -> None:
    if not identities:
        raise JobRefused(_("There is no identity to look for: import and approve identities first."), WHOM)
    unapproved = [identity.name for identity in identities if identity.state != Identity.State.APPROVED]
    if unapproved:
        raise JobRefused(_("Not approved: %(names)s. Nothing was started.") % {"names": _shown(unapproved)}, WHOM)
    erased = [identity.name for identity in identities if is_tombstoned(identity)]
    if erased:
        raise JobRefused(
            _("Erased, not to be looked for again: %(names)s. Nothing was started.") % {"names": _shown(erased)}, WHOM
        )


def _shown(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


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
