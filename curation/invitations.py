"""Links that make an account. The link itself is told once, to whoever made it; kept is only its hash."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Invitation, PersonEvent
from curation.people import active_admins, record
from mtf_site.roles import Role, give_role

VALID = timedelta(days=7)
BYTES_OF_CHANCE = 32


class InvitationGone(Exception):
    """Used, withdrawn or run out; nobody is told which."""


def invite(*, roles: Collection[str], sent_to: str, by: User) -> tuple[Invitation, str]:
    """The invitation, and the token that goes into its link."""
    token = secrets.token_urlsafe(BYTES_OF_CHANCE)
    made = Invitation.objects.create(
        token_sha256=_hash(token),
        roles=[role for role in Role.values if role in roles],
        sent_to=sent_to,
        created_by=by,
        expires_at=timezone.now() + VALID,
    )
    return made, token


def _hash(token: str) -> str:
    """Looked up instead of the token: how long that takes tells nothing about any token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitations() -> QuerySet[Invitation]:
    """Whose maker is still an admin, and so may still give roles away."""
    unused = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return unused.filter(created_by__in=active_admins()).order_by("-created_at", "-pk")


def find(token: str) -> Invitation | None:
    return open_invitations().select_related("created_by").filter(token_sha256=_hash(token)).first()


def withdraw(invitation_id: int) -> bool:
    """False where it was used or withdrawn before."""
    unused = Invitation.objects.filter(pk=invitation_id, accepted_at=None, withdrawn_at=None)
    return bool(unused.update(withdrawn_at=timezone.now()))


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> User:
    """Saves the new account with the invitation's roles. Of two who use one link at once, one gets InvitationGone."""
    user.save()
    unused = open_invitations().order_by().filter(pk=invitation.pk)
    if not unused.update(accepted_by=user, accepted_at=timezone.now()):
        raise InvitationGone
    for name in invitation.roles:
        give_role(user, Role(name))
    detail = _("invited by %(who)s as %(roles)s") % {
        "who": invitation.created_by.get_username(),
        "roles": ", ".join(invitation.roles),
    }
    record(user, PersonEvent.Kind.JOINED, by=user, detail=detail)
    return user
