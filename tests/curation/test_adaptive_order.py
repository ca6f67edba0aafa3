"""Where the next vote on a doubtful question goes, and the share that always gets all."""

from itertools import combinations

import pytest
from django.contrib.auth.models import User

from curation import queue
from curation.adaptive import doubtful_block
from curation.agreement_report import question_agreement
from curation.claims import open_claims
from curation.models import Claim, ReviewerPair, Slot
from tests import factories
from tests.curation import scenes
from tests.curation.overlap_scenes import adaptive, answer_from_queue, further
from tests.curation.scenes import say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(7)


# ---- Where the next vote goes


def test_what_is_doubtful_is_served_before_what_nobody_has_begun(people: list[User]) -> None:
    adaptive()
    claims = scenes.claims(4)
    order = [slot.claim_id for slot in scenes.lease(people[6])]
    queue.release(reviewer=people[6])
    last = Claim.objects.get(pk=order[-1])
    say(people[0], last)
    say(people[1], last, "reject")
    assert [slot.claim_id for slot in scenes.lease(people[2])] == [last.pk, *order[:-1]]
    assert Slot.objects.get(claim=last, reviewer=people[2]).why == "unsure", "the lease keeps why it is asked"
    assert {claim.pk for claim in claims} == set(order)


def test_the_more_it_would_tell_the_sooner_and_one_persons_together(people: list[User]) -> None:
    adaptive(most=7)
    ana, bo = factories.identity("Ana"), factories.identity("Bo")
    split, leaning, third = scenes.claim(ana), scenes.claim(bo), scenes.claim(ana)
    for claim in (split, leaning, third):
        say(people[0], claim)
        say(people[1], claim, "reject")
    say(people[2], leaning)
    assert [slot.claim_id for slot in scenes.lease(people[3])][-1] == leaning.pk
    blocks = {claim.pk: further(claim).block for claim in (split, leaning, third)}
    assert blocks[split.pk] == blocks[third.pk] < blocks[leaning.pk] < 0


def test_what_is_more_urgent_stays_before_what_is_doubtful(people: list[User]) -> None:
    adaptive()
    doubtful, urgent = scenes.claim(), scenes.claim(factories.identity(priority=50))
    say(people[0], doubtful)
    say(people[1], doubtful, "reject")
    assert [slot.claim_id for slot in scenes.lease(people[2])] == [urgent.pk, doubtful.pk]


def test_blocks_of_the_doubtful_fit_the_column() -> None:
    assert -(2**31) < doubtful_block(50.0, 2**62) < doubtful_block(1.0, 7) < doubtful_block(0.9, 7)
    assert doubtful_block(0.0, 0) < 0


def test_whoever_lacks_pairs_is_served_the_doubtful_first_as_well(people: list[User]) -> None:
    """Else what nobody has begun would be asked of them first, so that others find it."""
    adaptive()
    one, two, lacking, three, four = people[:5]
    doubtful, told, *_fresh = scenes.claims(8)
    for person in (one, two):
        say(person, told)
    say(lacking, scenes.claim())
    say(three, doubtful)
    say(four, doubtful, "reject")
    for first, second in combinations(sorted(person.pk for person in people[:5]), 2):
        shared = 0 if lacking.pk in (first, second) and {one.pk, two.pk} & {first, second} else 20
        ReviewerPair.objects.create(first_id=first, second_id=second, question="usable", shared=shared)
    assert scenes.lease(lacking, want=2)[0].claim_id == doubtful.pk


# ---- The share that always gets all


def test_all_of_the_share_are_asked_of_most(people: list[User]) -> None:
    adaptive(share=1.0, most=4)
    claim = scenes.claim()
    assert waits(claim) == 4
    for person in people[:3]:
        answer_from_queue(person)
    assert state(claim) == "open"
    answer_from_queue(people[3])
    assert state(claim) == "accepted"


def test_the_share_is_that_of_the_key_in_sql_and_in_python() -> None:
    policy = adaptive(share=0.4, most=3)
    claims = scenes.claims(40)
    asked = {claim.pk: waits(claim) for claim in claims}
    assert asked == {claim.pk: 3 if policy.gets_all("usable", claim.pk) else 2 for claim in claims}
    assert set(asked.values()) == {2, 3}


def test_opening_says_how_many_claims_there_are_with_and_without_a_share() -> None:
    adaptive(share=1.0)
    person = factories.identity()
    for _ in range(3):
        photo = factories.photo()
        factories.candidate(person, photo)
        factories.face(photo)
    assert (open_claims(), open_claims()) == (3, 0)


def test_agreement_counts_the_fewest_and_all_of_the_share(people: list[User]) -> None:
    """What was asked because of a doubt would make reviewers look worse than they are."""
    adaptive(share=0.4, most=3)
    claims = scenes.claims(12)
    sampled = {claim.pk for claim in claims if waits(claim) == 3}
    for claim in claims:
        for person, verdict in zip(people[:3], ("accept", "reject", "accept"), strict=True):
            say(person, claim, verdict)
    assert set(Slot.objects.filter(claim__in=claims).values_list("number", flat=True)) == {1, 2, 3}
    assert 0 < len(sampled) < 12
    shared = {(pair.a, pair.b): pair.n for pair in question_agreement("usable")["usable"].pairs}
    one, two, third = (person.pk for person in people[:3])
    assert shared == {(one, two): 12, (one, third): len(sampled), (two, third): len(sampled)}
