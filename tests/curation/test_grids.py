from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from curation import grids, queue
from curation.claims import open_claims
from curation.models import Claim, Profile, Slot, Why
from curation.policies import current_policy
from ingest.models import Detection
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def claims_of(reviewer: User, *have: int) -> list[int]:
    return [slot.claim_id for slot in grids.lease(reviewer=reviewer, have=have)]


def test_a_grid_is_of_one_identity_and_holds_as_many_as_wished(settings: Settings) -> None:
    settings.GRID_TILES = 12
    people = [scenes.claims(14)[0].identity, scenes.claims(14)[0].identity]
    slots = grids.lease(reviewer=factories.reviewer())
    assert len({slot.claim_id for slot in slots}) == 12
    assert len({slot.claim.identity for slot in slots} & set(people)) == 1
    assert all(slot.leased_until and slot.leased_until > timezone.now() for slot in Slot.objects.exclude(reviewer=None))


@pytest.mark.parametrize(("wished", "gets"), [(3, 12), (24, 24), (99, 40)])
def test_the_wish_stays_within_what_can_be_looked_at(settings: Settings, wished: int, gets: int) -> None:
    settings.GRID_TILES = wished
    assert grids.tiles() == gets


def test_an_identity_with_few_faces_is_passed_over(settings: Settings) -> None:
    scenes.claims(4)
    one = factories.reviewer()
    assert claims_of(one) == []
    enough = scenes.claims(5)
    assert set(claims_of(one)) == {claim.pk for claim in enough}


def test_a_long_front_without_a_grid_is_looked_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "FRONT", 3)
    enough = scenes.claims(6)
    assert set(claims_of(factories.reviewer())) == {claim.pk for claim in enough}


def test_the_same_grid_comes_again_in_the_same_order_and_another_for_another_reviewer() -> None:
    scenes.claims(8)
    one, two = factories.reviewers(2)
    first = claims_of(one)
    assert claims_of(one) == first
    assert sorted(claims_of(two)) == sorted(first)
    assert {person: claims_of(person) for person in (one, two)}[two] != first


def test_what_is_on_hand_is_left_out_and_kept() -> None:
    scenes.claims(8)
    scenes.claims(8)
    one = factories.reviewer()
    first = claims_of(one)
    Slot.objects.filter(reviewer=one).update(leased_until=timezone.now() + timedelta(seconds=5))
    second = claims_of(one, *first)
    assert not set(first) & set(second)
    assert len(second) == 8
    held = Slot.objects.filter(reviewer=one, claim__in=first, leased_until__gt=timezone.now() + timedelta(minutes=5))
    assert held.count() == 8


def test_what_the_single_page_leased_is_part_of_the_grid() -> None:
    scenes.claims(14)
    one = factories.reviewer()
    leased = {slot.claim_id for slot in queue.lease(reviewer=one, question="usable", want=3)}
    assert leased <= set(claims_of(one))


def test_two_reviewers_share_the_faces_and_a_third_gets_none() -> None:
    scenes.claims(6)
    one, two, three = factories.reviewers(3)
    assert [len(claims_of(who)) for who in (one, two, three)] == [6, 6, 0]
    Slot.objects.filter(reviewer=one).update(leased_until=timezone.now() - timedelta(hours=1))
    assert len(claims_of(three)) == 6


def test_answered_and_skipped_faces_do_not_come() -> None:
    claims = scenes.claims(8)
    one = factories.reviewer()
    scenes.say(one, claims[0])
    scenes.skip(one, claims[1])
    assert set(claims_of(one)) == {claim.pk for claim in claims[2:]}


def test_faces_in_quarantine_do_not_come() -> None:
    claims = scenes.claims(8)
    scenes.say(factories.reviewer(), claims[0], "quarantine", reason="under_age")
    assert claims[0].pk not in claims_of(factories.reviewer())


def test_a_question_asked_anew_comes_again() -> None:
    claims = scenes.claims(8)
    one, two = factories.reviewers(2)
    for claim in claims:
        scenes.say(one, claim), scenes.say(two, claim)
    for claim in claims:
        old = Slot.objects.filter(claim=claim, question="usable").first()
        assert old
        Slot.objects.create(
            claim=claim, identity=claim.identity, question="usable", round=1, number=1, block=1, shuffle=claim.pk
        )
    assert set(claims_of(one)) == {claim.pk for claim in claims}
    assert {slot.round for slot in Slot.objects.filter(reviewer=one, annotation=None)} == {1}


def test_a_reviewer_limited_to_identities_gets_only_these() -> None:
    scenes.claims(8)
    mine = scenes.claims(6)
    one = factories.reviewer()
    Profile.objects.create(user=one).limited_to.add(mine[0].identity)
    assert set(claims_of(one)) == {claim.pk for claim in mine}
    assert set(Slot.objects.filter(reviewer=one).values_list("why", flat=True)) == {"limited"}


def test_doubtful_faces_come_in_between_and_not_all_at_the_end(settings: Settings) -> None:
    settings.GRID_TILES = 12
    identity = factories.identity()
    for number in range(30):
        photo = factories.photo()
        factories.candidate(identity, photo)
        factories.face(photo, concerns=["blurred"] if number % 3 == 0 else [])
    open_claims()
    on_the_grid = Claim.objects.filter(pk__in=claims_of(factories.reviewer()))
    assert len([claim for claim in on_the_grid if claim.face.concerns]) == 2


def test_a_face_detected_with_few_votes_is_as_doubtful(settings: Settings) -> None:
    settings.GRID_TILES = 12
    claims = scenes.claims(30)
    for claim in claims[::3]:
        place = {"x": claim.pk, "y": 0, "width": 9, "height": 9, "parameters": {"strong_votes": 60}, "score": 24.0}
        Detection.objects.create(photo=claim.photo, face=claim.face, detector="haar", version="1", **place)
    on_the_grid = claims_of(factories.reviewer())
    assert len({claim.pk for claim in claims[::3]} & set(on_the_grid)) == 2


def test_why_it_was_served_is_said_of_whoever_has_it_now() -> None:
    claims = scenes.claims(8)
    Slot.objects.filter(claim__in=claims).update(why=Why.PAIR)
    Slot.objects.filter(claim=claims[0]).update(why=Why.ASKED_AGAIN)
    one = factories.reviewer()
    taken = {slot.claim_id: slot.why for slot in grids.lease(reviewer=one)}
    assert taken == {claim.pk: "queue" for claim in claims} | {claims[0].pk: "asked_again"}


def test_the_references_are_none_of_the_faces_to_judge() -> None:
    person = factories.identity("Ada Marlow")
    known = scenes.accepted(person)
    scenes.claims(6, person)
    batch = grids.batch(reviewer=factories.reviewer(), policy=current_policy())
    assert batch["identity"]["name"] == "Ada Marlow"
    assert batch["identity"]["references"] == [f"/crops/{known.face.crop_sha256}.jpg"]
    assert len(batch["items"]) == 6
    assert batch["dwell"] == grids.dwell(6)
    assert batch["empty"] is None


def test_nothing_for_a_grid_says_what_to_do() -> None:
    one, policy = factories.reviewer(), current_policy()
    assert grids.batch(reviewer=one, policy=policy)["empty"]["code"] == "none"
    scenes.claims(2)
    few = grids.batch(reviewer=one, policy=policy)
    assert (few["items"], few["empty"]["code"], few["empty"]["action"]["url"]) == ([], "few", "/review/")
    for claim in Claim.objects.all():
        scenes.skip(one, claim)
    assert grids.batch(reviewer=one, policy=policy)["empty"]["code"] == "skipped"


def test_with_faces_on_hand_nothing_more_is_no_empty_state() -> None:
    claims = scenes.claims(6)
    one = factories.reviewer()
    have = claims_of(one)
    batch = grids.batch(reviewer=one, policy=current_policy(), have=have)
    assert (batch["items"], batch["empty"]) == ([], None)
    assert len(have) == len(claims)


def test_the_last_grid_is_what_was_committed_at_one_moment() -> None:
    claims, one = scenes.claims(4), factories.reviewer()
    assert grids.last(one) == []
    for claim in claims[:2]:
        scenes.say(one, claim, mode="grid")
    scenes.say(one, claims[2])
    assert {row.claim_id for row in grids.last(one)} == {claim.pk for claim in claims[:2]}
