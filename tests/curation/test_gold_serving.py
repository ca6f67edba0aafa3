"""Gold among a reviewer's votes: when it comes, and which."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from curation import gold_serving, grids, items, queue, serving
from curation.leases import Order
from curation.models import Annotation, Claim, Consensus, GoldItem, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import scenes
from tests.curation.gold_scenes import gold, gold_slots, some_gold, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def every_third(settings: Settings) -> None:
    settings.GOLD_EVERY = 3


def test_one_in_n_answers_is_gold_at_places_that_differ_between_reviewers(every_third: None) -> None:
    some_gold(30)
    scenes.claims(60)
    one, other = factories.reviewers(2)
    first, second = work(one, 45), work(other, 45)
    assert 8 <= sum(first) <= 22
    assert 8 <= sum(second) <= 22
    assert first != second


def test_gold_is_put_between_two_people_and_not_into_a_run(settings: Settings) -> None:
    settings.GOLD_EVERY = 3
    some_gold(6)
    first, second = scenes.claims(4), scenes.claims(4)
    slots = [slot for claim in (*first, *second) for slot in Slot.objects.filter(claim=claim, number=1)]
    item = Slot(identity=factories.identity())
    order = Order(factories.reviewer().pk, "usable", 10, ())
    for place in (1, 3, 6):
        items_then = list(slots)
        gold_serving._put(items_then, place, item, order)
        assert items_then.index(item) == 4
    blind = list(slots)
    gold_serving._put(blind, 1, item, replace(order, question="attributes"))
    assert blind.index(item) == 1


def test_the_gaps_are_n_on_average_and_hang_on_the_secret(settings: Settings) -> None:
    settings.GOLD_EVERY = 10
    gaps = [gold_serving.gap(7, "usable", last, 0) for last in range(2000)]
    assert (min(gaps), max(gaps)) == (1, 19)
    assert 9.5 < sum(gaps) / len(gaps) < 10.5
    settings.SECRET_KEY = "another secret that nobody knows"
    assert [gold_serving.gap(7, "usable", last, 0) for last in range(2000)] != gaps


def test_a_reload_changes_nothing_of_what_is_served(every_third: None) -> None:
    some_gold(10)
    scenes.claims(20)
    reviewer = factories.reviewer()
    before = [slot.claim_id for slot in scenes.lease(reviewer, want=10)]
    assert gold_slots(reviewer)
    assert [slot.claim_id for slot in scenes.lease(reviewer, want=10)] == before


def test_no_gold_where_it_is_off(settings: Settings) -> None:
    settings.GOLD_EVERY = 0
    some_gold(5)
    scenes.claims(20)
    reviewer = factories.reviewer()
    assert not any(work(reviewer, 20))


def test_no_more_is_served_than_asked_for_and_no_vote_is_lost(every_third: None) -> None:
    some_gold(10)
    claims = scenes.claims(20)
    reviewer = factories.reviewer()
    assert [len(scenes.lease(reviewer, want=want)) for want in (1, 4, 10)] == [1, 4, 10]
    work(reviewer, 100)
    assert Annotation.objects.filter(reviewer=reviewer, claim__in=claims).count() == 20


def test_a_reviewer_sees_no_gold_twice_and_none_that_they_answered(every_third: None) -> None:
    voters = factories.reviewers(2)
    known = scenes.claim()
    for person in voters:
        scenes.say(person, known)
    gold(known)
    scenes.claims(30)
    assert sum(work(factories.reviewer(), 30)) == 1
    assert sum(work(voters[0], 30)) == 0


def test_who_answered_another_question_of_the_claim_is_not_served_its_first(every_third: None) -> None:
    known = scenes.accepted()
    gold(known)
    reviewer = factories.reviewer()
    scenes.say(reviewer, known, "attributes", race=1, gender=1, age=1)
    scenes.claims(20)
    assert sum(work(reviewer, 20)) == 0


def test_retired_quarantined_and_reopened_gold_is_not_served(every_third: None) -> None:
    retired, alarmed, asked_anew, closed = some_gold(4)
    admin = factories.user()
    from django.utils import timezone

    GoldItem.objects.filter(pk=retired.pk).update(retired_as="worn", retired_at=timezone.now(), retired_by=admin)
    scenes.say(factories.reviewer(), alarmed.claim, "quarantine", reason="under_age")
    Slot.objects.filter(claim=asked_anew.claim, question="usable", number=1).update(
        annotation=None, reviewer=None, waiting=True
    )
    Claim.objects.filter(pk=closed.claim_id).update(state="closed")
    scenes.claims(20)
    assert sum(work(factories.reviewer(), 20)) == 0


def test_each_item_is_served_so_often_at_most(every_third: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gold_serving, "MOST_SERVED", 2)
    item = gold(scenes.accepted())
    scenes.claims(12)
    assert [sum(work(person, 10)) for person in factories.reviewers(3)] == [1, 1, 0]
    assert Slot.objects.filter(claim=item.claim, purpose="gold").count() == 2


def test_what_was_served_least_comes_first(settings: Settings) -> None:
    settings.GOLD_EVERY = 1
    some_gold(2)
    scenes.claims(4)
    for person in factories.reviewers(4):
        queue.lease(reviewer=person, question="usable", want=1)
    served = Slot.objects.filter(purpose="gold").values_list("claim", flat=True)
    assert sorted(list(served).count(claim) for claim in set(served)) == [2, 2]


def test_what_was_decided_otherwise_since_is_served_no_more(every_third: None) -> None:
    [item] = some_gold(1)
    Consensus.objects.filter(claim=item.claim).update(value="reject", method="adjudication")
    Claim.objects.filter(pk=item.claim_id).update(state="rejected")
    scenes.claims(20)
    assert sum(work(factories.reviewer(), 20)) == 0


def test_gold_waits_like_the_rest_and_is_served_to_the_last(every_third: None) -> None:
    some_gold(3)
    scenes.claims(6)
    reviewer = factories.reviewer()
    page = scenes.lease(reviewer, want=6)
    hidden = sum(slot.purpose == "gold" for slot in page)
    assert hidden
    assert queue.waiting(reviewer=reviewer, question="usable").mine == 6 + hidden
    for claim in Claim.objects.filter(state="open"):
        scenes.say(reviewer, claim)
    assert {slot.purpose for slot in scenes.lease(reviewer, want=3)} == {"gold"}
    while left := scenes.lease(reviewer, want=3):
        scenes.say(reviewer, left[0].claim)
    assert queue.waiting(reviewer=reviewer, question="usable").mine == 0


def test_a_grid_has_gold_of_its_person_alone_among_its_tiles(every_third: None, settings: Settings) -> None:
    settings.GRID_TILES, settings.GRID_FEWEST = 12, 5
    person = factories.identity()
    some_gold(4)
    own = {gold(scenes.accepted(person)).claim_id for _ in range(2)}
    scenes.claims(20, person)
    reviewer = factories.reviewer()
    page = grids.lease(reviewer=reviewer)
    assert len(page) == 12
    assert {slot.claim_id for slot in page if slot.purpose == "gold"} == own
    assert [slot.claim_id for slot in grids.lease(reviewer=reviewer)] == [slot.claim_id for slot in page]
    have = [slot.claim_id for slot in page]
    assert not own & {slot.claim_id for slot in grids.lease(reviewer=reviewer, have=have)}


def test_the_same_person_is_preferred_so_that_gold_does_not_stand_out(settings: Settings) -> None:
    settings.GOLD_EVERY = 2
    some_gold(5)
    person = factories.identity()
    own = gold(scenes.accepted(person))
    scenes.claims(12, person)
    reviewer = factories.reviewer()
    scenes.lease(reviewer, want=10)
    assert gold_slots(reviewer)[0].claim == own.claim


def test_who_is_limited_to_identities_gets_their_gold_alone(every_third: None) -> None:
    from curation import people

    person = factories.identity()
    some_gold(5)
    own = gold(scenes.accepted(person))
    scenes.claims(20, person)
    reviewer = factories.reviewer()
    people.limit(reviewer, identities=[person], by=factories.user())
    work(reviewer, 20)
    assert [slot.claim_id for slot in gold_slots(reviewer)] == [own.claim_id]


def test_the_browser_cannot_tell_gold_from_a_vote(every_third: None) -> None:
    person = factories.identity()
    for _ in range(3):
        gold(scenes.accepted(person))
        scenes.accepted(person)
    scenes.claims(12, person)
    reviewer = factories.reviewer()
    page = serving.batch(reviewer=reviewer, question="usable", policy=current_policy())
    hidden = {slot.claim_id for slot in gold_slots(reviewer)}
    shown = {item["claim"] in hidden: item for item in page["items"]}
    assert set(shown) == {True, False}

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return [(name, shape(one)) for name, one in value.items()]
        return sorted({str(shape(one)) for one in value}) if isinstance(value, list) else type(value).__name__

    assert shape(shown[True]) == shape(shown[False])
    assert list(shown[True]) == list(shown[False])
    assert shown[True]["identity"] == shown[False]["identity"]
    assert "gold" not in json.dumps(page)


def test_gold_is_nobodys_reference(every_third: None) -> None:
    person = factories.identity()
    hidden, plain = scenes.accepted(person), scenes.accepted(person)
    gold(hidden)
    shown = items.face_with_person(scenes.claim(person))
    assert shown["identity"]["references"] == [items.crop_url(plain.face)]
    assert shown["identity"]["accepted"] == 1
