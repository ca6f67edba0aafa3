"""One of each kind that waits for an adjudicator, made through the real doors."""

from collections.abc import Callable

from django.urls import reverse

from curation import adjudication, quarantine
from curation.models import Claim, Flag, Quarantine
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import say


def dispute_of(claim: Claim, name: str = "dispute", question: str = "usable") -> str:
    return reverse(name, args=[claim.pk, question])


def dispute(person: str = "") -> Claim:
    claim = scenes.claim(factories.identity(person))
    say(factories.user(Role.REVIEWER), claim)
    say(factories.user(Role.REVIEWER), claim, "reject", reason="too_small", note="soft all over")
    return claim


def disputed_attributes() -> Claim:
    claim = scenes.accepted()
    one, two = factories.reviewers(2)
    say(one, claim, "attributes", race=3, gender=1, age=1)
    say(two, claim, "attributes", race=4, gender=1, age=1)
    return claim


def quarantined() -> Quarantine:
    claim = scenes.claim()
    say(factories.reviewer(), claim, "quarantine", reason="under_age")
    return quarantine.open_quarantines().latest("pk")


def skipped() -> Claim:
    claim = scenes.claim()
    for person in factories.reviewers(3):
        scenes.skip(person, claim)
    return claim


def flagged(comment: str = "two people of this name") -> Flag:
    claim = scenes.claim()
    scenes.flag(factories.reviewer(), claim, comment)
    return adjudication.open_flags().latest("created_at")


MAKE: dict[str, Callable[[], object]] = {
    "quarantined": quarantined,
    "usable": dispute,
    "attributes": disputed_attributes,
    "flags": flagged,
    "skipped": skipped,
}
