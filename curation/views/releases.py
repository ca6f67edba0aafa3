"""Frozen releases, and what one more would hold."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from curation.models import Release
from curation.release import selection
from curation.release.freezing import left_out_of_tasks
from mtf_site.roles import Role, allow

FIRST_VERSION = "1.0.0"
STATES = {"open": _("not answered yet"), "disputed": _("disputed"), "cannot_tell": _("cannot tell")}


@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    frozen = list(Release.objects.select_related("frozen_by", "parent").defer("papers"))
    context = {
        "releases": frozen,
        "triage": selection.triage(),
        "without_task": [(task, STATES[state], count) for task, state, count in left_out_of_tasks()],
        "next_version": next_version(frozen[0].version) if frozen else FIRST_VERSION,
    }
    return render(request, "curation/releases.html", context)


def next_version(version: str) -> str:
    """The next minor one: more faces under the same rules."""
    major, minor, _patch = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
