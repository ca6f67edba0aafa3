"""Setting a reviewer's past answers aside: what it would do, the decision, and how far it has come."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from curation import exclusions, tasks
from curation.models import Exclusion
from curation.people_forms import ExclusionForm
from curation.views.people import get_person
from mtf_site.doorbell import ring
from mtf_site.roles import Role, SignedInRequest, allow

SECONDS = 2  # between two looks at the progress


@never_cache
@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def exclude(request: SignedInRequest, pk: int) -> HttpResponse:
    """Looking changes nothing; the same form, with a reason, does it."""
    person = get_person(pk)
    form = ExclusionForm(request.POST if request.method == "POST" else None, label_suffix="")
    does = request.POST.get("do") == "exclude"
    looks_right = form.is_bound and (form.require_reason() if does else form.is_valid())
    meant = form.range_of(person) if form.is_bound and not {"since", "until", "question"} & set(form.errors) else None
    told = exclusions.preview(meant) if meant else None
    if does and looks_right and meant and told and told.answers:
        return _decided(request, meant, told.answers, form.cleaned_data["reason"])
    context = {"person": person, "form": form, "preview": told}
    return render(request, "people/exclude.html", context, status=400 if form.errors else 200)


def _decided(request: SignedInRequest, meant: exclusions.Range, answers: int, reason: str) -> HttpResponse:
    made = exclusions.decide(meant, reason=reason, by=request.user)
    if answers > exclusions.AT_ONCE:
        ring(tasks.exclude, made.pk)
        return redirect("exclusion", meant.reviewer.pk, made.pk)
    done = exclusions.carry_out(made)
    messages.success(request, ngettext("%d answer is set aside.", "%d answers are set aside.", done) % done)
    return redirect("person", meant.reviewer.pk)


@never_cache
@allow(Role.ADMIN)
@require_safe
def exclusion(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    known = Exclusion.objects.select_related("reviewer", "decided_by")
    one = get_object_or_404(known, pk=pk, reviewer=person_id)
    left = exclusions.remaining(one)
    context = {"exclusion": one, "person": one.reviewer, "left": left, "total": one.votes + left, "seconds": SECONDS}
    template = "people/_exclusion_progress.html" if request.headers.get("HX-Request") else "people/exclusion.html"
    return render(request, template, context | {"title": _("Answers of %s set aside") % one.reviewer.get_username()})
