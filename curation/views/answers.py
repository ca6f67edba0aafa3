"""A reviewer's own answers: to look through, and to take back."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from curation import annotations, own_answers, own_gold
from curation.entries import Undo
from curation.face_forms import AnswerFilter
from curation.models import Annotation, Profile
from curation.policies import current_policy
from mtf_site.roles import Role, SignedInRequest, allow

A_PAGE = 50


@never_cache
@allow(Role.REVIEWER, Role.ADJUDICATOR, audit=False)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    if request.GET.get("list") == "flags":
        return _flags(request)
    form = AnswerFilter(request.GET)
    asked = form.asked
    found = own_answers.chosen(request.user, asked) if form.is_valid() else Annotation.objects.none()
    places = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    wants_pace = _wants_pace(request)
    context = {
        "form": form,
        "asked": asked,
        "page": places,
        "rows": own_answers.shown(places.object_list),  # type: ignore[arg-type]  # a slice of the query
        "day": own_answers.day(request.user) if wants_pace else None,
        "bands": own_gold.bands(request.user) if wants_pace else [],
    }
    return render(request, "curation/answers.html", context)


def _wants_pace(request: SignedInRequest) -> bool:
    return "pace" in request.GET or Profile.objects.filter(user=request.user, show_pace=True).exists()


def _flags(request: SignedInRequest) -> HttpResponse:
    places = Paginator(own_answers.flags_of(request.user), A_PAGE).get_page(request.GET.get("page"))
    rows = list(places.object_list)
    own_answers.see_answers(request.user)
    return render(request, "curation/answers.html", {"flags": rows, "page": places, "is_flags": True})


@never_cache
@allow(Role.REVIEWER, Role.ADJUDICATOR, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Asks first: it says what stays, whatever there is of it, so that nothing is learnt by looking."""
    answer = get_answer_for(request, pk)
    if request.method == "POST":
        return _taken_back(request, answer)
    rows = own_answers.shown(Annotation.objects.filter(pk=answer.pk))
    return render(request, "curation/answer_take_back.html", {"own": rows[0]})


def get_answer_for(request: HttpRequest, pk: uuid.UUID) -> Annotation:
    return get_object_or_404(own_answers.given(request.user), pk=pk)  # type: ignore[arg-type]  # signed in


def _taken_back(request: SignedInRequest, answer: Annotation) -> HttpResponse:
    undo = Undo(uuid.uuid5(answer.pk, "taken back"), answer.pk)
    result = annotations.record(undo, reviewer=request.user, policy=current_policy())
    if result.status == "saved":
        messages.success(request, _what_happened(request, answer))
    elif result.status == "known" or result.status == "conflict":
        messages.info(request, _("You had taken this answer back already."))
    else:
        raise Http404(result.message)
    return redirect("answers")


def _what_happened(request: SignedInRequest, answer: Annotation) -> str:
    stands = own_answers.what_stands(answer)
    said = [_("Your answer is taken back.")]
    if own_answers.may_answer_anew(answer, request.user):
        said.append(_("The face is the next that you are asked about."))
    if stands.decided:
        said.append(_("An adjudicator's decision stands; they are told that you took your answer back."))
    if stands.releases:
        said.append(_("What was frozen in release %s stays as it is.") % ", ".join(stands.releases))
    return " ".join(said)
