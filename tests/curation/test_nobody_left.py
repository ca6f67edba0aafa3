"""What is doubtful to everybody who is there comes before the adjudicators, and stays in the queue for others."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from curation import pauses, queue, waiting_lists
from curation.adjudication import Decision, ask_for_one_more_vote, decide, note_opened
from curation.models import Claim
from curation.nobody_left import nobody_left
from curation.people import deactivate, profile_of, set_roles
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import scenes
from tests.curation.overlap_scenes import adaptive, further, unsure
from tests.curation.scenes import lease, say, skip, state, waits
from tests.many import copy, scene

pytestmark = pytest.mark.django_db
LIST = "/disputes/?list=nobody_left"


@pytest.fixture
def people() -> list[User]:
    """All reviewers that there are."""
    return factories.reviewers(2)


@pytest.fixture
def claim(people: list[User]) -> Claim:
    """Answered by both of them, and unsure."""
    return unsure(people)


def listed() -> list[tuple[int, str]]:
    return [(slot.claim_id, slot.question) for slot in nobody_left()]


def test_what_every_reviewer_answered_and_is_unsure_is_listed(client: Client, senior: User, claim: Claim) -> None:
    assert (state(claim), waits(claim)) == ("open", 1)
    page = client.get(LIST)
    [row] = page.context["rows"]
    assert (row.claim, row.votes, row.remark) == (claim, "2 answers", "the answers so far leave it unsure")
    assert row.since == claim.annotations.latest("received_at").received_at
    assert waiting_lists.counts()["nobody_left"] == 1
    assert "Nobody left to ask" in client.get("/").content.decode()
    dispute = client.get(f"/disputes/{claim.pk}/usable/?list=nobody_left").content.decode()
    assert "Every active reviewer has answered or passed it by" in dispute


def test_an_adjudicator_settles_it(client: Client, senior: User, claim: Claim) -> None:
    answer = {"answer": "accept", "list": "nobody_left"}
    assert client.post(f"/disputes/{claim.pk}/usable/decide/", answer).status_code == 302
    assert (state(claim), waits(claim), listed()) == ("accepted", 0, [])


def test_whoever_joins_is_asked_and_it_is_listed_no_longer(claim: Claim) -> None:
    assert listed() == [(claim.pk, "usable")]
    new = factories.reviewer()
    assert listed() == []
    assert [slot.claim_id for slot in lease(new)] == [claim.pk]
    assert listed() == [], "who holds it may answer it"
    say(new, claim)
    assert listed() == [(claim.pk, "usable")], "two to one are not sure enough, and nobody is left again"


def test_what_is_sure_or_not_yet_answered_by_all_is_not_listed(people: list[User]) -> None:
    adaptive()
    sure, begun, _untouched = scenes.claims(3)
    for person in people:
        say(person, sure)
    say(people[0], begun)
    assert listed() == []


def _gone(person: User, _claim: Claim) -> None:
    deactivate(person, by=factories.user(Role.ADMIN), reason="left")


def _other_work(person: User, _claim: Claim) -> None:
    profile_of(person).limited_to.add(factories.identity())


def _paused(person: User, _claim: Claim) -> None:
    pauses.pause(person, question="usable", reason="away", by=factories.user(Role.ADMIN))


def _no_reviewer(person: User, _claim: Claim) -> None:
    set_roles(person, roles=[Role.AUDITOR], by=factories.user(Role.ADMIN))


def _has_seen(person: User, claim: Claim) -> None:
    note_opened(claim, "usable", person)


@pytest.mark.parametrize("becomes", [_gone, _no_reviewer, _other_work, _paused, _has_seen, skip])
def test_a_third_who_cannot_be_asked_is_nobody(claim: Claim, becomes: Callable[[User, Claim], object]) -> None:
    third = factories.reviewer()
    assert listed() == []
    becomes(third, claim)
    assert listed() == [(claim.pk, "usable")]
    if becomes not in (_gone, _no_reviewer):  # the others reach the queue, which says the same
        assert lease(third) == []


def test_a_third_who_is_limited_to_its_identity_may_be_asked(claim: Claim) -> None:
    profile_of(factories.reviewer()).limited_to.add(claim.identity)
    assert listed() == []


def test_what_was_skipped_and_brought_back_may_be_asked_again(claim: Claim) -> None:
    third = factories.reviewer()
    skip(third, claim)
    assert listed() == [(claim.pk, "usable")]
    queue.bring_back_skipped(reviewer=third, question="usable")
    assert listed() == []


def test_adjudicators_are_not_waited_for(claim: Claim) -> None:
    factories.user(Role.ADJUDICATOR)
    assert listed() == [(claim.pk, "usable")]


def test_a_vote_asked_for_that_nobody_can_give_comes_back(people: list[User]) -> None:
    claim = scenes.claim()
    say(people[0], claim)
    say(people[1], claim, "reject")
    assert state(claim) == "disputed"
    ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=factories.user(Role.ADJUDICATOR))
    assert (state(claim), listed()) == ("open", [(claim.pk, "usable")])


def test_attributes_are_listed_and_decided_as_well(people: list[User]) -> None:
    adaptive("attributes")
    claim = p.judged(people)
    for person, gender in zip(people, (1, 2), strict=True):
        say(person, claim, "attributes", race=3, gender=gender, age=1)
    assert further(claim, "attributes").why == "unsure"
    assert listed() == [(claim.pk, "attributes")]
    made = Decision(claim.pk, "attributes", "attributes", race=3, gender=2, age=1)
    decide(made, adjudicator=factories.user(Role.ADJUDICATOR), policy=current_policy())
    assert (waits(claim, "attributes"), listed()) == (0, [])


def test_of_two_places_that_wait_in_vain_one_row_is_made(claim: Claim) -> None:
    slot = further(claim)
    slot.pk, slot.number = None, slot.number + 1
    slot.save()
    assert waits(claim) == 2
    assert listed() == [(claim.pk, "usable")]


def test_among_many_that_wait_it_is_found_by_its_index(claim: Claim) -> None:
    copy(scene(scenes.claim), 2000)
    assert listed() == [(claim.pk, "usable")]
    assert "slot_doubted" in nobody_left().explain()
