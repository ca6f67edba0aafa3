"""Identities from Wikidata in two steps: look at them, then approve those that were seen."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ingest.csv_input import CsvError
from ingest.identities import IdentityRefused, RowReport, import_identities
from ingest.sentences import said
from ingest.sources import SourceError
from ingest.views.identities import AdminRequest
from ingest.wikidata_forms import ConfirmForm, LookUpForm
from ingest.wikidata_people import Prospect, consider, importable, look_up, with_pictures
from mtf_site.roles import Role, allow

PAGE = "ingest/identity_import_wikidata.html"
PICTURE_SECONDS = 15.0  # a page must not take longer; pictures that did not come are a note


@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def wikidata_import(request: AdminRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, PAGE, {"form": LookUpForm()})
    return _confirm(request) if "seen" in request.POST else _look(request)


def _look(request: AdminRequest) -> HttpResponse:
    form = LookUpForm(request.POST)
    found = _found(form) if form.is_valid() else []
    if form.errors:
        return render(request, PAGE, {"form": form}, status=400)
    confirm = ConfirmForm(rows=importable(found))
    return render(request, PAGE, {"form": form, "found": found, "confirm": confirm})


def _found(form: LookUpForm) -> list[Prospect]:
    try:
        return with_pictures(consider(look_up(form.cleaned_data["ids"])), seconds=PICTURE_SECONDS)
    except (SourceError, IdentityRefused) as error:
        form.add_error(None, said(error, _))
        return []


def _confirm(request: AdminRequest) -> HttpResponse:
    confirm = ConfirmForm(request.POST)
    report = _approved(request, confirm) if confirm.is_valid() else []
    if not confirm.errors:
        created = sum(row.outcome == "created" for row in report)
        return render(request, PAGE, {"report": report, "created": created, "known": len(report) - created})
    found = [Prospect(row.wikidata_id, row) for row in confirm.rows]
    return render(request, PAGE, {"form": LookUpForm(), "found": found, "confirm": confirm}, status=400)


def _approved(request: AdminRequest, confirm: ConfirmForm) -> list[RowReport]:
    """What was true at the preview is checked once more: somebody may have been erased since."""
    rows = confirm.rows_chosen()
    try:
        return import_identities(rows, approved_by=request.user, basis=confirm.cleaned_data["basis"])
    except CsvError as error:
        names = {row.line: row.name for row in rows}
        for line, text in error.problems:
            confirm.add_error(None, f"{names[line]}: {said(text, _)}")
        return []
