"""The five roles, each a Django group, and who may open what."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

P = ParamSpec("P")
Visitor = AbstractBaseUser | AnonymousUser
GROUPS = "SELECT g.name FROM auth_group g JOIN auth_user_groups u ON u.group_id = g.id WHERE u.user_id = %s"
View = Callable[Concatenate[Any, P], HttpResponseBase]  # takes a SignedInRequest


class Role(models.TextChoices):
    REVIEWER = "reviewer", gettext_lazy("reviewer")
    ADJUDICATOR = "adjudicator", gettext_lazy("adjudicator")
    ADMIN = "admin", gettext_lazy("admin")
    RELEASE_MANAGER = "release manager", gettext_lazy("release manager")
    AUDITOR = "auditor", gettext_lazy("auditor")


class SignedInRequest(HttpRequest):
    """What a view receives that only signed-in people reach."""

    user: User


def roles_of(user: Visitor) -> frozenset[str]:
    """The names of the user's roles, read once a request; a superuser has all of them."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset(Role.values)
    cached: frozenset[str] | None = getattr(user, "_mtf_roles", None)
    if cached is None:
        with connection.cursor() as cursor:  # by hand, because every call asks it
            cursor.execute(GROUPS, [user.pk])
            cached = know_groups(user, [name for (name,) in cursor.fetchall()])
    return cached


def know_groups(user: User, names: Iterable[str]) -> frozenset[str]:
    """The names of the user's groups were just read; they hold as long as the request's user object."""
    known = user._mtf_roles = frozenset(names) & frozenset(Role.values)  # type: ignore[attr-defined]
    return known


def in_words(roles: Iterable[str]) -> str:
    """In the reader's language, in the order given."""
    return ", ".join(str(Role(role).label) for role in roles)


def has_role(user: Visitor, *roles: Role) -> bool:
    return not roles_of(user).isdisjoint(roles)


def give_role(user: User, role: Role) -> None:
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])


def allow(*roles: Role, audit: bool = True) -> Callable[[View[P]], View[P]]:
    """Opens a view to people who have one of `roles`; with `audit`, an auditor may read it too."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            reads = audit and request.method in ("GET", "HEAD") and has_role(request.user, Role.AUDITOR)
            if not (reads or has_role(request.user, *roles)):
                needs = _("This page is for people with the role: %(roles)s.") % {"roles": in_words(roles)}
                raise PermissionDenied(needs)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
