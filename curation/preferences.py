"""How one person likes to work: what the review pages need to know of it."""

from typing import Any

from django.contrib.auth.models import User

from curation.keys import KeyTable, key_table
from curation.models import Policy, Profile


def profile_of(person: User) -> Profile:
    """The person's own, or one as it is before anything was chosen (not saved)."""
    return Profile.objects.filter(user=person).first() or Profile(user=person)


def preferences(person: User, policy: Policy) -> dict[str, Any]:
    profile = profile_of(person)
    return {
        "keys": key_table(profile.keys, policy.reasons),
        "keys_off": profile.keys_off,
        "show_pace": profile.show_pace,
        "suggest_breaks": profile.suggest_breaks,
    }


def set_keys(person: User, *, keys: KeyTable, off: bool) -> None:
    """`keys` where they differ from the defaults, checked."""
    Profile.objects.update_or_create(user=person, defaults={"keys": keys, "keys_off": off})
