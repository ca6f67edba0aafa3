"""The grid: many faces of one identity, the wrong ones marked. Its answers go the same way as all others."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from curation import grids, practice
from curation.annotations import record
from curation.entries import Result, one_line, parse
from curation.grid_forms import HaveForm, PlainGridForm, undo_entry
from curation.keys import grid_table
from curation.paused import is_paused
from curation.policies import current_policy
from curation.preferences import preferences
from curation.replies import unseen_replies
from curation.views.review import REVIEWERS
from mtf_site.roles import SignedInRequest, allow


@never_cache
@allow(*REVIEWERS, audit=False)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    if practice.wanted(request.user, "usable"):
        return redirect("practice")
    if is_paused(request.user, "usable"):
        return redirect("paused", "usable")
    policy = current_policy()
    batch = grids.batch(reviewer=request.user, policy=policy)
    tiles = [{**item, "id": uuid.uuid4()} for item in batch["items"]]
    profile = preferences(request.user, policy)
    profile["keys"] = grid_table(profile["keys"])
    return render(
        request,
        "curation/grid.html",
        {
            "batch": batch,
            "tiles": tiles,
            "now": timezone.now(),
            "profile": profile,
            "replies": unseen_replies(request.user),
            "undo": bool(grids.last(request.user)),
        },
    )


@never_cache
@allow(*REVIEWERS, audit=False)
@require_GET
def following(request: SignedInRequest) -> JsonResponse:
    """The grid after those on hand, for the script to load ahead."""
    form = HaveForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": one_line(form)}, status=400)
    have = form.cleaned_data["have"]
    return JsonResponse(grids.batch(reviewer=request.user, policy=current_policy(), have=have))


@allow(*REVIEWERS, audit=False)
@require_POST
def answer(request: SignedInRequest) -> HttpResponse:
    """The grid as a plain form."""
    form = PlainGridForm(request.POST)
    if form.is_valid():
        _report(request, [_save(entry, request) for entry in form.entries()])
    else:
        messages.error(request, one_line(form))
    return redirect("grid")


@allow(*REVIEWERS, audit=False)
@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Takes the last grid back, without a script."""
    taken_back = [_save(undo_entry(row.pk), request) for row in grids.last(request.user)]
    if taken_back:
        count = len(taken_back)
        said = ngettext("%d answer is taken back.", "%d answers are taken back.", count)
        messages.success(request, said % count)
    else:
        messages.info(request, _("There is no grid to take back."))
    return redirect("grid")


def _save(raw: dict[str, Any], request: SignedInRequest) -> Result:
    policy = current_policy()
    entry = parse(raw, policy)
    return entry if isinstance(entry, Result) else record(entry, reviewer=request.user, policy=policy)


def _report(request: SignedInRequest, results: list[Result]) -> None:
    failed = [result for result in results if result.code != 200]
    if failed:
        said = ngettext("%(n)d answer was not taken: %(why)s", "%(n)d answers were not taken: %(why)s", len(failed))
        messages.error(request, said % {"n": len(failed), "why": failed[0].message})
