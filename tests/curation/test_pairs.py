"""Reviewers work at different speeds, and still every two of them answer enough of the same questions."""

import random
import uuid
from collections.abc import Sequence
from itertools import combinations

import pytest
from django.contrib.auth.models import User

from curation import pairs
from curation.annotations import record_many
from curation.entries import Answer
from curation.models import ReviewerPair, Slot
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
