"""Crops and reduced photos under their hashes: for people with a role here, kept by their browser a day at most."""

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from curation.quarantine import bars_picture
from ingest import store
from mtf_site.roles import Role, has_role, roles_of

SEE_ALL = (Role.ADJUDICATOR, Role.ADMIN, Role.AUDITOR)
PRIVATE_FOR_A_DAY = "private, max-age=86400, immutable"


@require_safe
def crop(request: HttpRequest, sha256: str) -> HttpResponseBase:
    _check_circulates(request, sha256, of="crop")
    return _picture(request, store.name_of("crops", sha256))


@require_safe
def photo(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The reduced copy without metadata; originals never leave the server."""
    _check_circulates(request, sha256, of="preview")
    return _picture(request, store.name_of("previews", sha256))


@require_safe
def guideline(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """An example in a guideline."""
    return _picture(request, store.name_of("guidelines", sha256))


def _check_circulates(request: HttpRequest, sha256: str, *, of: str) -> None:
    """What is in quarantine or was kept out is there for those alone who decide on it or look after the data."""
    if not has_role(request.user, *SEE_ALL) and bars_picture(sha256, of=of):
        raise Http404("There is no such picture.")


def _picture(request: HttpRequest, name: str) -> HttpResponseBase:
    if not roles_of(request.user):
        raise PermissionDenied("Pictures are for people with a role here.")
    try:
        file = default_storage.open(name)
    except OSError as error:
        raise Http404("There is no such picture.") from error
    headers = {"Cache-Control": PRIVATE_FOR_A_DAY, "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, content_type="image/jpeg", headers=headers)
