"""Who is signed in, from what was read with the session."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user, middleware
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from mtf_site.roles import know_groups
from mtf_site.sessions import Company, SessionStore

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast("User | AnonymousUser", SimpleLazyObject(lambda: _visitor(request)))


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """A view that lets everybody in finds out itself who it is, if it wants to know, and when."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


def _visitor(request: HttpRequest) -> User | AnonymousUser:
    """Where anything is not as it usually is, Django has its own look, and its own say."""
    company = _company(request)
    if company is None:
        return get_user(request)
    know_groups(company.person, company.groups)
    return company.person


def _company(request: HttpRequest) -> Company | None:
    """None unless the person may sign in, by a password, and it is still the one with which they did."""
    session = request.session
    company = session.company if isinstance(session, SessionStore) and session.get(SESSION_KEY) else None
    if company is None or not company.person.is_active:
        return None
    is_usual = session.get(BACKEND_SESSION_KEY) == BACKEND and BACKEND in settings.AUTHENTICATION_BACKENDS
    same = constant_time_compare(session.get(HASH_SESSION_KEY) or "", company.person.get_session_auth_hash())
    return company if is_usual and same else None
