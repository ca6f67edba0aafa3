"""Where everybody starts: for each of their roles what waits, and the next step."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from curation import desks
from curation.models import Flag
from mtf_site.roles import Role, SignedInRequest, roles_of

DESKS: dict[Role, Callable[[User], desks.Facts]] = {
    Role.REVIEWER: desks.reviewer,
    Role.ADJUDICATOR: desks.adjudicator,
    Role.ADMIN: desks.admin,
    Role.RELEASE_MANAGER: desks.release_manager,
    Role.AUDITOR: desks.auditor,
}


@never_cache
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    roles = roles_of(request.user)
    facts = {role.name.lower(): tell(request.user) for role, tell in DESKS.items() if role in roles}
    return render(request, "curation/home.html", facts)


@require_POST
def flag_seen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The reviewer has read what an adjudicator answered; `next` says where they were."""
    flag = get_object_or_404(Flag, pk=pk, reviewer=request.user, resolved_at__isnull=False)
    Flag.objects.filter(pk=flag.pk, answer_seen_at=None).update(answer_seen_at=timezone.now())
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home")
