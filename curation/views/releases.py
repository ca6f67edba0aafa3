"""Frozen releases, and the order of the next one."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from curation import tasks
from curation.models import Freezing, Release
from curation.release import archive, comparing, gates, ordering, paper_reading, selection
from curation.release.errors import ReleaseRefused
from curation.release.freezing import check_may_be_written, left_out_of_tasks
from curation.release.naming import LABELLED, TASKS
from curation.release.orders import ACCEPTABLE, CURATED, Order
from curation.release.withdrawn import successor
from curation.release_forms import TASK_WORDS, OrderForm
from mtf_site import doorbell
from mtf_site.roles import Role, SignedInRequest, allow, has_role

FIRST_VERSION = "1.0.0"
STATES = {
    "open": gettext_lazy("not answered yet"),
    "disputed": gettext_lazy("disputed"),
    "cannot_tell": gettext_lazy("cannot tell"),
}
BAD = 400
PLOT, READABLE = ".svg", ".md"
FIRST = ("README.md", "DATASHEET.md", "CHANGES.md")
SHOWN = 50  # changed fields on the page that compares


@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    return render(request, "curation/releases.html", _context(request, None))


@allow(Role.RELEASE_MANAGER, audit=False)
@require_POST
def order(request: SignedInRequest) -> HttpResponse:
    """To freeze, or only to look (`look`); what was chosen comes back where it is refused."""
    form = OrderForm(request.POST)
    if form.is_valid():
        try:
            placed = ordering.place(form.order, by=request.user, looks_only="look" in request.POST)
        except ReleaseRefused as refusal:
            form.add_error("version", str(refusal))
        else:
            doorbell.ring(tasks.freeze_release, placed.pk)
            return redirect("freezing", placed.pk)
    return render(request, "curation/releases.html", _context(request, form), status=BAD)


def _context(request: SignedInRequest, form: OrderForm | None) -> dict[str, Any]:
    frozen = list(Release.objects.select_related("frozen_by", "parent", "withdrawal").defer("papers", "files"))
    wanted = _wanted(request)
    triage = selection.triage(wanted)
    findings = gates.found_in(wanted, triage)
    chosen = {
        "version": request.GET.get("version") or (next_version(frozen[0].version) if frozen else FIRST_VERSION),
        "selection": wanted.selection,
        "tasks": request.GET.getlist("tasks") or TASKS,
        "formats": request.GET.getlist("formats") or ["imagefolder"],
    }
    return {
        "releases": frozen,
        "ready": triage.ready,
        "all_held": bool(triage.held_back) and not triage.ready,
        "blocking": [found for found in findings if found.blocks and found.code != gates.NOTHING],
        "held_back": [found for found in findings if not found.blocks],
        "accepted": request.POST.getlist("accept") or request.GET.getlist("accept"),
        "acceptable": ACCEPTABLE,
        "without_task": []
        if wanted.claimed
        else [(TASK_WORDS[t], STATES[state], n) for t, state, n in left_out_of_tasks()],
        "live": Freezing.objects.filter(state__in=Freezing.LIVE),
        "form": form or OrderForm(initial=chosen),
        "selection": wanted.selection,
        "may_order": has_role(request.user, Role.RELEASE_MANAGER),
    }


def _wanted(request: HttpRequest) -> Order:
    """What the figures are of: the set that the address, or the form that came, names."""
    given = request.POST.get("selection") or request.GET.get("set", "")
    return Order(FIRST_VERSION, selection=given if given in LABELLED else CURATED)


# ---- One release


@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def one(request: HttpRequest, version: str) -> HttpResponse:
    release = get_object_or_404(
        Release.objects.select_related("frozen_by", "parent", "policy", "withdrawal"), version=version
    )
    others = Release.objects.exclude(pk=release.pk).values_list("version", flat=True)
    context = {
        "release": release,
        "others": others,
        "tasks": [TASK_WORDS[task] for task in release.tasks],
        **_papers(release),
        "files": [(path, told["bytes"]) for path, told in sorted(release.files.items())],
        "held_back": [(selection.HELD_BACK.get(code, code), n) for code, n in sorted(release.held_back.items())],
        "why_not": _why_not(release),
        "successor": _successor(release),
        "may_download": has_role(request.user, Role.RELEASE_MANAGER, Role.AUDITOR),
    }
    return render(request, "curation/release.html", context)


def _papers(release: Release) -> dict[str, list[tuple[str, int]]]:
    """(path, bytes) of those to read, the most telling first, and of those that programs read."""
    sizes = sorted((path, len(text.encode())) for path, text in release.papers.items())
    to_read = [one for one in sizes if one[0].endswith(READABLE)]
    first = {path: place for place, path in enumerate(FIRST)}
    to_read.sort(key=lambda one: (first.get(one[0], len(first)), one[0]))
    return {"papers": to_read, "more_papers": [one for one in sizes if not one[0].endswith(READABLE)]}


@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def paper(request: HttpRequest, version: str, path: str) -> HttpResponse:
    release = get_object_or_404(Release, version=version)
    if path not in release.papers:
        raise Http404
    text: str = release.papers[path]
    if "raw" in request.GET:
        return _as_it_is(path, text)
    read = paper_reading.page(text, lambda name: _beside(release, path, name)) if path.endswith(".md") else None
    context = {
        "release": release,
        "path": path,
        "name": PurePosixPath(path).name,
        "text": text,
        "is_picture": path.endswith(PLOT),
        "read": read,
    }
    return render(request, "curation/paper.html", context)


def _beside(release: Release, path: str, name: str) -> str:
    """The address of a picture that a paper names by a path of its own."""
    return reverse("release-paper", args=[release.version, str(PurePosixPath(path).parent / name)]) + "?raw"


def _as_it_is(path: str, text: str) -> HttpResponse:
    kind = "image/svg+xml" if path.endswith(PLOT) else "text/plain; charset=utf-8"
    return HttpResponse(text, content_type=kind)


@allow(Role.RELEASE_MANAGER)  # and auditors, who read everything
@require_safe
def download(request: HttpRequest, version: str) -> HttpResponseBase:
    """The whole folder as one archive, made while it is sent."""
    release = get_object_or_404(Release, version=version)
    if why := _why_not(release):
        messages.error(request, why)
        return redirect("release", version)
    headers = {"Content-Disposition": f'attachment; filename="{archive.folder_of(release)}.tar"'}
    pieces: Iterable[bytes] = archive.pieces(release)
    return StreamingHttpResponse(pieces, content_type="application/x-tar", headers=headers)


@allow(Role.RELEASE_MANAGER, Role.ADMIN)
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """What became different from one release to another."""
    known = Release.objects.defer("papers", "files")
    before, after = (get_object_or_404(known, version=request.GET.get(side, "")) for side in ("from", "to"))
    context = {
        "before": before,
        "after": after,
        "changes": comparing.compare(before, after),
        "versions": Release.objects.values_list("version", flat=True),
        "shown": SHOWN,
    }
    return render(request, "curation/release_compare.html", context)


def _why_not(release: Release) -> str:
    """Why it must not be written now, "" where nothing is against it."""
    try:
        check_may_be_written(release)
    except ReleaseRefused as refusal:
        return str(refusal)
    return ""


def _successor(release: Release) -> str:
    """The version to take in the place of one that was withdrawn."""
    heir = successor(release) if hasattr(release, "withdrawal") else None
    return heir.version if heir else ""


def next_version(version: str) -> str:
    """The next minor one: more faces under the same rules."""
    major, minor, _patch = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
