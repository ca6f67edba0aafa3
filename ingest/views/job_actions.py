"""What an admin does to a crawl job: pause, resume, cancel, try again, start what a trial tried."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ingest import tasks
from ingest.job_orders import JobRefused
from ingest.jobs import JobUnchanged, cancel, label_of, pause, resume, retry_failed
from ingest.models import CrawlJob
from ingest.progress import progress
from ingest.trials import start_whole
from ingest.views.identities import AdminRequest
from mtf_site.roles import Role, allow


@allow(Role.ADMIN, audit=False)
@require_POST
def job_pause(request: AdminRequest, job_id: int) -> HttpResponse:
    def act(job: CrawlJob) -> str:
        pause(job, by=request.user)
        return _("The job is paused. What was under way comes to its end; nothing new is taken.")

    return _acted(request, job_id, act)


@allow(Role.ADMIN, audit=False)
@require_POST
def job_resume(request: AdminRequest, job_id: int) -> HttpResponse:
    def act(job: CrawlJob) -> str:
        resume(job, by=request.user)
        tasks.announce(job)
        return _("The job goes on.")

    return _acted(request, job_id, act)


@allow(Role.ADMIN, audit=False)
@require_POST
def job_retry(request: AdminRequest, job_id: int) -> HttpResponse:
    def act(job: CrawlJob) -> str:
        count = retry_failed(job, by=request.user)
        tasks.announce(job)
        return ngettext("%(n)s that had failed waits again.", "%(n)s that had failed wait again.", count) % {"n": count}

    return _acted(request, job_id, act)


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def job_cancel(request: AdminRequest, job_id: int) -> HttpResponse:
    """Asks first, and says what stays."""
    if request.method == "POST":
        return _acted(request, job_id, lambda job: _cancelled(job, request))
    job = _job(job_id)
    if job.is_over:
        messages.warning(request, _("The job was over already."))
        return redirect("job", job.pk)
    context = {"job": job, "label": label_of(job), "progress": progress(job)}
    return render(request, "ingest/job_cancel.html", context)


def _cancelled(job: CrawlJob, request: AdminRequest) -> str:
    cancel(job, by=request.user)
    return _("The job is cancelled. What it has found so far stays.")


@allow(Role.ADMIN, audit=False)
@require_POST
def job_whole(request: AdminRequest, job_id: int) -> HttpResponse:
    trial = get_object_or_404(CrawlJob, pk=job_id)
    try:
        jobs = start_whole(trial, by=request.user)
    except (JobRefused, JobUnchanged) as refusal:
        messages.error(request, str(refusal))
        return redirect("job", trial.pk)
    return started(request, jobs)


def started(request: HttpRequest, jobs: list[CrawlJob]) -> HttpResponse:
    """Rings for jobs that were just started, and leads to where they are seen: a trial's page names the others."""
    for job in jobs:
        tasks.announce(job)
    if len(jobs) == 1 or jobs[0].is_trial:
        return redirect("job", jobs[0].pk)
    messages.success(request, _("%(n)s crawl jobs are started, one for each source.") % {"n": len(jobs)})
    return redirect("jobs")


def _job(job_id: int) -> CrawlJob:
    return get_object_or_404(CrawlJob.objects.defer("parameters"), pk=job_id)


def _acted(request: HttpRequest, job_id: int, act: Callable[[CrawlJob], str]) -> HttpResponse:
    job = _job(job_id)
    try:
        messages.success(request, act(job))
    except JobUnchanged as refusal:
        messages.warning(request, str(refusal))
    return redirect("job", job.pk)
