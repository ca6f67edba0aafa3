"""Policies: the one in force, those before it, drafts, and what putting a draft in force does."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation import policy_drafts, tasks
from curation.activation import ActivationRefused, put_in_force
from curation.activation_preview import preview
from curation.models import Activation, Annotation, Policy
from curation.overlap_preview import asked, shortage
from curation.policies import current_policy
from curation.policy_changes import carried, changes, paragraphs
from curation.policy_forms import ActivationForm, DraftForms
from mtf_site import doorbell
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 25
READERS = (Role.ADMIN, Role.ADJUDICATOR, Role.REVIEWER)
BAD = 400


@allow(*READERS)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Whoever judges by the policy only reads the one in force."""
    in_force = current_policy()
    if not _reads_all(request):
        return redirect("policy", in_force.version)
    known = _with_relations().order_by("-version")
    drafts = known.filter(activated_at=None).select_related("author")
    shown = Paginator(known.exclude(activated_at=None), A_PAGE).get_page(request.GET.get("page"))
    versions = list(shown.object_list)
    answers = _answers(versions)
    context = {
        "page": shown,
        "in_force": in_force,
        "under_way": Activation.objects.filter(finished_at=None).select_related("policy").first(),
        "drafts": [{"policy": one, "changes": _changes(one)} for one in drafts[:A_PAGE]],
        "versions": [{"policy": p, "changes": _changes(p), "answers": answers.get(p.pk, 0)} for p in versions],
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "curation/policies.html", context)


@allow(*READERS)
@require_safe
def one(request: SignedInRequest, version: int) -> HttpResponse:
    policy, in_force = _policy_for(request, version), current_policy()
    context = {
        "policy": policy,
        "is_in_force": policy == in_force,
        "asked": asked(policy, foretell=_reads_all(request)),
        "paragraphs": paragraphs(policy.guideline),
        "pictures": policy.pictures.all(),
        "changes": _changes(policy),
        "carried": carried(policy),
        "answers": _answers([policy]).get(policy.pk, 0),
        "may_change": has_role(request.user, Role.ADMIN),
        "reads_all": _reads_all(request),
        "activation": Activation.objects.filter(policy=policy).first(),
    }
    return render(request, "curation/policy.html", context)


@never_cache
@allow(Role.ADMIN)
@require_safe
def progress(request: HttpRequest, version: int) -> HttpResponse:
    """The part that moves; it asks for itself again until all is done."""
    activation = get_object_or_404(Activation.objects.select_related("policy"), policy__version=version)
    context = {"activation": activation, "policy": activation.policy}
    return render(request, "curation/_policy_progress.html", context)


# ---- Drafts


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    in_force = current_policy()
    return _draft(request, None, start=in_force, parent=in_force)


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, version: int) -> HttpResponse:
    draft = _draft_for(version)
    return _draft(request, draft, start=draft, parent=draft.parent or current_policy())


def _draft(request: SignedInRequest, draft: Policy | None, *, start: Policy, parent: Policy) -> HttpResponse:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    forms = DraftForms(start, parent, *posted)
    if posted and forms.is_valid():
        saved = policy_drafts.save(draft, forms.values(), forms.pictures.rows(), by=request.user)
        messages.success(request, _("Draft %d is saved.") % saved.version)
        return redirect("policy-edit" if "more" in request.POST else "policy", saved.version)
    context = {"forms": forms, "draft": draft, "parent": parent, "is_refused": bool(posted)}
    return render(request, "curation/policy_form.html", context, status=BAD if posted else 200)


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, version: int) -> HttpResponse:
    """Asks first: a draft does not come back."""
    draft = _draft_for(version)
    if request.method == "POST":
        policy_drafts.delete(draft)
        messages.success(request, _("Draft %d is deleted.") % version)
        return redirect("policies")
    return render(request, "curation/policy_delete.html", {"policy": draft, "changes": _changes(draft)})


@allow(Role.ADMIN, audit=False)
@require_POST
def compare(request: HttpRequest, version: int) -> HttpResponse:
    policy_drafts.compare_with_newest(_draft_for(version))
    return redirect("policy-activate", version)


# ---- Into force


@never_cache
@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: SignedInRequest, version: int) -> HttpResponse:
    """What would change, by what was chosen so far; the choice comes in the address until it is confirmed."""
    draft = _draft_for(version)
    data = request.POST if request.method == "POST" else None
    form = ActivationForm(data, draft=draft, chosen=request.GET)
    if request.method == "POST" and form.is_valid():
        try:
            return _put_in_force(request, draft, form)
        except ActivationRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "curation/policy_activate.html", _activation(request, draft, form), status=_status(request))


def _activation(request: HttpRequest, draft: Policy, form: ActivationForm) -> dict[str, Any]:
    in_force = current_policy()
    heeds_open = bool(form["heeds_open"].value())
    is_current = draft.parent_id == in_force.pk
    return {
        "policy": draft,
        "parent": draft.parent,
        "in_force": in_force,
        "is_current": is_current,
        "form": form,
        "show_errors": request.method == "POST",
        "changes": _changes(draft),
        "asked": asked(draft),
        "shortage": shortage(draft),
        "found": preview(draft, form.carry(), heeds_open=heeds_open) if is_current else None,
        "other_k": any(in_force.votes(question) != draft.votes(question) for question in ("usable", "attributes")),
    }


def _put_in_force(request: SignedInRequest, draft: Policy, form: ActivationForm) -> HttpResponse:
    known = form.cleaned_data
    row = put_in_force(draft, form.carry(), by=request.user, note=known["note"], heeds_open=known["heeds_open"])
    if row.finished_at is None:
        doorbell.ring(tasks.apply_policies)
        messages.success(request, _("Policy %d is in force. The faces it touches follow.") % draft.version)
    else:
        messages.success(request, _("Policy %d is in force.") % draft.version)
    return redirect("policy", draft.version)


def _status(request: HttpRequest) -> int:
    return BAD if request.method == "POST" else 200


# ---- Fetching


def _reads_all(request: SignedInRequest) -> bool:
    return has_role(request.user, Role.ADMIN, Role.AUDITOR)


def _policy_for(request: SignedInRequest, version: int) -> Policy:
    policy = get_object_or_404(_with_relations(), version=version)
    if not _reads_all(request) and policy != current_policy():
        raise Http404("Another version is in force.")
    return policy


def _draft_for(version: int) -> Policy:
    return get_object_or_404(_with_relations(), version=version, activated_at=None)


def _with_relations() -> QuerySet[Policy]:
    related = Policy.objects.select_related("parent", "author", "activated_by")
    return related.prefetch_related("pictures", "parent__pictures")


def _changes(policy: Policy) -> list[Any]:
    return changes(policy.parent, policy) if policy.parent else []


def _answers(policies: list[Policy]) -> dict[int, int]:
    """How many answers were given under each, those taken back included."""
    given = Annotation.objects.filter(policy__in=policies).exclude(verdict=Annotation.Verdict.WITHDRAWN)
    counts = given.order_by().values_list("policy").annotate(n=Count("pk", filter=Q(carried_from=None)))
    return dict(counts)
