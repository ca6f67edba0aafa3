"""Orders over several sources, and trials: a job over a few pictures that carries the order it was made to try."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from ingest.identities import approved
from ingest.job_orders import JobRefused
from ingest.jobs import JobUnchanged, start_job
from ingest.models import CrawlJob, Identity
from ingest.sentences import said
from ingest.sources import SOURCES

TRIAL_LIMIT = 5
WHOLE = "whole"  # the parameter of a trial that holds the order


@transaction.atomic
def start_jobs(
    *,
    sources: Sequence[str],
    identities: Sequence[Identity] | None,
    parameters: Mapping[str, Any],
    allow_unproved: bool,
    priority: int = 0,
    by: User,
) -> list[CrawlJob]:
    """One job for each source, all or none; JobRefused names the source that cannot be asked."""
    order = {"allow_unproved": allow_unproved, "priority": priority, "by": by}
    return [_start(source, identities, parameters, **order) for source in sources]


@transaction.atomic
def start_trials(
    *,
    sources: Sequence[str],
    identities: Sequence[Identity],
    everybody: bool,
    parameters: Mapping[str, Any],
    allow_unproved: bool,
    priority: int = 0,
    by: User,
) -> list[CrawlJob]:
    """A trial for each source, over the first identity; each can then start the whole order, and only one does.

    `everybody` are all who are approved when the whole order is started.
    """
    few = {**parameters, "limit": TRIAL_LIMIT}
    order = {"allow_unproved": allow_unproved, "priority": priority, "by": by, "is_trial": True}
    trials = [_start(source, identities[:1], few, **order) for source in sources]
    whole = {
        "sources": list(sources),
        "identities": [] if everybody else [identity.pk for identity in identities],
        "everybody": everybody,
        "limit": parameters["limit"],
        "trials": [trial.pk for trial in trials],
        "jobs": [],
    }
    for trial in trials:
        _remember(trial, whole)
    return trials


def _start(
    source: str,
    identities: Sequence[Identity] | None,
    parameters: Mapping[str, Any],
    **order: Any,
) -> CrawlJob:
    try:
        return start_job(source=source, identities=identities, parameters=parameters, **order)
    except JobRefused as refusal:
        if refusal.field == "source":
            raise JobRefused(f"{said(SOURCES[source].label, _)}: {refusal}", "source") from refusal
        raise


def _remember(trial: CrawlJob, whole: Mapping[str, Any]) -> None:
    trial.parameters = {**trial.parameters, WHOLE: dict(whole)}
    trial.save(update_fields=["parameters"])


def whole_order(trial: CrawlJob) -> dict[str, Any]:
    """What the trial was made to try; empty where the job is no trial."""
    return dict(trial.parameters.get(WHOLE) or {}) if trial.is_trial else {}


@transaction.atomic
def start_whole(trial: CrawlJob, *, by: User) -> list[CrawlJob]:
    """The order that the trial carries, once. JobUnchanged when that was done, JobRefused when it cannot be."""
    order = whole_order(trial)
    if not order:
        raise JobUnchanged(_("This job is no trial: there is no whole job to start."))
    # The locks of all trials of the order: of two people at two of its pages, one starts it.
    trials = list(CrawlJob.objects.select_for_update().filter(pk__in=order["trials"]).order_by("pk"))
    order = whole_order(trials[0])
    if order["jobs"]:
        raise JobUnchanged(_("The whole job was started already."))
    rest = {name: value for name, value in trial.parameters.items() if name != WHOLE}
    jobs = start_jobs(
        sources=order["sources"],
        identities=_identities(order),
        parameters=rest | {"limit": order["limit"]},
        allow_unproved=trial.allow_unproved,
        priority=trial.priority,
        by=by,
    )
    for one in trials:
        _remember(one, order | {"jobs": [job.pk for job in jobs]})
    return jobs


def _identities(order: Mapping[str, Any]) -> list[Identity]:
    return list(approved() if order["everybody"] else Identity.objects.filter(pk__in=order["identities"]))
