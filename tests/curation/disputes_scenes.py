"""One of each kind that waits for an adjudicator, made through the real doors."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse

from curation import adjudication, quarantine
from curation.models import Annotation, Claim, Flag, Quarantine
from curation.people import profile_of
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


def nobody_left() -> Claim:
    """Asked once more of a team that has answered; whoever else is there works on somebody else."""
    claim = dispute()
    team = Annotation.objects.filter(claim=claim).values("reviewer")
    others = User.objects.filter(groups__name=Role.REVIEWER, profile__limited_to=None).exclude(pk__in=team)
    for person in others:
        profile_of(person).limited_to.add(factories.identity())
    for vote in Annotation.objects.filter(claim=claim):
        profile_of(vote.reviewer).limited_to.add(claim.identity)
    senior = factories.user(Role.ADJUDICATOR)
    adjudication.ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=senior)
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
    "nobody_left": nobody_left,  # the last: whoever is made after it may be asked
}
