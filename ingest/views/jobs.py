"""Crawl jobs: list, order, cancellation. A job's own page also counts what waits for review: see curation."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest import tasks
from ingest.forms import FORMS, JobForm, sources_on_offer
from ingest.identities import approved
from ingest.jobs import JobRefused, cancel, label_of, start_job
from ingest.models import Candidate, CrawlJob
from ingest.sources import SOURCES
from ingest.views.identities import AdminRequest
from mtf_site.roles import Role, allow, has_role

PAGE = 25
State = Candidate.State


@allow(Role.ADMIN)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    everything = CrawlJob.objects.defer("parameters").select_related("started_by")
    page = Paginator(everything, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _rows(page), "may_start": has_role(request.user, Role.ADMIN)}
    return render(request, "ingest/jobs.html", context)


def _rows(page: "Page[CrawlJob]") -> list[dict[str, object]]:
    """The page's jobs, each with its label and its figures: two queries, however many jobs there are."""
    ids = [job.pk for job in page.object_list]
    people = dict(CrawlJob.objects.filter(pk__in=ids).values_list("pk").annotate(n=Count("discoveries")).order_by())
    settled = Q(state__in=[State.DONE, State.REFUSED, State.FAILED, State.HELD])
    counted = Candidate.objects.filter(job__in=ids).values("job")
    tallies = {
        row["job"]: row
        for row in counted.annotate(
            found=Count("pk"),
            settled=Count("pk", filter=settled),
            fetched=Count("pk", filter=Q(photo__isnull=False)),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
        )
    }
    return [
        {"job": job, "label": label_of(job), "people": people[job.pk], "tally": tallies.get(job.pk, {})}
        for job in page.object_list
    ]


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def job_new(request: AdminRequest) -> HttpResponse:
    on_offer = sources_on_offer()
    source = request.POST.get("source") or request.GET.get("source") or on_offer[0]
    if source not in on_offer:
        raise Http404(f"There is no source {source!r} on offer.")
    form = FORMS[source](request.POST, request.FILES) if request.method == "POST" else FORMS[source]()
    if request.method == "POST" and form.is_valid():
        job = _start(request, source, form)
        if job is not None:
            return redirect("job", job.pk)
    context = {
        "form": form,
        "source": source,
        "sources": [SOURCES[name] for name in on_offer],
        "approved": approved().count(),
    }
    return render(request, "ingest/job_new.html", context, status=400 if form.errors else 200)


def _start(request: AdminRequest, source: str, form: JobForm) -> CrawlJob | None:
    try:
        job = start_job(
            source=source,
            identities=form.identities(),
            parameters=form.parameters(),
            allow_unproved=form.cleaned_data["allow_unproved"],
            by=request.user,
        )
    except JobRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    tasks.announce(job)
    return job


@allow(Role.ADMIN, audit=False)
@require_POST
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(CrawlJob, pk=job_id)
    if cancel(job):
        messages.success(request, _("The job is cancelled. What it has found so far stays."))
    else:
        messages.warning(request, _("The job was over already."))
    return redirect("job", job.pk)
