"""The release sheet: what the makers must say of the data set before a release can be frozen."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from curation.models import Release, SheetAnswer
from curation.release import answers, paper_reading, sheet
from curation.release.datasheet_reading import told_before
from curation.release.papers.datasheet_facts import steady
from curation.sheet_forms import Row, SheetForm
from mtf_site.roles import Role, SignedInRequest, allow, has_role

BAD = 400
DATASHEET = "DATASHEET.md"


@allow(Role.RELEASE_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """Whatever was typed comes back where something in it is not right; nothing is kept then."""
    known = {row.code: row for row in SheetAnswer.objects.select_related("answered_by")}
    texts = {code: row.text for code, row in known.items()}
    form = SheetForm(request.POST if request.method == "POST" else None, answers=texts)
    if form.is_bound and form.is_valid():
        return _saved(request, answers.save(form.changes(), by=request.user))
    context = _context(form, known) | {"may_change": has_role(request.user, Role.RELEASE_MANAGER)}
    return render(request, "curation/release_sheet.html", context, status=BAD if form.is_bound else 200)


def _saved(request: SignedInRequest, changed: int) -> HttpResponse:
    told = ngettext("%d answer is saved.", "%d answers are saved.", changed) % changed
    messages.success(request, told if changed else _("Nothing was changed."))
    return redirect("release-sheet")


def _context(form: SheetForm, known: Mapping[str, SheetAnswer]) -> dict[str, Any]:
    texts = {code: row.text for code, row in known.items()}
    newest = Release.objects.annotate(datasheet=KeyTextTransform(DATASHEET, "papers")).only("version").first()
    facts = told_before(newest.datasheet or "") if newest else {}
    facts = facts or {sheet.BY_CODE[code].text: text for code, text in steady().items()}
    missing = sheet.missing(texts)
    required = sum(question.is_required for question in sheet.QUESTIONS)
    return {
        "form": form,
        "sections": [_section(section, form, known, facts, missing) for section in sheet.SECTIONS],
        "missing": len(missing),
        "answered": required - len(missing),
        "required": required,
        "first_missing": missing[0] if missing else None,
        "newest": newest if newest and newest.datasheet is not None else None,
    }


def _section(
    section: sheet.Section,
    form: SheetForm,
    known: Mapping[str, SheetAnswer],
    facts: Mapping[str, str],
    missing: list[sheet.Question],
) -> dict[str, Any]:
    rows = [
        Row(
            question=question,
            field=form.bound(question),
            answered=question.code in known and question not in missing,
            fact=paper_reading.page(facts.get(question.text, "")).body if question.answered == "fact" else "",
            by=_who(known.get(question.code)),
        )
        for question in section.questions
    ]
    lacking = sum(row.is_missing for row in rows)
    wrong = sum(bool(row.field.errors) for row in rows)
    return {
        "code": section.code,
        "title": _(section.title).replace("/", "/\u200b"),
        "rows": rows,
        "missing": lacking,
        "wrong": wrong,
    }


def _who(answer: SheetAnswer | None) -> str:
    return str(answer.answered_by) if answer and answer.answered_by else ""
