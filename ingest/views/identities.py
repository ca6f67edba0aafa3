"""The approved public figures: list, import, approval."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ingest.csv_input import CsvError, Problem
from ingest.forms import ApproveForm, IdentityFilter, ImportForm
from ingest.identities import IdentityRefused, RowReport, approve, import_identities
from ingest.identity_csv import read_identities_csv
from ingest.models import Candidate, Identity
from mtf_site.roles import Role, allow, has_role

PAGE = 50


class AdminRequest(HttpRequest):
    user: User


@allow(Role.ADMIN)
@require_safe
def identities(request: HttpRequest) -> HttpResponse:
    form = IdentityFilter(request.GET)
    chosen = _chosen(form)
    page = Paginator(_with_counts(chosen), PAGE).get_page(request.GET.get("page"))
    states = dict(Identity.objects.values_list("state").annotate(n=Count("pk")).order_by())
    chips = [(value, label, states.get(value, 0)) for value, label in Identity.State.choices]
    is_empty = not states
    context = {
        "form": form,
        "page": page,
        "chips": chips,
        "total": sum(states.values()),
        "is_empty": is_empty,
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "ingest/identities.html", context)


def _chosen(form: IdentityFilter) -> QuerySet[Identity]:
    """Nothing for a filter that makes no sense: the form then says why."""
    if not form.is_valid():
        return Identity.objects.none()
    found = Identity.objects.all()
    if words := form.cleaned_data["q"]:
        found = found.filter(Q(name__icontains=words) | Q(aliases__icontains=words))
    if state := form.cleaned_data["state"]:
        found = found.filter(state=state)
    return found


def _with_counts(found: QuerySet[Identity]) -> QuerySet[Identity]:
    """Each with its photos and the faces in them; counted beside one another, not joined."""
    done = Candidate.objects.filter(identity=OuterRef("pk"), state=Candidate.State.DONE).order_by()
    grouped = done.values("identity")
    photos = grouped.annotate(n=Count("photo", distinct=True)).values("n")
    faces = grouped.annotate(n=Count("photo__faces", distinct=True)).values("n")
    return found.select_related("approved_by").annotate(
        photo_count=Coalesce(Subquery(photos, output_field=IntegerField()), 0),
        face_count=Coalesce(Subquery(faces, output_field=IntegerField()), 0),
    )


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def identity_import(request: AdminRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    problems: list[Problem] = []
    report: list[RowReport] = []
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_identities_csv(form.cleaned_data["file"])
            report = import_identities(rows, approved_by=request.user, basis=form.cleaned_data["basis"])
        except CsvError as error:
            problems = error.problems
    status = 400 if problems or form.errors else 200
    created = sum(row.outcome == "created" for row in report)
    context = {
        "form": form,
        "problems": _with_text(problems, form),
        "report": report,
        "created": created,
        "known": len(report) - created,
    }
    return render(request, "ingest/identity_import.html", context, status=status)


def _with_text(problems: list[Problem], form: ImportForm) -> list[dict[str, object]]:
    """Each fault beside the line that it was found in."""
    if not problems:
        return []
    lines = form.cleaned_data["file"].decode("utf-8", "replace").splitlines()
    return [
        {"line": line, "fault": fault, "text": lines[line - 1] if 0 < line <= len(lines) else ""}
        for line, fault in problems
    ]


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def identity_approve(request: AdminRequest, identity_id: int) -> HttpResponse:
    identity = get_object_or_404(Identity, pk=identity_id)
    is_post = request.method == "POST"
    form = ApproveForm(request.POST if is_post else None, initial={"basis": identity.public_figure_basis})
    if request.method == "POST" and form.is_valid():
        try:
            approve(identity, by=request.user, basis=form.cleaned_data["basis"])
        except IdentityRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is approved.") % {"name": identity.name})
            return redirect("identities")
    status = 400 if form.errors else 200
    return render(request, "ingest/identity_approve.html", {"form": form, "identity": identity}, status=status)
