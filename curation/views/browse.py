"""What was found and fetched, to look through: hits, photos, and all that is known of one photo."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from curation import browsing, photo_page
from curation.browse_forms import CandidateFilter, HitFilter, PhotoFilter
from ingest.models import Candidate, Identity, Photo
from mtf_site.roles import Role, allow, has_role

REASONS_SHOWN = 12


@never_cache
@allow(Role.ADMIN)
@require_safe
def candidates(request: HttpRequest) -> HttpResponse:
    form = CandidateFilter(request.GET, label_suffix="")
    asked = form.asked
    found = browsing.candidates(asked) if form.is_valid() else Candidate.objects.none()
    slice_ = browsing.slice_of(found, **_place(request))
    counts = browsing.counts(asked) if form.is_valid() else browsing.NO_COUNTS
    context = _context(request, form, slice_) | {
        "rows": [(hit, browsing.why_no_picture(hit)) for hit in browsing.hits(slice_.ids)],
        "states": [(value, label, counts.states.get(value)) for value, label in Candidate.State.choices],
        "has_counts": bool(counts.states),
        "reasons": counts.most_frequent()[:REASONS_SHOWN],
    }
    return render(request, "curation/candidates.html", context)


@never_cache
@allow(Role.ADMIN)
@require_safe
def photos(request: HttpRequest) -> HttpResponse:
    form = PhotoFilter(request.GET, label_suffix="")
    found = browsing.photos(form.asked) if form.is_valid() else Photo.objects.none()
    slice_ = browsing.slice_of(found, **_place(request))
    is_table = request.GET.get("view") == "table"
    context = _context(request, form, slice_) | {"rows": browsing.shown(slice_.ids), "is_table": is_table}
    return render(request, "curation/photos.html", context)


@never_cache
@allow(Role.ADMIN)
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = photo_page.dossier(get_object_or_404(Photo, pk=photo_id))
    return render(request, "curation/photo.html", {"dossier": found, "photo": found.photo})


def _place(request: HttpRequest) -> dict[str, int | None]:
    return {name: _number(request.GET.get(name, "")) for name in ("before", "after")}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _context(request: HttpRequest, form: HitFilter, slice_: browsing.Slice) -> dict[str, Any]:
    return {
        "form": form,
        "people": Identity.objects.values_list("pk", "name"),
        "slice": slice_,
        "asked": form.asked,
        "more_asked": sorted(form.asked.keys() & {"job", "source", "proof", "licence", "host"}),
        "many": browsing.MANY,
        "may_change": has_role(request.user, Role.ADMIN),
    }
