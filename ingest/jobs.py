"""Crawl jobs: started whole or not at all, cancelled, and finished by whoever finds nothing left to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ingest.access import NO_CONTACT, may_ask_all, move_queues_up
from ingest.csv_input import CsvError
from ingest.identities import named
from ingest.licences import judge, licence_name, needs_attribution, read_licence
from ingest.models import Candidate, CrawlJob, Discovery, Identity
from ingest.sources import SOURCES, SourceError
from ingest.sources.folder import scan_folder
from ingest.sources.urls import UrlRow, read_urls_csv
from ingest.tombstones import is_tombstoned

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
NAMES_SHOWN = 5


class JobRefused(Exception):
    """One sentence that says why nothing was started."""


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
    by: User,
) -> CrawlJob:
    """Check the order and write it down; JobRefused when it cannot be carried out.

    `identities` None means those whom the order itself names (a folder, a list of URLs).
    """
    order = _checked(source, identities, dict(parameters or {}), allow_unproved)
    with transaction.atomic():
        job = CrawlJob.objects.create(
            source=order.source, parameters=order.parameters, allow_unproved=allow_unproved, started_by=by
        )
        Discovery.objects.bulk_create(Discovery(job=job, identity=identity) for identity in order.identities)
    return job


def _checked(
    source: str, identities: Sequence[Identity] | None, parameters: dict[str, Any], allow_unproved: bool
) -> Order:
    if source not in SOURCES:
        raise JobRefused(f"There is no source {source!r}; the sources are {', '.join(SOURCES)}.")
    missing = [name for name in SOURCES[source].needs if not parameters.get(name)]
    if missing:
        raise JobRefused(f"The source {source} needs: {', '.join(missing)}.")
    parameters["limit"] = _limit(parameters.get("limit", DEFAULT_LIMIT))
    if source == "folder":
        named_by_order = _check_folder(parameters, allow_unproved)
    elif source == "urls":
        named_by_order = _check_urls(parameters)
    else:
        named_by_order = ()
        _check_contact([settings.SOURCE_URLS[source]])
    chosen = tuple(named_by_order if identities is None else identities)
    _check_identities(chosen)
    return Order(source, chosen, parameters)


def _limit(value: object) -> int:
    try:
        limit = int(str(value))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_LIMIT:
        raise JobRefused(f"The limit {value!r} is not a number from 1 to {MAX_LIMIT}.")
    return limit


def _check_folder(parameters: dict[str, Any], allow_unproved: bool) -> tuple[Identity, ...]:
    try:
        scan = scan_folder(parameters["root"])
        spdx = read_licence(parameters["licence"]) if parameters.get("licence") else None
    except (SourceError, ValueError) as error:
        raise JobRefused(str(error)) from error
    if spdx is None and not allow_unproved:
        raise JobRefused("The pictures of a folder need a licence, or the leave to be reviewed unproved.")
    if spdx is not None and judge(spdx).verdict != "take":
        raise JobRefused(f"{licence_name(spdx)} does not let us change, sell and pass on the pictures.")
    if spdx is not None and needs_attribution(spdx) and not parameters.get("creator"):
        raise JobRefused(f"{licence_name(spdx)} asks that the creator is named: say who.")
    parameters |= {"root": str(Path(parameters["root"]).resolve()), "licence": spdx or ""}
    return _approved_or_refused(scan.identity_names)


def _check_urls(parameters: dict[str, Any]) -> tuple[Identity, ...]:
    try:
        rows = read_urls_csv(parameters["csv"])
    except CsvError as error:
        raise JobRefused(f"The list of URLs cannot be used. {error}") from error
    if isinstance(parameters["csv"], bytes):  # which has just been read as UTF-8
        parameters["csv"] = parameters["csv"].decode("utf-8-sig")
    _check_contact(_urls(rows))
    return _approved_or_refused(row.identity for row in rows)


def _urls(rows: Iterable[UrlRow]) -> list[str]:
    return [url for row in rows for url in (row.image_url, row.page_url) if url]


def _check_contact(urls: Iterable[str]) -> None:
    if not may_ask_all(urls):
        raise JobRefused(NO_CONTACT)


def _approved_or_refused(names: Iterable[str]) -> tuple[Identity, ...]:
    people = named(names)
    if people.missing:
        raise JobRefused(f"Not among the approved identities: {_shown(people.missing)}. Nothing was started.")
    return people.found


def _check_identities(identities: Sequence[Identity]) -> None:
    if not identities:
        raise JobRefused("There is no identity to look for: import and approve identities first.")
    unapproved = [identity.name for identity in identities if identity.state != Identity.State.APPROVED]
    if unapproved:
        raise JobRefused(f"Not approved: {_shown(unapproved)}. Nothing was started.")
    erased = [identity.name for identity in identities if is_tombstoned(identity)]
    if erased:
        raise JobRefused(f"Erased, not to be looked for again: {_shown(erased)}. Nothing was started.")


def _shown(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def label_of(job: CrawlJob) -> str:
    """The source's name for people, also for a source that is no longer on offer."""
    return SOURCES[job.source].label if job.source in SOURCES else job.source


def cancel(job: CrawlJob) -> bool:
    """False when the job was over already. What is being fetched just now is dropped when it arrives."""
    running = CrawlJob.objects.filter(pk=job.pk, state=CrawlJob.State.RUNNING)
    is_over = bool(running.update(state=CrawlJob.State.CANCELLED, finished_at=timezone.now()))
    if is_over:
        move_queues_up()
    return is_over


def finish_if_nothing_pends(job_id: int | None = None) -> bool:
    """End this job, or every running job, if it has nothing left to do.

    To be called after the last step's commit: of two that end at once, each would see the other's pending.
    """
    waiting = Discovery.objects.filter(job=OuterRef("pk"), state=Discovery.State.WAITING)
    pending = Candidate.objects.filter(job=OuterRef("pk"), state__in=Candidate.PENDING)
    idle = CrawlJob.objects.filter(~Exists(waiting), ~Exists(pending), state=CrawlJob.State.RUNNING)
    if job_id is not None:
        idle = idle.filter(pk=job_id)
    return bool(idle.update(state=CrawlJob.State.DONE, finished_at=timezone.now()))
