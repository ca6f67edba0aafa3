"""What the demo knows of its own drawings is what its adjudicator decides."""

import pytest
from django.contrib.auth.models import User

from curation import practice
from curation.models import Claim, Consensus, GoldItem
from curation.policies import current_policy
from demo import known
from demo.collection import BY_ID
from ingest.models import Candidate, Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def adjudicator() -> User:
    return factories.user(Role.ADJUDICATOR)


def found(name: str) -> Claim:
    """The claim that a crawl makes of that picture."""
    picture = BY_ID[name]
    identity = Identity.objects.filter(name=picture.person.name).first() or factories.identity(picture.person.name)
    claim = scenes.claim(identity)
    Candidate.objects.filter(photo=claim.photo).update(image_url=f"http://127.0.0.1:1/img/{name}.jpg")
    return claim


def settled(claim: Claim) -> dict[str, str]:
    return dict(Consensus.objects.filter(claim=claim).values_list("field", "value"))


def test_what_was_drawn_is_what_is_decided(adjudicator: User) -> None:
    other = factories.identity(BY_ID["lin-yaoqing-3"].shows[0].name)
    old, young, blurred = found("bo-lindqvarn-1"), found("bo-lindqvarn-4"), found("nomvula-tshabe-8")
    wrong, plain = found("lin-yaoqing-3"), found("ada-marlow-5")
    assert known.decide(adjudicator, current_policy()) == 4
    assert settled(old) == {"usable": "accept", "race": "4", "gender": "2", "age": "2"}
    assert settled(young)["age"] == "1"
    assert settled(blurred)["usable"] == settled(wrong)["usable"] == "reject"
    assert scenes.state(plain) == Claim.State.OPEN
    assert Claim.objects.get(face=wrong.face, identity=other).state == Claim.State.ACCEPTED
    assert known.decide(adjudicator, current_policy()) == 0


def test_what_somebody_answered_or_what_shows_two_faces_is_left_to_people(adjudicator: User) -> None:
    answered, crowded = found("bo-lindqvarn-1"), found("bo-lindqvarn-2")
    scenes.say(factories.reviewer(), answered)
    factories.face(crowded.photo)
    assert known.decide(adjudicator, current_policy()) == 0


def test_some_of_it_becomes_gold_once_and_the_rest_is_practised(adjudicator: User) -> None:
    for slug in ("bo-lindqvarn", "ada-marlow", "rohan-palshetty"):
        for number in (1, 2):
            found(f"{slug}-{number}")
    known.decide(adjudicator, current_policy())
    known.choose_gold()
    in_use = GoldItem.objects.count()
    assert in_use > 0
    known.choose_gold()
    assert GoldItem.objects.count() == in_use


def test_only_the_newcomer_begins_with_practice(adjudicator: User) -> None:
    first, newcomer = factories.user(Role.REVIEWER, username="reviewer1"), factories.reviewer()
    known.excuse([first.username])
    assert practice.finished(first, "usable")
    assert practice.finished(first, "attributes")
    assert not practice.finished(newcomer, "usable")
