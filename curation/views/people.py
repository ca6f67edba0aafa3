"""The people of this installation, for admins: the list, one person, and what may be done about them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation import annotators as about
from curation import invitations, pauses, people, people_list
from curation.models import Exclusion, Profile
from curation.people_forms import LimitForm, PeopleFilter, RolesForm, WhyForm
from curation.policies import current_policy
from ingest.models import Identity
from mtf_site.roles import Role, SignedInRequest, allow, has_role

FOUND = 12
EVENTS = 25
LATELY = 20  # exclusions shown; the history below names them all
LIMITS_SHOWN = 12


@never_cache
@allow(Role.ADMIN)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = PeopleFilter(request.GET)
    found = people_list.chosen(form.cleaned_data) if form.is_valid() else User.objects.none()
    places, rows = people_list.page_of(found, number=request.GET.get("page"))
    context = {
        "form": form,
        "page": places,
        "rows": rows,
        "invited": invitations.open_invitations().count(),
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "people/people.html", context)


@never_cache
@allow(Role.ADMIN)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _page_of(request, get_person(pk))


def get_person(pk: int) -> User:
    return get_object_or_404(User, pk=pk)


def _page_of(request: HttpRequest, person: User, roles: RolesForm | None = None) -> HttpResponse:
    [row] = people_list.with_figures([person])
    profile = Profile.objects.filter(user=person).first()
    form = roles or RolesForm(initial={"roles": row.roles}, label_suffix="")
    limits = profile.limited_to.order_by("name", "pk") if profile else Identity.objects.none()
    context = {
        "person": person,
        "row": row,
        "form": form,
        "profile": profile,
        "limits": limits[:LIMITS_SHOWN],
        "limits_more": max(row.limits - LIMITS_SHOWN, 0),
        "exclusions": Exclusion.objects.filter(reviewer=person).select_related("decided_by").order_by("-pk")[:LATELY],
        "events": Paginator(person.events.select_related("by"), EVENTS).get_page(request.GET.get("page")),
        "pauses": pauses.of(person).filter(ended_at=None),
        "is_self": request.user == person,
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "people/person.html", context, status=400 if form.errors else 200)


@allow(Role.ADMIN, audit=False)
@require_POST
def roles(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_person(pk)
    form = RolesForm(request.POST, label_suffix="")
    if form.is_valid():
        try:
            changed = people.set_roles(person, by=request.user, **form.cleaned_data)
        except people.PersonRefused as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, _("The roles are saved.") if changed else _("Nothing was changed."))
            return redirect("people") if request.user == person else redirect("person", pk)
    return _page_of(request, person, form)


@allow(Role.ADMIN, audit=False)
@require_POST
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    freed = people.give_back_leases(get_person(pk), by=request.user)
    told = ngettext("%d lease is given back.", "%d leases are given back.", freed) % freed
    messages.success(request, told if freed else _("There was no lease to give back."))
    return redirect("person", pk)


# ---- With a reason, on a page of its own


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    text = _(
        "This person is signed out at once and cannot sign in again; what they were served goes back to the queue. "
        "Every answer they gave stays and counts. You can reactivate the account at any time."
    )
    words = {"title": _("Deactivate %s"), "text": text, "button": _("Deactivate"), "tone": "bad"}
    return _with_reason(request, pk, people.deactivate, _("%s is deactivated."), **words)


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    text = _("This person can sign in again, with the same password and the same roles.")
    words = {"title": _("Reactivate %s"), "text": text, "button": _("Reactivate"), "tone": "primary"}
    return _with_reason(request, pk, people.reactivate, _("%s is active again."), **words)


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def excuse(request: SignedInRequest, pk: int) -> HttpResponse:
    text = _("This person is served real work at once, without the ten practice faces at the start.")
    words = {"title": _("Excuse %s from practice"), "text": text, "button": _("Excuse"), "tone": "primary"}
    return _with_reason(request, pk, people.excuse, _("%s is excused from practice."), **words)


def _with_reason(
    request: SignedInRequest, pk: int, change: Callable[..., None], done: str, *, title: str, **words: str
) -> HttpResponse:
    person = get_person(pk)
    form: forms.Form = WhyForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            change(person, by=request.user, **form.cleaned_data)
        except people.PersonRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done % person.get_username())
            return redirect("person", pk)
    context: dict[str, Any] = {"person": person, "form": form, "title": title % person.get_username(), **words}
    return render(request, "people/person_change.html", context, status=400 if form.errors else 200)


# ---- Limits


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def limit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Chosen are boxes that are ticked; typing brings others without losing these."""
    person = get_person(pk)
    form = LimitForm(request.POST if request.method == "POST" and request.POST.get("do") != "find" else None)
    if form.is_valid():
        changed = people.limit(person, identities=list(form.cleaned_data["identities"]), by=request.user)
        messages.success(request, _("The limit is saved.") if changed else _("Nothing was changed."))
        return redirect("person", pk)
    context = {"person": person, "form": form, **_picker(request, person, form)}
    template = "people/_limit_found.html" if request.headers.get("HX-Request") else "people/limit.html"
    return render(request, template, context, status=400 if form.errors else 200)


def _picker(request: HttpRequest, person: User, form: forms.Form) -> dict[str, Any]:
    asked = request.POST or request.GET
    given = asked.getlist("identities")
    ids = {int(pk) for pk in given if pk.isdecimal() and len(pk) < 19}
    if "q" not in asked and not form.is_bound:
        profile = Profile.objects.filter(user=person).first()
        ids = set(profile.limited_to.values_list("pk", flat=True)) if profile else set()
    words = " ".join(asked.get("q", "").split())[:200]
    found = Identity.objects.exclude(state__in=[Identity.State.MERGED]).exclude(pk__in=ids)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(aliases__icontains=words))
    chosen = Identity.objects.filter(pk__in=ids).order_by("name", "pk")
    return {"q": words, "chosen": chosen, "found": found.order_by("name", "pk")[:FOUND]}


# ---- All together


@never_cache
@allow(Role.ADMIN, Role.RELEASE_MANAGER)
@require_safe
def annotators(request: HttpRequest) -> HttpResponse:
    count, tables = about.tables(current_policy())
    context = {"count": count, "tables": tables, "opens_people": has_role(request.user, Role.ADMIN, Role.AUDITOR)}
    return render(request, "people/annotators.html", context)
