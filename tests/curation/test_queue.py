from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from curation import queue
from curation.claims import open_claims, open_slots
from curation.models import Claim, Slot
from curation.policies import current_policy
from curation.priorities import priority_of
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say

pytestmark = pytest.mark.django_db


def test_open_claims_opens_each_once_with_its_slots() -> None:
    person, photo = factories.identity(), factories.photo()
    factories.candidate(person, photo)
    factories.face(photo)
    factories.face(photo)
    assert (open_claims(), open_claims()) == (2, 0)
    assert Slot.objects.filter(question="usable", waiting=True).count() == 4


def test_a_photo_found_for_two_people_makes_a_claim_for_each() -> None:
    photo = factories.photo()
    one, two = factories.identity(), factories.identity()
    factories.candidate(one, photo)
    factories.candidate(two, photo)
    factories.face(photo)
    open_claims()
    assert set(Claim.objects.values_list("identity", flat=True)) == {one.pk, two.pk}


def test_a_refused_candidate_makes_no_claim() -> None:
    photo = factories.photo()
    factories.candidate(factories.identity(), photo, state="refused", refusal="licence_nc")
    factories.face(photo)
    assert open_claims() == 0


def test_a_face_that_nobody_opened_in_time_is_found_by_the_schedule() -> None:
    identity, photo = factories.identity(), factories.photo()
    factories.candidate(identity, photo, finished_at=timezone.now() - timedelta(days=2))
    factories.face(photo)
    names = [str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert [import_string(name)() for name in names if name.startswith("curation.tasks.open")] == [0, 1]


def test_blocks_hold_ten_of_one_identity() -> None:
    scenes.claims(23)
    sizes = [len(list(group)) for group in _blocks().values()]
    assert sorted(sizes, reverse=True) == [10, 10, 3]


def _blocks() -> dict[int, list[int]]:
    blocks: dict[int, list[int]] = {}
    for slot in Slot.objects.filter(number=1):
        blocks.setdefault(slot.block, []).append(slot.claim_id)
    return blocks


def test_a_run_is_of_one_identity() -> None:
    for _ in range(3):
        scenes.claims(10)
    people = [slot.claim.identity_id for slot in lease(factories.reviewer(), want=10)]
    assert len(set(people)) == 1


def test_faces_of_doubtful_quality_are_served_last_and_stay_last_for_the_next_question() -> None:
    identity, person = factories.identity(), factories.reviewer()
    doubtful = set()
    for number in range(8):
        photo = factories.photo()
        factories.candidate(identity, photo)
        face = factories.face(photo, concerns=["blurred"] if number % 2 else [])
        doubtful |= {face.pk} if number % 2 else set()
    open_claims()
    served = [slot.claim.face_id for slot in queue.lease(reviewer=person, question="usable", want=8)]
    assert set(served[4:]) == doubtful
    claim = Claim.objects.get(face=served[-1])
    slots = open_slots(claim, "attributes", current_policy())
    assert {slot.priority for slot in slots} == {priority_of(claim.pk)}


def test_two_reviewers_share_a_claim_and_a_third_gets_none() -> None:
    claim = scenes.claim()
    one, two, three = factories.reviewers(3)
    assert [[s.claim_id for s in lease(who)] for who in (one, two, three)] == [[claim.pk], [claim.pk], []]


def test_nobody_is_served_a_claim_twice() -> None:
    claim = scenes.claim()
    one = factories.reviewer()
    say(one, claim)
    assert lease(one) == []


def test_what_is_held_is_served_again_and_have_leaves_it_out() -> None:
    scenes.claims(3)
    one = factories.reviewer()
    first = [slot.claim_id for slot in lease(one, want=2)]
    assert [slot.claim_id for slot in lease(one, want=2)] == first
    more = queue.lease(reviewer=one, question="usable", want=2, have=first)
    assert len(more) == 1
    assert more[0].claim_id not in first


def test_an_expired_lease_goes_to_the_next_reviewer() -> None:
    claim = scenes.claim()
    slow, waiting, quick = factories.reviewers(3)
    lease(slow), lease(waiting)
    Slot.objects.filter(reviewer=slow).update(leased_until=timezone.now() - timedelta(hours=1))
    assert [slot.claim_id for slot in lease(quick)] == [claim.pk]


def test_a_skip_comes_back_to_others_only() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    lease(one)
    scenes.skip(one, claim)
    assert lease(one) == []
    assert [slot.claim_id for slot in lease(two)] == [claim.pk]
    queue.bring_back_skipped(reviewer=one, question="usable")
    assert [slot.claim_id for slot in lease(one)] == [claim.pk]


def test_waiting_counts_what_the_reviewer_can_do() -> None:
    claims = scenes.claims(4)
    me, one, two = factories.reviewers(3)
    say(me, claims[0])
    scenes.skip(me, claims[1])
    for other in (one, two):
        say(other, claims[3])
    counts = queue.waiting(reviewer=me, question="usable")
    assert (counts.total, counts.mine, counts.skipped, counts.answered) == (3, 1, 1, 1)
