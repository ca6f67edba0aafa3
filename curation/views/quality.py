"""How good the labels are: agreement, who differs with whom and over what, who is fast. Not for reviewers: knowing
one's own figures changes how one votes.

Every page reads the same votes, takes the same filters, and is a CSV under `?format=csv`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from curation import slow_figures, tasks, vote_snapshots
from curation.quality import behind, confusion, identities, modes, overview, pace, pairs, reasons, resampled
from curation.quality.scope import Scope, scope_of
from curation.quality.tables import Table, as_csv
from curation.quality_forms import FIELD_LABELS, SHARED, BehindFilter, QualityFilter
from mtf_site.doorbell import ring
from mtf_site.roles import Role, SignedInRequest, allow, has_role

Facts = dict[str, Any]
PAGES: Mapping[str, str | Promise] = {
    "quality": _("Agreement"),
    "quality-pairs": _("Pairs"),
    "quality-confusion": _("Confusion"),
    "quality-reasons": _("Rejects"),
    "quality-pace": _("Pace"),
    "quality-identities": _("Identities"),
    "quality-modes": _("Grid and single"),
}


@dataclass(frozen=True)
class Part:
    """One of the pages: what it shows of a scope, and that as a table."""

    template: str
    context: Callable[[Scope], Facts]
    table: Callable[[Facts], Table]


def _overview(scope: Scope) -> Facts:
    known = None if any(name in scope.asked for name in SHARED) else _resampled(scope)
    found = overview.context(scope, FIELD_LABELS, resampled.read(known.value) if known else {})
    return found | {"resampled_at": known.counted_at if known else None}


def _resampled(scope: Scope) -> slow_figures.Slow | None:
    """Of everything: quick where there is little, else as a worker counted it last."""
    if slow_figures.is_small():
        return slow_figures.Slow(resampled.of_scope(scope), None)
    return slow_figures.figures(resampled.NAME)[resampled.NAME]


def _identities(scope: Scope) -> Facts:
    """The first ones on the page, all of them in the CSV."""
    return identities.context(scope, most=None if scope.asked.get("format") else identities.SHOWN)


PARTS: Mapping[str, Part] = {
    "quality": Part("curation/quality_overview.html", _overview, overview.table),
    "quality-pairs": Part("curation/quality_pairs.html", pairs.context, pairs.table),
    "quality-confusion": Part("curation/quality_confusion.html", confusion.context, confusion.table),
    "quality-reasons": Part("curation/quality_reasons.html", reasons.context, reasons.table),
    "quality-pace": Part("curation/quality_pace.html", pace.context, pace.table),
    "quality-identities": Part("curation/quality_identities.html", _identities, identities.table),
    "quality-modes": Part("curation/quality_modes.html", modes.context, modes.table),
}


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    form, part = QualityFilter(request.GET), PARTS[name]
    frame = _frame(request, form, name)
    if not form.is_valid():
        return render(request, "curation/quality.html", frame, status=400)
    scope = _scope(form)
    found = part.context(scope)
    if form.asked.get("format"):
        return _csv(name, part.table(found))
    return render(request, part.template, frame | _facts(scope) | found)


def _scope(form: QualityFilter) -> Scope:
    snapshot = vote_snapshots.current()
    if snapshot.is_old:
        ring(tasks.snapshot_votes)
    return scope_of(form.asked, snapshot)


def _frame(request: HttpRequest, form: QualityFilter, name: str) -> Facts:
    """What every page shows around its figures; `shared` goes on from page to page."""
    return {
        "form": form,
        "pages": PAGES.items(),
        "here": name,
        "title": PAGES.get(name, _("Faces behind a figure")),
        "shared": _query(request, SHARED),
        "shared_others": _query(request, tuple(name for name in SHARED if name != "identity")),
        "fields": FIELD_LABELS.items(),
    }


def _query(request: HttpRequest, names: tuple[str, ...]) -> str:
    kept = request.GET.copy()
    for name in list(kept):
        if name not in names or not kept[name]:
            del kept[name]
    return kept.urlencode()


def _facts(scope: Scope) -> Facts:
    return {
        "taken_at": scope.snapshot.taken_at,
        "answers": len(scope.votes),
        "any_answers": bool(len(scope.snapshot.votes)),
        "field": scope.field,
        "field_label": FIELD_LABELS[scope.field],
    }


def _csv(name: str, table: Table) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(as_csv(table), content_type="text/csv; charset=utf-8", headers=headers)


# ---- The faces behind a figure


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def faces(request: SignedInRequest) -> HttpResponse:
    form = BehindFilter(request.GET)
    frame = _frame(request, form, "quality-faces")
    if not form.is_valid():
        return render(request, "curation/quality.html", frame, status=400)
    scope = _scope(form)
    claims = behind.claims_behind(scope, form.asked)
    if form.asked.get("format"):
        return _csv("quality-faces", behind.table(claims, scope.votes))
    number = form.asked.get("page", 1)
    first = (number - 1) * behind.A_PAGE
    here = claims[first : first + behind.A_PAGE]
    looker = behind.Looker(
        person=request.user,
        is_asked=has_role(request.user, Role.REVIEWER, Role.ADJUDICATOR),
        names=has_role(request.user, Role.ADMIN, Role.AUDITOR) or "names" in request.GET,
    )
    facts = {
        "rows": behind.faces(here, scope, form.asked, looker),
        "conditions": behind.conditions(scope, form.asked),
        "count": len(claims),
        "start": first + 1,
        "end": first + len(here),
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if first + len(here) < len(claims) else None,
        "names": looker.names,
        "narrowing": [(key, value) for key, value in request.GET.items() if key not in (*SHARED, "page", "format")],
    }
    return render(request, "curation/quality_faces.html", frame | _facts(scope) | facts)
