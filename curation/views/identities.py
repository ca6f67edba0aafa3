"""The public figures: the list with what came of each, one's page, and what an admin does about them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from curation import listing, merging, priorities
from curation.browse_forms import IdentityFilter
from curation.identity_forms import EditForm, ReasonForm
from curation.models import Claim
from curation.quarantine import IN_FORCE
from curation.yields import by_source, refusals, yield_of
from ingest import identity_changes
from ingest.identities import IdentityRefused, approved
from ingest.models import Discovery, Identity
from mtf_site.roles import Role, SignedInRequest, allow, has_role

FACES = 24
JOBS = 12
FOUND = 12


@never_cache
@allow(Role.ADMIN)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = IdentityFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = listing.chosen(asked) if form.is_valid() else Identity.objects.none()
    places, rows = listing.page_of(found, sort=asked.get("sort", ""), number=request.GET.get("page"))
    states = dict(Identity.objects.values_list("state").annotate(n=Count("pk")).order_by())
    context = {
        "form": form,
        "page": places,
        "rows": rows,
        "chips": [(value, label, states.get(value, 0)) for value, label in Identity.State.choices],
        "total": sum(states.values()),
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "curation/identities.html", context)


@never_cache
@allow(Role.ADMIN)
@require_safe
def one(request: HttpRequest, identity_id: int) -> HttpResponse:
    identity = get_identity(identity_id)
    refused = refusals(identity)
    context = {
        "identity": identity,
        "counts": yield_of(identity),
        "sources": by_source(identity),
        "refused": refused,
        "most_refused": max((reason.count for reason in refused), default=0),
        "faces": _accepted(identity),
        "discoveries": Discovery.objects.filter(identity=identity).select_related("job").order_by("-job")[:JOBS],
        "events": identity.events.select_related("by"),
        "merged_from": identity.merged_from.all(),
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "curation/identity.html", context)


def get_identity(identity_id: int) -> Identity:
    return get_object_or_404(Identity.objects.select_related("approved_by", "merged_into"), pk=identity_id)


def _accepted(identity: Identity) -> list[Claim]:
    """The newest accepted faces, less those in quarantine."""
    accepted = Claim.objects.filter(identity=identity, state=Claim.State.ACCEPTED)
    accepted = accepted.exclude(face__quarantines__decision__in=IN_FORCE)
    return list(accepted.select_related("face").order_by("-pk")[:FACES])


# ---- Changes


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: SignedInRequest, identity_id: int) -> HttpResponse:
    identity = get_identity(identity_id)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid() and _done(form, identity_changes.retire, identity, by=request.user, **form.cleaned_data):
        messages.success(request, _("%(name)s is retired.") % {"name": identity.name})
        return redirect("identity", identity.pk)
    title = _("Retire %(name)s") % {"name": identity.name}
    text = _("No crawl job looks for this person any more. What was found and judged stays as it is.")
    return _ask(request, identity, form, title=title, text=text, button=_("Retire"), tone="bad")


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: SignedInRequest, identity_id: int) -> HttpResponse:
    identity = get_identity(identity_id)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid() and _done(form, identity_changes.reactivate, identity, by=request.user, **form.cleaned_data):
        messages.success(request, _("%(name)s is active again.") % {"name": identity.name})
        return redirect("identity", identity.pk)
    title = _("Reactivate %(name)s") % {"name": identity.name}
    text = _("Crawl jobs may look for this person again, on the basis that was given at the approval.")
    return _ask(request, identity, form, title=title, text=text, button=_("Reactivate"))


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, identity_id: int) -> HttpResponse:
    identity = get_identity(identity_id)
    known = {
        "aliases": "\n".join(identity.aliases),
        "about": identity.about,
        "basis": identity.public_figure_basis,
        "priority": identity.priority,
    }
    form = EditForm(request.POST if request.method == "POST" else None, initial=known, label_suffix="")
    if form.is_valid() and _done(form, identity_changes.edit, identity, by=request.user, **form.cleaned_data):
        if form.cleaned_data["priority"] not in (None, identity.priority):
            priorities.reprioritise(identity=identity.pk)
        messages.success(request, _("Saved."))
        return redirect("identity", identity.pk)
    title = _("Edit %(name)s") % {"name": identity.name}
    text = _("The name and the claimed classes stay: releases and balance rest on them.")
    return _ask(request, identity, form, title=title, text=text, button=_("Save"))


def _done(form: forms.Form, change: Any, identity: Identity, **values: Any) -> bool:
    """Whether the change went through; if not, the form says why."""
    try:
        change(identity, **values)
    except IdentityRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _ask(request: HttpRequest, identity: Identity, form: forms.Form, **words: str) -> HttpResponse:
    context = {"identity": identity, "form": form, "tone": "primary", **words}
    return render(request, "curation/identity_change.html", context, status=400 if form.errors else 200)


# ---- Merging


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: SignedInRequest, identity_id: int) -> HttpResponse:
    loser = get_identity(identity_id)
    into = request.POST.get("into") or request.GET.get("into", "")
    if not into.isdecimal():
        return render(request, "curation/merge.html", {"identity": loser} | _others(request, loser))
    heir = get_identity(int(into[:18]))
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            merging.merge(loser=loser, heir=heir, by=request.user, why=form.cleaned_data["why"])
        except merging.MergeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            priorities.reprioritise(identity=heir.pk)  # what came over is as urgent as the rest
            names = {"loser": loser.name, "heir": heir.name}
            messages.success(request, _("%(loser)s is merged into %(heir)s.") % names)
            return redirect("identity", heir.pk)
    context = {"identity": loser, "heir": heir, "form": form, "preview": merging.preview(loser=loser, heir=heir)}
    return render(request, "curation/merge.html", context | _why_not(loser, heir), status=400 if form.errors else 200)


def _others(request: HttpRequest, loser: Identity) -> dict[str, Any]:
    form = IdentityFilter({"q": request.GET.get("q", "")})
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = listing.chosen({"q": words}) & approved() if words else Identity.objects.none()
    return {"words": words, "found": found.exclude(pk=loser.pk)[:FOUND]}


def _why_not(loser: Identity, heir: Identity) -> dict[str, str]:
    try:
        merging.check(loser=loser, heir=heir)
    except merging.MergeRefused as refusal:
        return {"why_not": str(refusal)}
    return {}
