"""The adjudicator's lists, and the page on which they decide."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from curation import adjudication, quarantine
from curation.dispute import Dispute
from curation.disputes import Listing, decided_lately, kept_out_lately, listed, next_in, rows
from curation.forms import AlarmForm, AttributesForm, UsableForm
from curation.models import Claim, Flag, Quarantine
from curation.models.claims import Question
from curation.policies import current_policy
from curation.serving import face_with_person
from curation.votes import in_words, votes
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 25
LATELY = 10
DECIDED = "decided"


@never_cache
@allow(Role.ADJUDICATOR)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    counts = adjudication.counts()
    waiting = [name for name in Listing.values if counts[name]]
    listing = request.GET.get("list", "")
    if listing not in (*Listing.values, DECIDED):
        listing = waiting[0] if waiting else Listing.USABLE
    tabs = [{"name": name, "label": label, "count": counts[name]} for name, label in Listing.choices]
    context = {"tabs": tabs, "listing": listing, "may_decide": has_role(request.user, Role.ADJUDICATOR)}
    return render(request, "curation/disputes.html", context | _list(request, listing))


def _list(request: SignedInRequest, listing: str) -> dict[str, Any]:
    policy = current_policy()
    if listing == DECIDED:
        decided = [{"decision": d, "words": in_words(d, policy)} for d in decided_lately()[:LATELY]]
        return {"decided": decided, "kept_out": kept_out_lately()[:LATELY]}
    places = Paginator(listed(listing), A_PAGE).get_page(request.GET.get("page"))
    first = next_in(listing, person=request.user, after=0)
    return {"page": places, "rows": rows(listing, list(places), person=request.user, policy=policy), "first": first}


# ---- One dispute


@never_cache
@allow(Role.ADJUDICATOR)
@require_GET
def one(request: SignedInRequest, claim: int, question: str) -> HttpResponse:
    dispute = get_dispute_for(request, claim, question)
    return _show(request, dispute, _form(dispute))


def _form(dispute: Dispute, data: Any = None) -> UsableForm | AttributesForm:
    known = {"claim": dispute.claim, "policy": dispute.policy, "earlier": dispute.decision}
    if dispute.question == Question.USABLE:
        return UsableForm(data, **known)
    return AttributesForm(data, asked=dispute.to_decide, required=bool(dispute.unsettled), **known)


def get_dispute_for(request: SignedInRequest, claim: int, question: str) -> Dispute:
    claims = Claim.objects.select_related("face", "photo", "identity")
    dispute = Dispute(get_object_or_404(claims, pk=claim), question, current_policy())
    if not dispute.is_asked:
        raise Http404("This question has not been asked of this face.")
    return dispute


def _show(request: SignedInRequest, dispute: Dispute, form: Any, alarm_form: AlarmForm | None = None) -> HttpResponse:
    claim, listing = dispute.claim, _listing(request, dispute)
    names = "names" in request.GET
    context = {
        "dispute": dispute,
        "item": face_with_person(claim),
        "votes": votes(claim, dispute.question, policy=dispute.policy, names=names),
        "names": names,
        "form": form,
        "alarm_form": alarm_form or AlarmForm(),
        "may_decide": has_role(request.user, Role.ADJUDICATOR),
        "voted": adjudication.voted(claim, dispute.question, request.user),
        "listing": listing,
        "listing_label": dict(Listing.choices)[listing],
        "later": next_in(listing, person=request.user, after=claim.pk),
    }
    failed = form.errors or (alarm_form and alarm_form.errors)
    return render(request, "curation/dispute.html", context, status=400 if failed else 200)


def _listing(request: SignedInRequest, dispute: Dispute) -> str:
    """The list that they work through: said by the page, else the one of this question."""
    wanted = request.POST.get("list") or request.GET.get("list")
    return str(wanted) if wanted in Listing.values else dispute.question


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def decide(request: SignedInRequest, claim: int, question: str) -> HttpResponse:
    dispute = get_dispute_for(request, claim, question)
    form = _form(dispute, request.POST)
    if not form.is_valid():
        return _show(request, dispute, form)
    if form.is_stale:
        return _stale(request, dispute)
    made = adjudication.decide(form.decision(), adjudicator=request.user, policy=dispute.policy)
    _say_decided(request, in_words(made, dispute.policy), claim, question)
    return _next(request, dispute)


def _stale(request: SignedInRequest, dispute: Dispute) -> HttpResponse:
    messages.warning(request, _("Another decision was made while you looked at this. Nothing of yours was saved."))
    return redirect("dispute", dispute.claim.pk, dispute.question)


def _say_decided(request: SignedInRequest, words: str, claim: int, question: str) -> None:
    again = reverse("dispute", args=[claim, question])
    text = format_html('{} <a href="{}">{}</a>', _("Decided: %s.") % words, again, _("Decide it anew"))
    messages.success(request, text)


def _next(request: SignedInRequest, dispute: Dispute) -> HttpResponse:
    """Straight on to what is left of the same list."""
    listing = _listing(request, dispute)
    place = next_in(listing, person=request.user, after=dispute.claim.pk)
    url = reverse("dispute", args=place) if place else reverse("disputes")
    return redirect(f"{url}?list={listing}")


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def ask_again(request: SignedInRequest, claim: int, question: str) -> HttpResponse:
    dispute = get_dispute_for(request, claim, question)
    try:
        adjudication.ask_for_one_more_vote(claim_id=claim, question=question, adjudicator=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
        return redirect("dispute", claim, question)
    messages.success(request, _("One more reviewer is asked. It comes back here if they do not agree."))
    return _next(request, dispute)


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def decide_quarantine(request: SignedInRequest, pk: int) -> HttpResponse:
    alarm = get_object_or_404(Quarantine.objects.select_related("face", "claim", "annotation"), pk=pk)
    dispute = get_dispute_for(request, alarm.claim_id, alarm.annotation.question)
    form = AlarmForm(request.POST)
    if not form.is_valid():
        return _show(request, dispute, _form(dispute), form)
    if not quarantine.decide(alarm, adjudicator=request.user, **form.cleaned_data):
        return _stale(request, dispute)
    words = _("back in the queue") if form.cleaned_data["release"] else _("kept out for good")
    _say_decided(request, words, alarm.claim_id, dispute.question)
    return _next(request, dispute)


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def resolve_flag(request: SignedInRequest, pk: UUID) -> HttpResponse:
    flag = get_object_or_404(Flag, pk=pk)
    dispute = get_dispute_for(request, flag.claim_id, flag.question)
    adjudication.resolve_flag(flag, adjudicator=request.user)
    messages.success(request, _("The flag is answered."))
    return _next(request, dispute)
