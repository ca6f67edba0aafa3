"""An order to freeze, from the moment it is given to what came of it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from curation.models import Freezing
from curation.release import ordering
from curation.release.orders import ACCEPTABLE
from curation.release.selection import Finding
from curation.release_forms import TASK_WORDS
from mtf_site.roles import Role, allow

WORKER_SILENT = 20  # seconds without a worker that takes the order, until the page says so


@never_cache
@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "curation/freezing.html", _context(pk))


@never_cache
@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that moves; it asks for itself again until the order is carried out."""
    return render(request, "curation/_freezing_progress.html", _context(pk))


@allow(Role.RELEASE_MANAGER)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if ordering.cancel(pk):
        messages.success(request, _("The order is cancelled. Nothing was frozen."))
    else:
        messages.warning(request, _("It was over already."))
    return redirect("freezing", pk)


def _context(pk: int) -> dict[str, Any]:
    one = get_object_or_404(Freezing.objects.select_related("ordered_by", "release"), pk=pk)
    found = ordering.findings(one)
    blocking = [one for one in found if one.blocks]
    waited = (timezone.now() - one.ordered_at).total_seconds()
    return {
        "one": one,
        "tasks": [TASK_WORDS[task] for task in one.tasks],
        "error": _(one.error) if one.error else "",
        "all_read": one.state == Freezing.State.RUNNING and 0 < one.faces <= one.read,
        "blocking": blocking,
        "acceptable": [one.code for one in blocking if one.code in ACCEPTABLE],
        "passing": [one for one in found if not one.blocks],
        "again": _again(one, blocking),
        "nobody": one.state == Freezing.State.WAITING and waited > WORKER_SILENT,
    }


def _again(one: Freezing, blocking: Iterable[Finding]) -> str:
    """The order's form with the same choices, and what can be accepted ticked by nobody."""
    chosen = {
        "version": one.version,
        "set": one.selection,
        "tasks": one.tasks,
        "formats": one.formats,
        "accept": one.accept,
        "blocks": [one.code for one in blocking if one.code in ACCEPTABLE],
    }
    return f"{reverse('releases')}?{urlencode(chosen, doseq=True)}#next"
