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

from curation import adjudication, contradictions, quarantine, waiting_lists
from curation.dispute import Dispute
from curation.disputes import (
    Listing,
    Place,
    beside,
    decided_lately,
    first_of,
    is_free,
    kept_out_lately,
    listed,
    rows,
)  # fmt: skip
from curation.forms import AlarmForm, AttributesForm, FlagForm, UsableForm
from curation.keys import dispute_table
from curation.models import Claim, Flag, Quarantine
from curation.models.claims import Question
from curation.policies import current_policy, for_browser
from curation.preferences import preferences
from curation.serving import face_with_person
from curation.votes import in_words, votes
from curation.waiting_lists import LABELS, url_of
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 25
MOST = 5_000  # of a list: what comes after these is seen once some are decided
LATELY = 10
LONGEST_ID = 18  # digits of what the database can hold
DECIDED = "decided"


def tabs(counts: dict[str, int]) -> list[dict[str, Any]]:
    """One for each list, with how much waits there."""
    return [{"name": name, "label": LABELS[name], "count": counts[name], "url": url_of(name)} for name in counts]


@never_cache
@allow(Role.ADJUDICATOR)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    counts = waiting_lists.counts()
    waiting = [name for name in Listing.values if counts[name]]
    listing = request.GET.get("list", "")
    if listing not in (*Listing.values, DECIDED):
        listing = waiting[0] if waiting else Listing.USABLE
    context = {"tabs": tabs(counts), "listing": listing, "may_decide": has_role(request.user, Role.ADJUDICATOR)}
    return render(request, "curation/disputes.html", context | _list(request, listing))


def _list(request: SignedInRequest, listing: str) -> dict[str, Any]:
    policy = current_policy()
    if listing == DECIDED:
        decided = [{"decision": d, "words": in_words(d, policy)} for d in decided_lately()[:LATELY]]
        return {"decided": decided, "kept_out": kept_out_lately()[:LATELY]}
    places = Paginator(listed(listing)[:MOST], A_PAGE).get_page(request.GET.get("page"))
    first = first_of(listing, person=request.user)
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


def _show(
    request: SignedInRequest,
    dispute: Dispute,
    form: Any,
    *,
    alarm_form: AlarmForm | None = None,
    flag: tuple[UUID, FlagForm] | None = None,
) -> HttpResponse:
    claim, listing = dispute.claim, _listing(request, dispute)
    if has_role(request.user, Role.ADJUDICATOR, Role.REVIEWER):
        adjudication.note_opened(claim, dispute.question, request.user)
    around, profile = (claim.pk, dispute.question), preferences(request.user, dispute.policy)
    earlier, later = beside(listing, around, person=request.user) if listing in Listing.values else (None, None)
    context = {
        "dispute": dispute,
        "item": face_with_person(claim),
        "votes": votes(claim, dispute.question, policy=dispute.policy, names="names" in request.GET),
        "names": "names" in request.GET,
        "form": form,
        "alarm_form": alarm_form or AlarmForm(),
        "flags": [(one, flag[1] if flag and flag[0] == one.pk else FlagForm(auto_id=f"flag-{one.pk}-%s"))
                  for one in dispute.flags],
        "may_decide": has_role(request.user, Role.ADJUDICATOR),
        "voted": adjudication.voted(claim, dispute.question, request.user),
        "listing": listing,
        "back": _back(dispute, listing),
        "earlier": earlier,
        "later": later,
        "profile": profile | {"keys": dispute_table(profile["keys"])},
        "rules": for_browser(dispute.policy),
    }  # fmt: skip
    failed = form.errors or (alarm_form and alarm_form.errors) or flag
    return render(request, "curation/dispute.html", context, status=400 if failed else 200)


def _listing(request: SignedInRequest, dispute: Dispute) -> str:
    """The list that they work through: said by the page, else the one of this question."""
    wanted = request.POST.get("list") or request.GET.get("list")
    return str(wanted) if wanted in LABELS else dispute.question


def _back(dispute: Dispute, listing: str) -> dict[str, Any]:
    """Where the list is that this belongs to; of a contradiction its own page."""
    url = url_of(listing)
    if listing == waiting_lists.CONTRADICTIONS:
        found = dispute.claim.identity.contradictions.order_by("field").first()
        url = reverse("contradiction", args=[found.identity_id, found.field]) if found else url
    return {"url": url, "label": LABELS[listing]}


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
    text = format_html('{} <a data-again href="{}">{}</a>', _("Decided: %s.") % words, again, _("Decide it anew"))
    messages.success(request, text)


def _next(request: SignedInRequest, dispute: Dispute) -> HttpResponse:
    """Straight on in the list: to the one that the page had next, if it still waits, else to the first."""
    listing = _listing(request, dispute)
    if listing == waiting_lists.CONTRADICTIONS:
        contradictions.find([dispute.claim.identity_id])
    if listing not in Listing.values:
        return redirect(_back(dispute, listing)["url"])
    place = _wanted_next(request, listing) or first_of(listing, person=request.user)
    url = reverse("dispute", args=place) if place else reverse("disputes")
    return redirect(f"{url}?list={listing}")


def _wanted_next(request: SignedInRequest, listing: str) -> Place | None:
    claim, _colon, question = request.POST.get("next", "").partition(":")
    if not claim.isdecimal() or len(claim) > LONGEST_ID or question not in Question.values:
        return None
    place = (int(claim), question)
    return place if is_free(listing, place, person=request.user) else None


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
        return _show(request, dispute, _form(dispute), alarm_form=form)
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
    form = FlagForm(request.POST, auto_id=f"flag-{pk}-%s")
    if not form.is_valid():
        return _show(request, dispute, _form(dispute), flag=(pk, form))
    if not adjudication.answer_flag(flag, form.cleaned_data["answer"], adjudicator=request.user):
        messages.warning(request, _("Somebody else answered this flag before. Your answer was not sent."))
        return redirect("dispute", flag.claim_id, flag.question)
    messages.success(request, _("The reviewer will read your answer on their start page."))
    return _next(request, dispute)
