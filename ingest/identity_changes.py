"""What an admin does about an identity that is there already; each change leaves an event that says who and why."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from ingest.identities import IdentityRefused
from ingest.models import Discovery, Identity, IdentityEvent
from ingest.priority import in_words
from ingest.tombstones import is_tombstoned, mark, one_line, tombstones_among

Kind = IdentityEvent.Kind
State = Identity.State


def note(identity: Identity, kind: IdentityEvent.Kind, *, by: User, why: str) -> None:
    IdentityEvent.objects.create(identity=identity, kind=kind, by=by, note=why.strip())


def _locked(identity: Identity) -> Identity:
    return Identity.objects.select_for_update().get(pk=identity.pk)


@transaction.atomic
def retire(identity: Identity, *, by: User, why: str) -> None:
    """Nothing more is looked for; what is there stays. Raises IdentityRefused."""
    found = _locked(identity)
    if found.state not in (State.PROPOSED, State.APPROVED):
        raise IdentityRefused(
            _("%(name)s is %(state)s already.") % {"name": found.name, "state": found.get_state_display()}
        )
    _need_reason(why)
    found.state = State.RETIRED
    found.save(update_fields=["state"])
    end_discoveries(found, f"{found.name} was retired.")
    note(found, Kind.RETIRED, by=by, why=why)


@transaction.atomic
def reactivate(identity: Identity, *, by: User, why: str) -> None:
    """A retired identity is approved again, or proposed where nobody ever approved it. Raises IdentityRefused."""
    found = _locked(identity)
    if found.state != State.RETIRED:
        raise IdentityRefused(
            _("%(name)s is %(state)s; only a retired one can be reactivated.")
            % {"name": found.name, "state": found.get_state_display()}
        )
    if is_tombstoned(found):
        raise IdentityRefused(_("%(name)s was erased and must not enter again.") % {"name": found.name})
    _need_reason(why)
    found.state = State.APPROVED if found.approved_at else State.PROPOSED
    found.save(update_fields=["state"])
    note(found, Kind.REACTIVATED, by=by, why=why)


@transaction.atomic
def edit(
    identity: Identity, *, by: User, aliases: Sequence[str], about: str, basis: str, priority: int | None = None
) -> bool:
    """Whether anything was changed. Raises IdentityRefused."""
    found = _locked(identity)
    if found.state == State.MERGED:
        raise IdentityRefused(_("%(name)s was merged into another; edit that one.") % {"name": found.name})
    if found.state == State.APPROVED and not basis.strip():
        raise IdentityRefused(_("Say on what basis this is a public figure."))
    new: dict[str, Any] = {
        "aliases": tidy_aliases(aliases, found.name),
        "about": one_line(about),
        "public_figure_basis": basis.strip(),
        "priority": found.priority if priority is None else priority,
    }
    if tombstones_among(mark(alias) for alias in new["aliases"]):
        raise IdentityRefused(_("One of these names belongs to a person who was erased."))
    changed = [name for name, value in new.items() if getattr(found, name) != value]
    if not changed:
        return False
    why = "; ".join(_change(name, getattr(found, name), new[name]) for name in changed)
    for name in changed:
        setattr(found, name, new[name])
    found.save(update_fields=changed)
    note(found, Kind.EDITED, by=by, why=why)
    return True


def tidy_aliases(aliases: Iterable[str], name: str) -> list[str]:
    """Each once, whatever its case, in their order, without the name itself."""
    known = {one_line(name).casefold()}
    tidy: list[str] = []
    for alias in map(one_line, aliases):
        if alias and alias.casefold() not in known:
            known.add(alias.casefold())
            tidy.append(alias)
    return tidy


def _change(name: str, old: object, new: object) -> str:
    if name == "priority":
        return f"priority: {in_words(int(str(old)))} → {in_words(int(str(new)))}"
    label = {"aliases": "aliases", "about": "about", "public_figure_basis": "basis"}[name]
    return f"{label}: {_said(old)} → {_said(new)}"


def _said(value: object) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return f"“{text}”" if text else "nothing"


def _need_reason(why: str) -> None:
    if not why.strip():
        raise IdentityRefused(_("Say why."))


def end_discoveries(identity: Identity, why: str) -> None:
    """Jobs that still wait to ask for this identity do not; a job with nothing else left ends by the sweep."""
    waiting = Discovery.objects.filter(identity=identity, state=Discovery.State.WAITING)
    waiting.update(state=Discovery.State.FAILED, error=why, claimed_until=None)
