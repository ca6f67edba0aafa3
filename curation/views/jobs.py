"""A crawl job's page: what ingest counts, and how much of it waits for review."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from curation import priorities
from curation.identity_forms import PriorityForm
from curation.models import Claim
from ingest.backlog import backlog, nobody_works
from ingest.jobs import label_of, set_priority
from ingest.models import Candidate, CrawlJob
from ingest.pace import pace, took, went_on_at
from ingest.progress import (
    PersonProgress,
    Progress,
    Reason,
    by_identity,
    discoveries_of,
    progress,
    troubles,
    why_nothing,
)
from ingest.reasons import in_words
from ingest.trials import whole_order
from mtf_site.roles import Role, SignedInRequest, allow, has_role

PAGE = 25
PICTURES_SHOWN = 10
LARGE = 20_000  # pictures from which counting takes a good part of a second, and the page asks less often
WORKER_COMMAND = "celery -A mtf_site worker --beat --queues crawl,fetch,detect,export"


@allow(Role.ADMIN)
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "curation/job.html", _context(request, job_id))


@never_cache
@allow(Role.ADMIN)
@require_safe
def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part of the page that moves; it asks for itself again for as long as the job is not over.

    `told` is what the page has announced: only what is new is said aloud; the head, with its buttons, comes
    anew when the job has taken a turn.
    """
    context = _context(request, job_id)
    context["is_news"] = request.GET.get("told") != context["told"]
    context["is_turn"] = request.GET.get("told", "").partition("-")[0] != context["job"].state
    return render(request, "curation/_job_live.html", context)


@allow(Role.ADMIN, audit=False)
@require_POST
def job_priority(request: SignedInRequest, job_id: int) -> HttpResponse:
    """How soon what it brought, and still brings, is asked about."""
    found = get_object_or_404(CrawlJob.objects.defer("parameters"), pk=job_id)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the priorities."))
    elif set_priority(found, form.cleaned_data["priority"], by=request.user):
        n = priorities.reprioritise(job=found.pk)
        messages.success(
            request, ngettext("Saved; %d place in the queue moved.", "Saved; %d places in the queue moved.", n) % n
        )
    return redirect("job", found.pk)


def _context(request: HttpRequest, job_id: int) -> dict[str, Any]:
    found = get_object_or_404(CrawlJob.objects.select_related("started_by").defer("parameters"), pk=job_id)
    page = Paginator(discoveries_of(found), PAGE).get_page(request.GET.get("page"))
    events = list(found.events.select_related("by"))
    so_far = progress(found)
    people = by_identity(found, page.object_list)
    waiting = _waiting(found)
    return {
        "job": found,
        "label": label_of(found),
        "priority_form": PriorityForm(initial={"priority": found.priority}),
        "may_act": has_role(request.user, Role.ADMIN),
        "may_retry": found.state != CrawlJob.State.CANCELLED and bool(so_far.tally.failed or so_far.unasked),
        "progress": so_far,
        "people": [(person, waiting.get(person.identity.pk, 0), _page_of(person)) for person in people],
        "page": page,
        "pace": pace(found, so_far, events),
        "took": took(found, events),
        "events": events,
        "told": _told(found, so_far),
        "seconds": 10 if found.state == CrawlJob.State.PAUSED or so_far.tally.found > LARGE else 2,
        "waiting": sum(waiting.values()),
        "backlog": backlog(found),
        "worker_command": WORKER_COMMAND if nobody_works(found, went_on_at(found, events)) else "",
        "refused": _linked(found, so_far.refused),
        "most_refused": max((reason.count for reason in so_far.refused), default=0),
        "held": _linked(found, so_far.held),
        "candidates_url": _address("candidates", job=found.pk) if so_far.tally.found else "",
        "licences_url": _address("licences", job=found.pk),
        "troubles": troubles(found),
        "why_nothing": why_nothing(found, so_far),
        "whole": whole_order(found),
        "pictures": _pictures(found),
    }


def _told(found: CrawlJob, so_far: Progress) -> str:
    """Changes when there is something to say aloud: a turn of the job, or another tenth of it."""
    tenths = 10 * so_far.tally.settled // max(so_far.tally.found, 1)
    return f"{found.state}-{tenths}"


def _linked(found: CrawlJob, reasons: Sequence[Reason]) -> list[tuple[Reason, str]]:
    """Each with the address of its pictures."""
    return [(reason, _address("candidates", job=found.pk, refusal=reason.code)) for reason in reasons]


def _page_of(person: PersonProgress) -> str:
    return _address("identity", person.identity.pk)


def _address(name: str, *arguments: object, **query: object) -> str:
    return reverse(name, args=arguments) + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True)
class Tried:
    """One picture of a trial; `page_link` only where a browser may safely follow it."""

    candidate: Candidate
    faces: int
    words: str
    page_link: str


def _pictures(found: CrawlJob) -> list[Tried]:
    """The few that a trial brought."""
    if not found.is_trial:
        return []
    brought = Candidate.objects.filter(job=found).select_related("photo").order_by("rank", "pk")
    few = brought.annotate(faces=Count("photo__faces", distinct=True))[:PICTURES_SHOWN]
    return [
        Tried(
            candidate=row,
            faces=row.faces,
            words=in_words(row.refusal) if row.refusal else "",
            page_link=row.page_url if row.page_url.startswith(("http://", "https://")) else "",
        )
        for row in few
    ]


def _waiting(found: CrawlJob) -> dict[int, int]:
    """Open claims that this job brought, by identity."""
    brought: QuerySet[Candidate] = Candidate.objects.filter(
        job=found, state=Candidate.State.DONE, identity=OuterRef("identity"), photo=OuterRef("photo")
    )
    claims = Claim.objects.filter(Exists(brought), state=Claim.State.OPEN)
    return dict(claims.values_list("identity").annotate(n=Count("pk")).order_by())
