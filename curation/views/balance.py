"""Balance: how many faces are wanted of whom, how many are there, and whom to crawl next."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from curation.balance import Cell, Ranked, Table, deficits, rank, table
from curation.balance_figures import prospects, save_targets, tallies, targets
from curation.balance_forms import BalanceForm
from curation.models import Policy
from curation.policies import current_policy, label_of
from ingest.attributes import AGE, GENDER, RACE
from ingest.models import Identity
from mtf_site.roles import Role, SignedInRequest, allow, has_role

NEXT = 25
YEARS = {1: gettext_lazy("18–49"), 2: gettext_lazy("50 and older")}


@never_cache
@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    wanted = targets()
    form = BalanceForm(request.POST if request.method == "POST" else None, wanted=wanted)
    if form.is_valid():
        save_targets(form.wanted())
        messages.success(request, _("The targets are saved."))
        return redirect("balance")
    may_change = has_role(request.user, Role.ADMIN)
    context = _context(wanted, form) | {"form": form, "may_change": may_change}
    return render(request, "curation/balance.html", context, status=400 if form.errors else 200)


def _context(wanted: dict[Cell, int], form: BalanceForm) -> dict[str, Any]:
    policy = current_policy()
    found = table(tallies(policy), wanted)
    ranked = rank(prospects(), deficits(found)) if found.missing else []
    return {
        "table": found,
        "rows": _rows(found, form, policy),
        "ages": [_age(found, age) for age in AGE],
        "has_targets": any(wanted.values()),
        "next": _named(ranked[:NEXT]),
        "able": len(ranked),
        "max_photos": settings.MAX_PHOTOS,
    }


def _rows(found: Table, form: BalanceForm, policy: Policy) -> list[dict[str, Any]]:
    boxes = dict(form.boxes())
    return [
        {
            "race": label_of(policy, "race", row.group[0], RACE[row.group[0]]),
            "gender": label_of(policy, "gender", row.group[1], GENDER[row.group[1]]),
            "row": row,
            "cells": [{"figure": figure, "box": boxes[cell]} for cell, figure in row.cells.items()],
        }
        for row in found.rows
    ]


def _age(found: Table, age: int) -> dict[str, Any]:
    return {"label": AGE[age], "years": YEARS[age], "figure": found.ages[age], "missing": found.missing_by_age[age]}


def _named(ranked: list[Ranked]) -> list[dict[str, Any]]:
    people = Identity.objects.in_bulk([one.prospect.identity for one in ranked])
    best = {one.prospect.group: one.prospect.identity for one in reversed(ranked)}
    return [
        {
            "is_best": best[one.prospect.group] == one.prospect.identity,
            "identity": people[one.prospect.identity],
            "ranked": one,
            "share": one.prospect.accepted / one.prospect.judged if one.prospect.judged else None,
            "group": f"{RACE[one.prospect.group[0]]}, {GENDER[one.prospect.group[1]]}",
        }
        for one in ranked
    ]
