"""Where everybody starts: for each of their roles what waits, and the next step."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from curation import desks
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
