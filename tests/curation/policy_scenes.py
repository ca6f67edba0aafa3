"""Policies that follow one another, and faces judged under them."""

import copy
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from curation import activation
from curation.models import Activation, Claim, GuidelinePicture, Policy
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

BANDS = (
    {"code": 3, "label": "18–29", "band": 1},
    {"code": 4, "label": "30–49", "band": 1},
    {"code": 5, "label": "50–69", "band": 2},
    {"code": 6, "label": "70+", "band": 2},
)
BLACK_WOMAN: dict[str, Any] = {"race": 3, "gender": 1}
ANEW = {"age": {"1": None, "2": None}}


def draft(**changes: Any) -> Policy:
    """A copy of the policy in force, with these changes."""
    known = current_policy()
    names = ("votes_usable", "votes_attributes", "blind_fields", "reasons", "fields", "guideline", "field_runs")
    fields = {name: copy.deepcopy(getattr(known, name)) for name in names}
    newest = Policy.objects.order_by("-version")[0].version
    made = Policy.objects.create(version=newest + 1, **(fields | {"parent": known} | changes))
    for one in known.pictures.all():
        GuidelinePicture.objects.create(
            policy=made, sha256=one.sha256, kind=one.kind, caption=one.caption, place=one.place
        )
    return made


def fields(**classes: Any) -> list[dict[str, Any]]:
    """The fields of the policy in force, with other classes in those that are named."""
    known: list[dict[str, Any]] = copy.deepcopy(current_policy().fields)
    for field in known:
        field["classes"] = list(classes.get(field["code"], field["classes"]))
    return known


def put_in_force(made: Policy, carry: Mapping[str, Any] | None = None, **options: Any) -> Activation:
    by = options.pop("by", None) or factories.user(Role.ADMIN)
    return activation.put_in_force(made, carry or {}, by=by, note="because it is finer", **options)


def age_bands() -> Activation:
    """Four bands in force, the ages told before asked anew."""
    return put_in_force(draft(fields=fields(age=BANDS)), ANEW)


def judged(people: list[User], *ages: int, claim: Claim | None = None, **labels: int) -> Claim:
    """Accepted, with an answer of each person to race, gender and age, as far as ages go."""
    claim = claim or scenes.claim()
    for person in people:
        scenes.say(person, claim)
    for person, age in zip(people, ages, strict=False):
        scenes.say(person, claim, "attributes", **(BLACK_WOMAN | {"age": age} | labels))
    return claim
