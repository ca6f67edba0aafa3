"""A crawl job's page: what ingest counts, and how much of it waits for review."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from curation.models import Claim
from ingest.jobs import label_of
from ingest.models import Candidate, CrawlJob
from ingest.progress import by_identity, discoveries_of, progress, time_left, took, troubles, why_nothing
from mtf_site.roles import Role, allow, has_role

PAGE = 25


@allow(Role.ADMIN)
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "curation/job.html", _context(request, job_id))


@never_cache
@allow(Role.ADMIN)
@require_safe
def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part of the page that moves; it asks for itself again for as long as the job runs."""
    return render(request, "curation/_job_progress.html", _context(request, job_id))


def _context(request: HttpRequest, job_id: int) -> dict[str, Any]:
    found = get_object_or_404(CrawlJob.objects.select_related("started_by").defer("parameters"), pk=job_id)
    page = Paginator(discoveries_of(found), PAGE).get_page(request.GET.get("page"))
    so_far = progress(found)
    waiting = _waiting(found)
    people = by_identity(found, page.object_list)
    return {
        "job": found,
        "label": label_of(found),
        "is_running": found.state == CrawlJob.State.RUNNING,
        "may_cancel": has_role(request.user, Role.ADMIN),
        "progress": so_far,
        "people": [(person, waiting.get(person.identity.pk, 0)) for person in people],
        "page": page,
        "time_left": time_left(found, so_far),
        "took": took(found),
        "waiting": sum(waiting.values()),
        "most_refused": max((reason.count for reason in so_far.refused), default=0),
        "troubles": troubles(found),
        "why_nothing": why_nothing(found, so_far),
    }


def _waiting(found: CrawlJob) -> dict[int, int]:
    """Open claims that this job brought, by identity."""
    brought: QuerySet[Candidate] = Candidate.objects.filter(
        job=found, state=Candidate.State.DONE, identity=OuterRef("identity"), photo=OuterRef("photo")
    )
    claims = Claim.objects.filter(Exists(brought), state=Claim.State.OPEN)
    return dict(claims.values_list("identity").annotate(n=Count("pk")).order_by())
