"""Practice: one known face after the other as a plain form, what was known after each, and how it went."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from curation import practice, serving
from curation.models import Annotation, Claim, Policy, PracticeAnswer
from curation.policies import current_policy, for_browser, reason_codes
from curation.practice import Progress
from curation.preferences import preferences
from curation.views.review import REVIEWERS
from mtf_site.roles import SignedInRequest, allow


class AnswerForm(forms.Form):
    """`answer` is accept, cannot_tell, or reject: and a reason of the policy."""

    claim = forms.IntegerField(min_value=1)
    answer = forms.CharField(max_length=40)

    def __init__(self, data: Any, policy: Policy) -> None:
        super().__init__(data)
        self.policy = policy

    def clean_answer(self) -> tuple[str, str]:
        verdict, _colon, reason = self.cleaned_data["answer"].partition(":")
        if verdict == "reject" and reason in reason_codes(self.policy):
            return verdict, reason
        if verdict in ("accept", "cannot_tell") and not reason:
            return verdict, ""
        raise forms.ValidationError(_("Choose one of the answers."))


class SeenForm(forms.Form):
    """Which of their answers somebody wants to be told of."""

    seen = forms.IntegerField(min_value=1, required=False)


@never_cache
@allow(*REVIEWERS, audit=False)
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    so_far, policy = practice.progress(request.user), current_policy()
    if request.method == "POST":
        return _take(request, so_far, policy)
    form = SeenForm(request.GET)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    told = next((answer for answer in practice.may_be_seen(so_far.answers) if answer.claim_id == seen), None)
    if told:
        return _feedback(request, so_far, policy, told)
    if so_far.ahead and so_far.total >= practice.FEWEST:
        return _ask(request, so_far, policy)
    return _summary(request, so_far, policy)


@allow(*REVIEWERS, audit=False)
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    """Skips the rest. Offered after some faces; whoever asks earlier goes on."""
    so_far = practice.progress(request.user)
    if so_far.ahead and not so_far.may_skip and so_far.total >= practice.FEWEST:
        messages.warning(request, _("A few faces more, then the rest can be skipped."))
        return redirect("practice")
    practice.finish(request.user)
    return redirect("review")


def _take(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    form = AnswerForm(request.POST, policy)
    if not form.is_valid():
        messages.error(request, _("Choose one of the answers."))
        return redirect("practice")
    number, (verdict, reason) = form.cleaned_data["claim"], form.cleaned_data["answer"]
    claim = next((claim for claim in so_far.ahead if claim.pk == number), None)
    if claim is not None:
        practice.answer(reviewer=request.user, claim=claim, verdict=verdict, reason=reason)
    elif not any(answer.claim_id == number for answer in so_far.answers):
        messages.info(request, _("That face is no longer part of the practice. Here is another."))
        return redirect("practice")
    return redirect(f"{reverse('practice')}?seen={number}")


def _ask(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    return _screen(request, so_far, policy, so_far.ahead[0], number=len(so_far.answers) + 1)


def _feedback(request: SignedInRequest, so_far: Progress, policy: Policy, told: PracticeAnswer) -> HttpResponse:
    number = so_far.answers.index(told) + 1
    return _screen(request, so_far, policy, told.claim, number=number, told=_told(told, policy))


def _screen(
    request: SignedInRequest, so_far: Progress, policy: Policy, claim: Claim, *, number: int, told: Any = None
) -> HttpResponse:
    item = serving.face_with_person(claim)
    item["identity"]["references"] = _fair(item["identity"]["references"], so_far)
    context = {"item": item, "policy": policy, "progress": so_far, "number": number, "told": told}
    return render(
        request, "curation/practice.html", context | _known(request, policy) | {"dots": _dots(so_far, number)}
    )


def _known(request: SignedInRequest, policy: Policy) -> dict[str, Any]:
    """What every page of the practice knows: the person's keys, and the guideline with its pictures."""
    return {"profile": preferences(request.user, policy), "rules": for_browser(policy)}


def _fair(references: list[str], so_far: Progress) -> list[str]:
    """No face of the practice stands beside another as an accepted one."""
    asked = {serving.crop_url(claim.face) for claim in (*so_far.ahead, *(a.claim for a in so_far.answers))}
    return [crop for crop in references if crop not in asked]


def _dots(so_far: Progress, number: int) -> list[dict[str, Any]]:
    signs = [
        ("✓", "good", _("as known")) if answer.agrees else ("≠", "warn", _("different")) for answer in so_far.answers
    ]
    signs += [("", "", _("to come"))] * len(so_far.ahead)
    return [
        {"number": place, "sign": sign, "tone": tone, "label": label, "now": place == number}
        for place, (sign, tone, label) in enumerate(signs, 1)
    ]


# ---- Words


def _told(answer: PracticeAnswer, policy: Policy) -> dict[str, Any]:
    known = practice.known_of([answer.claim])[answer.claim_id]
    labels = {reason["code"]: str(reason["label"]).removesuffix(" …") for reason in policy.reasons}
    return {
        "agrees": answer.agrees,
        "other_reason": answer.agrees and bool(answer.reason) and answer.reason not in known.reasons,
        "given": _in_words(answer.verdict, [answer.reason], labels),
        "known": _in_words(known.verdict, known.reasons, labels),
        "sentence": practice.sentence(policy, known),
        "claim": answer.claim,
        "crop": serving.crop_url(answer.claim.face),
    }


def _in_words(verdict: str, reasons: Any, labels: dict[str, str]) -> str:
    words = str(Annotation.Verdict(verdict).label) if verdict else _("no longer settled")
    said = [labels.get(code, code) for code in reasons if code]
    return f"{words}: {', '.join(said)}" if said else words


def _summary(request: SignedInRequest, so_far: Progress, policy: Policy) -> HttpResponse:
    again = [_told(answer, policy) for answer in practice.may_be_seen(so_far.answers) if not answer.agrees]
    context = {"progress": so_far, "again": again, "policy": policy, "enough": bool(so_far.answers)}
    return render(request, "curation/practice_end.html", context | _known(request, policy))
