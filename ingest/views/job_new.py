"""Ordering a crawl: a search over several sources with an estimate and a trial, or a list or folder of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ingest.estimates import Estimate, estimate_for
from ingest.forms import FORMS, JobForm, SearchJobForm, sources_on_offer, why_not_now
from ingest.identities import approved
from ingest.job_orders import JobRefused
from ingest.models import Candidate, CrawlJob, Identity
from ingest.pace import in_minutes
from ingest.sources import SOURCES, Source
from ingest.trials import TRIAL_LIMIT, start_jobs, start_trials, whole_order
from ingest.views.identities import AdminRequest
from ingest.views.job_actions import started
from mtf_site.roles import Role, allow

SHOWN = 12  # identities that are offered at once; more are found by typing


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def job_new(request: AdminRequest) -> HttpResponse:
    asked = request.POST.getlist("source") or request.GET.getlist("source")
    unknown = [name for name in asked if name not in sources_on_offer()]
    if unknown:
        raise Http404(f"There is no source {unknown[0]!r} on offer.")
    own = [name for name in asked if not SOURCES[name].searches]
    return _bring(request, own[0]) if own else _search(request)


def _search(request: AdminRequest) -> HttpResponse:
    """Nothing is started by looking: the page then comes again with all that was chosen, and a new estimate."""
    is_order = request.method == "POST" and request.POST.get("do") != "look"
    form = SearchJobForm(request.POST) if request.method == "POST" else SearchJobForm(initial=_initial(request))
    if is_order and form.is_valid():
        jobs = _start_search(request, form, is_trial=request.POST.get("do") == "try")
        if jobs:
            return started(request, jobs)
    context = _search_context(request, form, is_order)
    return render(request, "ingest/job_new.html", context, status=400 if is_order else 200)


def _start_search(request: AdminRequest, form: SearchJobForm, is_trial: bool) -> list[CrawlJob]:
    order: dict[str, Any] = {
        "sources": form.cleaned_data["source"],
        "identities": form.identities(),
        "parameters": form.parameters(),
        "allow_unproved": form.cleaned_data["allow_unproved"],
        "priority": form.cleaned_data["priority"] or 0,
        "by": request.user,
    }
    try:
        return start_trials(everybody=form.cleaned_data["all_approved"], **order) if is_trial else start_jobs(**order)
    except JobRefused as refusal:
        form.blame(refusal)
        return []


def _initial(request: AdminRequest) -> dict[str, Any]:
    """What other pages link with (`?identity=7&identity=9&source=bing`), or what a trial was to try (`?trial=12`)."""
    if trial := request.GET.get("trial", ""):
        return _initial_of(get_object_or_404(CrawlJob, pk=trial if trial.isdecimal() else 0, is_trial=True))
    usable = [name for name in sources_on_offer() if SOURCES[name].searches and not why_not_now(name)]
    return {
        "source": request.GET.getlist("source") or usable[:1],
        "identities_wanted": request.GET.getlist("identity"),
        "all_approved": "all" in request.GET,
    }


def _initial_of(trial: CrawlJob) -> dict[str, Any]:
    order = whole_order(trial)
    return {
        "source": order.get("sources", [trial.source]),
        "identities_wanted": order.get("identities", []),
        "all_approved": order.get("everybody", False),
        "limit": order.get("limit"),
        "allow_unproved": trial.allow_unproved,
        "priority": trial.priority,
    }


def _search_context(request: AdminRequest, form: SearchJobForm, is_order: bool) -> dict[str, Any]:
    people = approved().count()
    words = " ".join((request.POST.get("q") or request.GET.get("q") or "").split())[:200]
    chosen = list(approved().filter(pk__in=form.ids_wanted()).order_by("name", "pk"))
    cards = _cards(form["source"].value() or [])
    told = _estimate(form, len(chosen), people, cards)
    return {
        "form": form,
        "show_errors": is_order,
        "approved": people,
        "q": words,
        "picker": _picker(words, chosen),
        "cards": [card for card in cards if card.source.searches],
        "own_cards": [card for card in cards if not card.source.searches],
        "estimate": told,
        "time": in_minutes(max(told.seconds, 1.0)),
        "limit": form.limit_wanted(),
        "host_rate": settings.HOST_RATE,
        "max_photos": settings.MAX_PHOTOS,
        "trial_limit": TRIAL_LIMIT,
    }


def _estimate(form: SearchJobForm, chosen: int, people: int, cards: "list[Card]") -> Estimate:
    everybody = bool(form["all_approved"].value())
    sources = [card.source.name for card in cards if card.is_chosen]
    return estimate_for(identities=people if everybody else chosen, sources=sources, limit=form.limit_wanted())


@dataclass(frozen=True)
class Card:
    """A source as it is offered; `why_not` says why it cannot be chosen."""

    source: Source
    proof: str
    why_not: str
    is_chosen: bool


def _cards(chosen: list[str]) -> list[Card]:
    return [
        Card(source, _proof(source), why_not_now(name), name in chosen and name in sources_on_offer())
        for name, source in SOURCES.items()
    ]


def _proof(source: Source) -> str:
    if source.name == "folder":
        return _("you vouch for the licence")
    return _("proved by the source page") if source.heeds_robots else _("proved by the source itself")


@dataclass(frozen=True)
class Picker:
    """`found` are offered to be ticked; `chips` are all that is chosen, in the order of names."""

    found: Sequence[Identity]
    more: int
    chosen_ids: frozenset[int]
    chips: Sequence[Identity]

    @property
    def hidden(self) -> list[Identity]:
        """Chosen, but not among those offered: they stay in the form all the same."""
        shown = {identity.pk for identity in self.found}
        return [identity for identity in self.chips if identity.pk not in shown]


def _picker(words: str, chosen: list[Identity]) -> Picker:
    everybody = approved()
    if words:
        everybody = everybody.filter(Q(name__icontains=words) | Q(aliases__icontains=words))
    done = Candidate.objects.filter(identity=OuterRef("pk"), state=Candidate.State.DONE).order_by().values("identity")
    photos = Subquery(done.annotate(n=Count("photo", distinct=True)).values("n"), output_field=IntegerField())
    found = list(everybody.order_by("name", "pk").annotate(photo_count=Coalesce(photos, 0))[:SHOWN])
    more = everybody.count() - len(found)
    return Picker(found, more, frozenset(identity.pk for identity in chosen), chosen)


def _bring(request: AdminRequest, source: str) -> HttpResponse:
    """A source whose order names the identities itself has a form of its own."""
    form = FORMS[source](request.POST, request.FILES) if request.method == "POST" else FORMS[source]()
    if form.is_bound and form.is_valid():
        jobs = _start_own(request, source, form)
        if jobs:
            return started(request, jobs)
    card = next(card for card in _cards([source]) if card.source.name == source)
    context = {"form": form, "card": card, "approved": approved().count()}
    return render(request, "ingest/job_bring.html", context, status=400 if form.errors else 200)


def _start_own(request: AdminRequest, source: str, form: JobForm) -> list[CrawlJob]:
    try:
        return start_jobs(
            sources=[source],
            identities=form.identities(),
            parameters=form.parameters(),
            allow_unproved=form.cleaned_data["allow_unproved"],
            priority=form.cleaned_data["priority"] or 0,
            by=request.user,
        )
    except JobRefused as refusal:
        form.blame(refusal)
        return []
