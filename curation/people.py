"""What an admin does about somebody's account. Every change is an event that stays; nothing is deleted."""

from collections.abc import Collection

from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation import queue
from curation.models import PersonEvent, Profile, Slot
from ingest.models import Identity
from mtf_site.roles import Role

NAMES_TOLD = 5  # of the identities in an event


class PersonRefused(ValueError):
    """A change that must not be; its text says why."""


def profile_of(person: User) -> Profile:
    return Profile.objects.get_or_create(user=person)[0]


def record(person: User, kind: PersonEvent.Kind, *, by: User, detail: str = "", reason: str = "") -> None:
    PersonEvent.objects.create(person=person, kind=kind, by=by, detail=detail, reason=reason)


# ---- Roles and being active


def active_admins() -> QuerySet[User]:
    return User.objects.filter(Q(groups__name=Role.ADMIN) | Q(is_superuser=True), is_active=True).distinct()


def _one_admin_stays(leaving: User) -> None:
    """The caller's transaction waits here for any other that takes an admin away."""
    Group.objects.select_for_update().get_or_create(name=Role.ADMIN.value)
    if active_admins().filter(pk=leaving.pk).exists() and not active_admins().exclude(pk=leaving.pk).exists():
        raise PersonRefused(_("This is the last active admin. Make somebody else an admin first."))


@transaction.atomic
def set_roles(person: User, *, roles: Collection[str], by: User, reason: str = "") -> bool:
    """Whether anything changed. Who may review no longer gives back what they hold."""
    held = set(person.groups.filter(name__in=Role.values).values_list("name", flat=True))
    given, taken = sorted(set(roles) - held), sorted(held - set(roles))
    if not given and not taken:
        return False
    if Role.ADMIN in taken and not person.is_superuser:
        _one_admin_stays(person)
    groups = [Group.objects.get_or_create(name=name)[0] for name in given]
    person.groups.add(*groups)
    person.groups.remove(*Group.objects.filter(name__in=taken))
    if not {Role.REVIEWER, Role.ADJUDICATOR} & set(roles):
        queue.release(reviewer=person)
    detail = ", ".join([f"+ {name}" for name in given] + [f"− {name}" for name in taken])
    record(person, PersonEvent.Kind.ROLES, by=by, detail=detail, reason=reason)
    return True


@transaction.atomic
def deactivate(person: User, *, by: User, reason: str) -> None:
    """Sessions end at once, and what was leased goes back. Every answer stays, and counts."""
    if person.pk == by.pk:
        raise PersonRefused(_("Nobody deactivates themselves: another admin must do it."))
    _one_admin_stays(person)
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        raise PersonRefused(_("This account is deactivated already."))
    _end_sessions(person)
    freed = queue.release(reviewer=person)
    record(person, PersonEvent.Kind.DEACTIVATED, by=by, detail=_leases_told(freed), reason=reason)


@transaction.atomic
def reactivate(person: User, *, by: User, reason: str) -> None:
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        raise PersonRefused(_("This account is active already."))
    record(person, PersonEvent.Kind.REACTIVATED, by=by, reason=reason)


def _end_sessions(person: User) -> None:
    """Django shuts an inactive account out by itself; without this its sessions would live again with it."""
    running = Session.objects.filter(expire_date__gte=timezone.now())
    theirs = [one.pk for one in running.iterator() if one.get_decoded().get("_auth_user_id") == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()


# ---- Leases, limits, practice


@transaction.atomic
def give_back_leases(person: User, *, by: User) -> int:
    freed = queue.release(reviewer=person)
    if freed:
        record(person, PersonEvent.Kind.LEASES, by=by, detail=_leases_told(freed))
    return freed


def _leases_told(freed: int) -> str:
    return ngettext("%d lease given back", "%d leases given back", freed) % freed if freed else ""


@transaction.atomic
def limit(person: User, *, identities: Collection[Identity], by: User) -> bool:
    """Whether anything changed. Nobody named means no limit; what is leased outside of it goes back."""
    limits = profile_of(person).limited_to
    if {one.pk for one in identities} == set(limits.values_list("pk", flat=True)):
        return False
    limits.set(identities)
    outside = Slot.objects.filter(reviewer=person, annotation=None, purpose=Slot.Purpose.VOTE)
    if identities:
        held = outside.exclude(identity__in=identities).order_by().select_for_update(skip_locked=True)
        Slot.objects.filter(pk__in=held.values("pk")).update(reviewer=None, leased_until=None)
    record(person, PersonEvent.Kind.LIMITED, by=by, detail=_limit_told(identities))
    return True


def _limit_told(identities: Collection[Identity]) -> str:
    names = sorted(one.name for one in identities)
    more = len(names) - NAMES_TOLD
    told = ", ".join(names[:NAMES_TOLD]) or _("no limit: all identities")
    return told + (" " + ngettext("and %d more", "and %d more", more) % more if more > 0 else "")


@transaction.atomic
def excuse(person: User, *, by: User, reason: str) -> None:
    """Served real work, of both questions, without the practice at the start."""
    profile_of(person)
    left = Profile.objects.filter(Q(practised_at=None) | Q(attributes_practised_at=None), user=person)
    done = {name: Coalesce(name, Now()) for name in ("practised_at", "attributes_practised_at")}
    if not left.update(**done):
        raise PersonRefused(_("This person has no practice left to do."))
    record(person, PersonEvent.Kind.EXCUSED, by=by, reason=reason)
