"""What a reviewer's page says of the faces that it holds: still looking, or going."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from curation import queue
from curation.entries import HoldingForm, one_line
from curation.views.review import REVIEWERS
from mtf_site.roles import SignedInRequest, has_role


@login_not_required  # the script wants an answer it can read, not a redirect to the login page
@require_POST
def heartbeat(request: SignedInRequest) -> JsonResponse:
    """Keeps what the reviewer holds of this question; says of how many faces."""
    told = _told(request)
    if isinstance(told, JsonResponse):
        return told
    return JsonResponse({"kept": queue.extend(reviewer=request.user, question=told["question"])})


@login_not_required
@require_POST
def leave(request: SignedInRequest) -> JsonResponse:
    """Gives back the faces that the page names, and no others: another tab may hold them."""
    told = _told(request)
    if isinstance(told, JsonResponse):
        return told
    freed = queue.give_back(reviewer=request.user, question=told["question"], claims=told["claims"])
    return JsonResponse({"freed": freed})


def _told(request: SignedInRequest) -> dict[str, Any] | JsonResponse:
    if not has_role(request.user, *REVIEWERS):
        return JsonResponse({"error": "signed-out"}, status=403)
    form = HoldingForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": one_line(form)}, status=400)
    told: dict[str, Any] = form.cleaned_data["payload"]
    if request.user.pk != told["user"]:
        return JsonResponse({"error": "signed-out"}, status=403)
    return told
