"""Public figures enter: import and approval. The list, and one's page, also count claims: see curation."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ingest.csv_input import CsvError, Problem
from ingest.forms import ApproveForm, ImportForm
from ingest.identities import IdentityRefused, RowReport, approve, import_identities
from ingest.identity_csv import read_identities_csv
from ingest.models import Identity
from ingest.sentences import said
from mtf_site.roles import Role, allow


class AdminRequest(HttpRequest):
    user: User


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
        {"line": line, "fault": said(fault, _), "text": lines[line - 1] if 0 < line <= len(lines) else ""}
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
            return redirect("identity", identity.pk)
    status = 400 if form.errors else 200
    return render(request, "ingest/identity_approve.html", {"form": form, "identity": identity}, status=status)
