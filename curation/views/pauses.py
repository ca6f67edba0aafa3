"""How one reviewer does on gold, and pausing: by an admin's hand, lifted again, and what the paused are told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from curation import paused_page, pauses, standings
from curation.evidence import BAR, RISK
from curation.gold_forms import PauseForm
from curation.models import Pause, Standing
from curation.models.claims import Question
from curation.people import PersonRefused
from curation.people_forms import WhyForm
from curation.policies import current_policy
from curation.views.people import get_person
from curation.views.review import REVIEWERS
from mtf_site.roles import Role, SignedInRequest, allow, has_role


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def accuracy(request: SignedInRequest, pk: int) -> HttpResponse:
    person, policy = get_person(pk), current_policy()
    looked_at = {one.question: one for one in Standing.objects.filter(reviewer=person)}
    questions = [
        {
            "label": question.label,
            "fields": standings.fields_of(person, question.value, policy),
            "standing": looked_at.get(question.value),
            "reasons": standings.reasons(looked_at[question].evidence, policy) if question in looked_at else [],
        }
        for question in Question
    ]
    context = {
        "person": person,
        "questions": questions,
        "pauses": [(one, standings.reasons(one.evidence, policy)) for one in pauses.of(person)],
        "bar": round(100 * BAR),
        "limit": round(1 / RISK),
        "may_change": has_role(request.user, Role.ADMIN),
        "opens_people": has_role(request.user, Role.ADMIN, Role.AUDITOR),
    }
    return render(request, "people/accuracy.html", context)


@never_cache
@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_person(pk)
    form = PauseForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            pauses.pause(person, by=request.user, **form.cleaned_data)
        except PersonRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%s is paused, and told so.") % person.get_username())
            return redirect("person", pk)
    text = _(
        "They are asked this question no longer, and what they hold of it goes back to the queue. Every answer they "
        "gave stays and counts. You can lift the pause at any time."
    )
    context = {"person": person, "form": form, "text": text, "button": _("Pause"), "tone": "bad"}
    context["title"] = _("Pause %s") % person.get_username()
    return render(request, "people/person_change.html", context, status=400 if form.errors else 200)


@never_cache
@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: SignedInRequest, person_id: int, pk: int) -> HttpResponse:
    one = get_object_or_404(Pause.objects.select_related("reviewer"), pk=pk, reviewer=person_id)
    form = WhyForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            pauses.lift(one, by=request.user, **form.cleaned_data)
        except PersonRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The pause of %s is lifted.") % one.reviewer.get_username())
            return redirect("person", person_id)
    text = _(
        "They are served this question again at once, and what was found against them begins anew. Answers from before "
        "the pause count as they did: set them aside on the person’s page if they should not."
    )
    context = {"person": one.reviewer, "form": form, "text": text, "button": _("Lift the pause"), "tone": "primary"}
    context["title"] = _("Lift the pause of %s") % one.reviewer.get_username()
    return render(request, "people/person_change.html", context, status=400 if form.errors else 200)


@never_cache
@allow(*REVIEWERS, audit=False)
@require_safe
def paused(request: SignedInRequest, question: str) -> HttpResponse:
    """The reviewer's own page; for whoever was never paused there is none."""
    newest = paused_page.newest(request.user, question)
    if newest is None:
        raise Http404
    return render(request, "curation/paused.html", paused_page.facts(newest))
