"""Reviewers work at different speeds, and still every two of them answer enough of the same questions."""

import random
import uuid
from collections.abc import Sequence
from itertools import combinations

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from curation import grids, pairs
from curation.annotations import record_many
from curation.entries import Answer
from curation.models import Claim, Profile, ReviewerPair, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say

pytestmark = pytest.mark.django_db


def test_every_pair_shares_enough_whatever_the_speeds() -> None:
    for _ in range(12):
        scenes.claims(50)
    people = factories.reviewers(4)
    dice = random.Random(7)
    for _ in range(14):
        turns = dice.sample(people, counts=[4, 3, 2, 1], k=10)
        for number, person in enumerate(turns):
            answer_all(person, lease(person, want=5))
            if number % 5 == 4:  # what runs every few minutes
                pairs.recount()
    pairs.recount()
    shared = list(ReviewerPair.objects.filter(question="usable").values_list("shared", flat=True))
    assert len(shared) == 6
    assert min(shared) * 3 >= max(shared), shared
    assert Slot.objects.filter(why="pair").exists()


def answer_all(person: User, slots: Sequence[Slot]) -> None:
    given = [Answer(uuid.uuid4(), slot.claim_id, "usable", "accept", scenes.SHOWN, scenes.SHOWN) for slot in slots]
    results = record_many(given, reviewer=person, policy=current_policy())
    assert {result.status for result in results} <= {"saved"}


def test_recount_counts_what_both_answered_and_changes_nothing_twice() -> None:
    one, two, three = factories.reviewers(3)
    for claim in scenes.claims(3):
        say(one, claim)
        say(two, claim)
    say(three, scenes.claim())
    assert pairs.recount() == 3
    known = {frozenset((row.first_id, row.second_id)): row.shared for row in ReviewerPair.objects.all()}
    zero = {frozenset(pair): 0 for pair in combinations((one.pk, two.pk, three.pk), 2)}
    assert known == zero | {frozenset((one.pk, two.pk)): 3}
    assert pairs.recount() == 0


# ---- On grids


def rare_pair(question: str = "usable") -> tuple[User, User, User]:
    """Three who answered within a day; the last shares plenty with the first, and nothing with the second."""
    one, two, three = people = factories.reviewers(3)
    for person in people:
        say(person, scenes.claim())
    shared = {frozenset((one.pk, two.pk)): 40, frozenset((one.pk, three.pk)): 40, frozenset((two.pk, three.pk)): 0}
    ReviewerPair.objects.bulk_create(
        ReviewerPair(question=question, first_id=min(pair), second_id=max(pair), shared=n) for pair, n in shared.items()
    )
    return one, two, three


@pytest.fixture
def small_grids(settings: Settings) -> None:
    settings.GRID_FEWEST, settings.GRID_TILES = 4, 12


@pytest.mark.usefixtures("small_grids")
def test_a_grid_shows_whom_the_rare_colleague_judged() -> None:
    first, second = scenes.claims(14), scenes.claims(14)
    one, two, three = rare_pair()
    identity = max((first, second), key=lambda claims: place(claims))  # the one that is not next in the queue
    answered = {claim.pk for claim in identity[:6] if say(two, claim)}
    slots = grids.lease(reviewer=three)
    assert {slot.identity_id for slot in slots} == {identity[0].identity_id}
    assert answered < {slot.claim_id for slot in slots}
    assert {slot.claim_id for slot in slots if slot.why == "pair"} == answered
    assert len(slots) == 12
    assert {slot.identity_id for slot in grids.lease(reviewer=one)} != {identity[0].identity_id}


def place(claims: Sequence[Claim]) -> tuple[int, int, int]:
    slots = Slot.objects.filter(claim__in=claims, question="usable").order_by("priority", "block", "shuffle")
    return slots.values_list("priority", "block", "shuffle")[0]


@pytest.mark.usefixtures("small_grids")
def test_a_grid_of_what_is_urgent_or_limited_goes_before_pairs() -> None:
    first, second = scenes.claims(14), scenes.claims(14)
    _one, two, three = rare_pair()
    for claim in second[:6]:
        say(two, claim)
    Slot.objects.filter(claim__in=first).update(priority=-5)
    assert {slot.identity_id for slot in grids.lease(reviewer=three)} == {first[0].identity_id}
    Slot.objects.filter(reviewer=three, annotation=None).update(reviewer=None, leased_until=None)
    Slot.objects.filter(claim__in=first).update(priority=Slot.objects.filter(claim__in=second)[0].priority)
    Profile.objects.get_or_create(user=three)[0].limited_to.add(first[0].identity)
    assert {slot.identity_id for slot in grids.lease(reviewer=three)} == {first[0].identity_id}
