"""Two at once at one claim: each waits, or passes by, as it should. Many at once: `test_review_machine.py`."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from curation import queue
from curation.claims import open_claims
from curation.merging import merge
from curation.models import Annotation, Claim, Slot
from ingest.models import DuplicateGroup, Face
from tests import factories
from tests.curation import scenes
from tests.curation.overlap_scenes import adaptive

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
WAITS_FOR_US = """
SELECT count(*) FROM pg_locks theirs JOIN pg_locks ours USING (transactionid)
WHERE NOT theirs.granted AND ours.granted AND ours.pid = pg_backend_pid()
"""


def test_an_answer_that_meets_a_lease_from_another_tab_is_saved_at_once() -> None:
    claim, person = scenes.claim(), factories.reviewer()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # the other tab has taken the slot, and has not committed yet
            assert scenes.lease(person)
            saved = pool.submit(_in_thread, lambda: scenes.say(person, claim)[0].status)
            _until_somebody_waits_for_us()
        assert saved.result(timeout=30) == "saved"
    assert Slot.objects.filter(reviewer=person).count() == 1


def test_freeing_leases_waits_for_nobody() -> None:
    claim, other = scenes.claims(2)
    person = factories.reviewer()
    scenes.lease(person)
    Slot.objects.filter(reviewer=person).update(leased_until=timezone.now() - timedelta(hours=1))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():  # somebody is just answering the first
        list(Slot.objects.select_for_update().filter(claim=claim, reviewer=person))
        freed = pool.submit(_in_thread, queue.free_expired_leases).result(timeout=30)
    assert freed == 1
    assert Slot.objects.get(reviewer=person).claim == claim
    assert not Slot.objects.filter(claim=other, reviewer=person).exists()


def test_a_lease_that_is_just_being_taken_keeps_its_claim_from_a_better_near_duplicate() -> None:
    claim, _better = _near_duplicates()
    reviewer = factories.reviewer()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert scenes.lease(reviewer)
        assert pool.submit(_in_thread, open_claims).result(timeout=30) == 0
    assert [slot.claim for slot in scenes.lease(reviewer)] == [claim]


def test_who_answers_a_claim_that_is_just_going_is_told_so() -> None:
    claim, better = _near_duplicates()
    reviewer = factories.reviewer()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert open_claims() == 1
            answered = pool.submit(_in_thread, lambda: scenes.say(reviewer, claim)[0].status)
            _until_somebody_waits_for_us()
        assert answered.result(timeout=30) == "gone"
        with transaction.atomic():  # the same for what takes no lock of the photo
            new = Claim.objects.select_for_update().get(face=better)
            new.slots.all().delete()
            skipped = pool.submit(_in_thread, lambda: scenes.skip(reviewer, new).status)
            _until_somebody_waits_for_us()
            Claim.objects.filter(pk=new.pk).delete()
        assert skipped.result(timeout=30) == "gone"
    assert not Annotation.objects.exists()


def _near_duplicates() -> tuple[Claim, Face]:
    """A claim that nobody has looked at, and a better near-duplicate of its face that has just come in."""
    claim = scenes.claim()
    better = factories.face(crop_side=512, duplicate_group=DuplicateGroup.objects.create())
    factories.candidate(claim.identity, better.photo)
    Face.objects.filter(pk=claim.face_id).update(duplicate_group=better.duplicate_group)
    return claim, better


def test_a_merge_waits_for_the_vote_that_is_just_coming_in() -> None:
    claim, heir, admin = scenes.claim(), factories.identity(), factories.user()
    one, other = factories.reviewers(2)
    scenes.say(one, claim)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            scenes.say(other, claim)
            work = partial(merge, loser=claim.identity, heir=heir, by=admin, why="one person")
            merged = pool.submit(_in_thread, work)
            _until_somebody_waits_for_us()
        merged.result(timeout=30)
    claim.refresh_from_db()
    assert (claim.identity, claim.state) == (heir, "accepted")


def _in_thread(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()


def _until_somebody_waits_for_us() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITS_FOR_US)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def _lost() -> list[uuid.UUID]:
    """Answers that were said to count, and do not."""
    saved = Annotation.objects.filter(late=False, superseded_by=None).exclude(verdict="withdrawn")
    return list(saved.filter(slot=None).values_list("pk", flat=True))


def test_two_answers_at_once_that_differ_ask_for_one_more_and_not_two() -> None:
    adaptive()
    claim, (one, two) = scenes.claim(), factories.reviewers(2)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            scenes.say(one, claim)
            other = pool.submit(_in_thread, lambda: scenes.say(two, claim, "reject")[0].status)
            _until_somebody_waits_for_us()
        assert other.result(timeout=30) == "saved"
    slots = Slot.objects.filter(claim=claim).order_by("number")
    assert list(slots.values_list("number", "waiting", "why"))[2:] == [(3, True, "unsure")]
