"""The list of people with what each of them did and holds: as many queries for one row as for a page full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from curation.models import Annotation, Pause, Profile, Slot
from mtf_site.roles import Role

A_PAGE = 50


@dataclass(frozen=True)
class Person:
    user: User
    roles: list[str]
    answers: int
    last_answer: datetime | None
    leases: int
    limits: int
    paused: bool = False

    @property
    def last_seen(self) -> datetime | None:
        """The later of the last answer and the last signing in."""
        return max((at for at in (self.last_answer, self.user.last_login) if at), default=None)


def chosen(asked: Mapping[str, Any]) -> QuerySet[User]:
    found = User.objects.order_by("username", "pk")
    if words := asked.get("q"):
        named = Q(username__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words)
        found = found.filter(named | Q(email__icontains=words))
    if role := asked.get("role"):
        found = found.filter(groups__name=role)
    if state := asked.get("state"):
        found = found.filter(is_active=state == "active")
    return found


def page_of(found: QuerySet[User], *, number: str | None) -> tuple[Page[User], list[Person]]:
    page = Paginator(found.prefetch_related("groups"), A_PAGE).get_page(number)
    return page, with_figures(list(page.object_list))


def with_figures(users: list[User]) -> list[Person]:
    ids = [user.pk for user in users]
    given = answers_of(ids)
    leases = leases_of(ids)
    limits = dict(
        Profile.objects.filter(user__in=ids).annotate(n=Count("limited_to")).values_list("user_id", "n")
    )  # fmt: skip
    paused = set(Pause.objects.filter(reviewer__in=ids, ended_at=None).values_list("reviewer", flat=True))
    return [
        Person(
            user,
            sorted(group.name for group in user.groups.all() if group.name in Role.values),
            *given.get(user.pk, (0, None)),
            leases.get(user.pk, 0),
            limits.get(user.pk, 0),
            user.pk in paused,
        )
        for user in users
    ]


def answers_of(ids: list[int]) -> dict[int, tuple[int, datetime | None]]:
    """How many answers each gave, and when the last; no decisions, nothing carried, and no taking back."""
    given = Annotation.objects.filter(reviewer__in=ids, carried_from=None)
    given = given.exclude(verdict=Annotation.Verdict.WITHDRAWN).exclude(mode=Annotation.Mode.ADJUDICATION)
    rows = given.order_by().values_list("reviewer").annotate(n=Count("pk"), last=Max("received_at"))
    return {pk: (count, last) for pk, count, last in rows}


def leases_of(ids: list[int]) -> dict[int, int]:
    held = Slot.objects.filter(reviewer__in=ids, annotation=None, purpose=Slot.Purpose.VOTE)
    held = held.filter(leased_until__gt=timezone.now())
    return dict(held.order_by().values_list("reviewer").annotate(n=Count("pk")))
