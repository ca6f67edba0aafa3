"""Practice of either question: known faces on the screen of real work, and what was known after each.

Everything is a plain form; the script presses its buttons. What was skipped is remembered in the session alone.
"""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from curation import practice, practice_words, serving
from curation.entries import Answer, Skipped, parse
from curation.models import Claim, Policy, PracticeAnswer
from curation.models.claims import ATTRIBUTE_FIELDS, Question
from curation.policies import current_policy, for_browser
from curation.practice import Progress
from curation.practice_words import Told, told
from curation.preferences import preferences
from curation.views.review import REVIEWERS, entry_of_form
from mtf_site.roles import SignedInRequest, allow

PAGES = {"usable": "practice", "attributes": "practice-attributes"}
REAL = {"usable": "review", "attributes": "attributes"}


class SeenForm(forms.Form):
    """Which of their answers somebody wants to be told of."""

    seen = forms.IntegerField(min_value=1, required=False)


@never_cache
@allow(*REVIEWERS, audit=False)
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest, question: str) -> HttpResponse:
    so_far, policy = practice.progress(request.user, question), current_policy()
    if request.method == "POST":
        return _take(request, so_far, policy)
    form = SeenForm(request.GET)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    shown = next((answer for answer in practice.may_be_seen(so_far.answers) if answer.claim_id == seen), None)
    if shown:
        return _feedback(request, so_far, policy, shown)
    if so_far.ahead and so_far.is_enough:
        return _ask(request, so_far, policy)
    return _summary(request, so_far, policy)


@allow(*REVIEWERS, audit=False)
@require_POST
def end(request: SignedInRequest, question: str) -> HttpResponse:
    """Skips the rest. Offered after some faces; whoever asks earlier goes on."""
    so_far = practice.progress(request.user, question)
    if so_far.ahead and not so_far.may_skip and so_far.is_enough:
        messages.warning(request, _("A few faces more, then the rest can be skipped."))
        return redirect(PAGES[question])
    practice.finish(request.user, question)
    return redirect(REAL[question])


# ---- What was pressed


def _take(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    entry = entry_of_form(request, so_far.question)
    if entry["kind"] == "undo":
        return _undo(request, so_far, policy, entry["target"])
    if entry["kind"] == "flag":
        messages.info(request, _("In earnest an adjudicator reads this. Of practice nothing is sent."))
        return redirect(PAGES[so_far.question])
    said = parse({"id": uuid.uuid4(), "shown_at": timezone.now().isoformat(), **entry}, policy)
    if isinstance(said, Skipped):
        return _skip(request, so_far, said.claim)
    if not isinstance(said, Answer) or not _complete(said):
        messages.error(request, _what_is_missing(entry))
        return redirect(PAGES[so_far.question])
    return _answered(request, so_far, said)


def _complete(said: Answer) -> bool:
    return said.question == Question.USABLE or all(getattr(said, name) is not None for name in ATTRIBUTE_FIELDS)


def _what_is_missing(entry: dict[str, Any]) -> str:
    if entry["question"] == Question.ATTRIBUTES:
        return _("Answer each of the fields first")
    if entry.get("verdict") == "relabel":
        return _("Nobody on the list has that name")
    return _("Choose one of the answers.")


def _answered(request: SignedInRequest, so_far: Progress, said: Answer) -> HttpResponse:
    here = reverse(PAGES[so_far.question])
    claim = next((claim for claim in so_far.ahead if claim.pk == said.claim), None)
    if claim is not None:
        practice.answer(reviewer=request.user, claim=claim, said=said)
    elif not any(answer.claim_id == said.claim for answer in so_far.answers):
        messages.info(request, _("That face is no longer part of the practice. Here is another."))
        return redirect(here)
    return redirect(f"{here}?seen={said.claim}")


def _skip(request: SignedInRequest, so_far: Progress, claim: int) -> HttpResponse:
    """Behind the others; with it the answer that was the last then, so that the way back knows which came later."""
    steps = [step for step in _skipped(request, so_far) if step[0] != claim]
    request.session[_key(so_far)] = [*steps, [claim, so_far.last.pk if so_far.last else 0]]
    return redirect(PAGES[so_far.question])


def _undo(request: SignedInRequest, so_far: Progress, policy: Policy, target: str) -> HttpResponse:
    """The answer named, else the last thing done, be it an answer or a skip."""
    steps = _skipped(request, so_far)
    if not target and steps and steps[-1][1] == (so_far.last.pk if so_far.last else 0):
        request.session[_key(so_far)] = steps[:-1]
        return redirect(PAGES[so_far.question])
    named = next((answer for answer in so_far.answers if str(answer.pk) == target), None)
    if answer := named if target else so_far.last:
        practice.take_back(answer)
        messages.info(request, _("Undone: %s") % practice_words.in_words(answer, policy))
    else:
        messages.info(request, _("There is nothing to undo"))
    return redirect(PAGES[so_far.question])


def _skipped(request: SignedInRequest, so_far: Progress) -> list[list[int]]:
    """[claim, the last answer before it] of what was skipped and is still to come, in turn."""
    ahead = {claim.pk for claim in so_far.ahead}
    return [step for step in request.session.get(_key(so_far), []) if step[0] in ahead]


def _key(so_far: Progress) -> str:
    return f"practice-skipped-{so_far.question}"


# ---- The pages


def _ask(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    steps = [claim for claim, _last in _skipped(request, so_far)]
    claim = min(so_far.ahead, key=lambda one: steps.index(one.pk) + 1 if one.pk in steps else 0)
    given = practice.given_before(request.user, so_far.question, claim)
    return _screen(request, so_far, policy, claim, number=len(so_far.answers) + 1, given=given)


def _feedback(request: SignedInRequest, so_far: Progress, policy: Policy, shown: PracticeAnswer) -> HttpResponse:
    number = so_far.answers.index(shown) + 1
    return _screen(request, so_far, policy, shown.claim, number=number, known=told(shown, policy))


def _screen(
    request: SignedInRequest,
    so_far: Progress,
    policy: Policy,
    claim: Claim,
    *,
    number: int,
    known: Told | None = None,
    given: dict[str, int] | None = None,
) -> HttpResponse:
    item = serving.face_as_asked(claim, so_far.question, policy)
    if item["identity"]:
        item["identity"]["references"] = _fair(item["identity"]["references"], so_far)
    context = {"item": item, "number": number, "told": known, "given": given or {}, "new_id": uuid.uuid4()}
    context["blind"] = bool(policy.blind_fields)
    context["run_words"] = _("Here face by face; in earnest one field in a run over several faces.")
    return render(request, "curation/practice.html", context | _known(request, so_far, policy))


def _known(request: SignedInRequest, so_far: Progress, policy: Policy) -> dict[str, Any]:
    """What every page of the practice knows: how far it is, the person's keys, the guideline with its pictures."""
    tiles = practice_words.last_ten(so_far, policy)
    may_undo = bool(tiles or _skipped(request, so_far))
    return {
        "progress": so_far,
        "question": so_far.question,
        "here": reverse(PAGES[so_far.question]),
        "profile": preferences(request.user, policy),
        "batch": {"question": so_far.question, "policy": for_browser(policy), "recent": may_undo},
        "tiles": tiles,
        "now": timezone.now(),
    }


def _fair(references: list[str], so_far: Progress) -> list[str]:
    """No face that is still to come stands beside another as an accepted one."""
    asked = {serving.crop_url(claim.face) for claim in so_far.ahead}
    return [crop for crop in references if crop not in asked]


def _summary(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    again = [told(answer, policy) for answer in practice.may_be_seen(so_far.answers) if not answer.agrees]
    context = {"again": again, "enough": bool(so_far.answers), "fewest": practice.FEWEST}
    context["other"] = PAGES["attributes"] if _leads_on(request, so_far) else ""
    return render(request, "curation/practice_end.html", context | _known(request, so_far, policy))


def _leads_on(request: SignedInRequest, so_far: Progress) -> bool:
    """Whether the other question is to be practised, too."""
    return so_far.question == Question.USABLE and practice.wanted(request.user, Question.ATTRIBUTES)
