"""32 threads, each reviewer with two tabs, double posts and undos: what the queue promises still holds."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from curation import annotations, cases, queue
from curation.claims import open_claims
from curation.merging import merge
from curation.models import Annotation, Claim, Slot
from curation.policies import current_policy
from ingest.models import DuplicateGroup, Face, Photo
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 32
T = TypeVar("T")
ONCE = "slot_reviewer_once_per_question"
WAITS_FOR_US = """
SELECT count(*) FROM pg_locks theirs JOIN pg_locks ours USING (transactionid)
WHERE NOT theirs.granted AND ours.granted AND ours.pid = pg_backend_pid()
"""


def test_no_question_over_k_nobody_twice_nothing_lost() -> None:
    claims = scenes.claims(24)
    posted = _storm(claims)
    assert _repeats() == []
    assert _overfull() == []
    assert Counter(Annotation.objects.exclude(verdict="withdrawn").values_list("pk", flat=True)) == Counter(posted)
    for claim in claims:  # and what the votes come to is what the states say
        votes = Slot.objects.filter(claim=claim, question="usable", annotation__isnull=False).count()
        assert (Claim.objects.get(pk=claim.pk).state == "accepted") == (votes == 2)


def test_two_tabs_at_once_count_once() -> None:
    _two_tabs_at_once()
    assert (_repeats(), _lost()) == ([], [])


def test_without_the_guards_two_tabs_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the test before this one can fail: the photo's lock and the constraint are what holds it."""
    monkeypatch.setattr(annotations, "lock_photo", lambda pk: Photo.objects.get(pk=pk))
    monkeypatch.setattr(cases, "LOCK", cases.LOCK.replace("FOR NO KEY UPDATE", ""))
    monkeypatch.setattr(cases, "SLOTS", cases.SLOTS.replace("{lock}", ""))
    with _without_constraint():
        for _ in range(10):
            _two_tabs_at_once()
            if _repeats() or _lost():
                break
        assert _repeats() or _lost()
        Slot.objects.update(annotation=None, reviewer=None, leased_until=None)  # the constraint must fit again


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


def _two_tabs_at_once() -> None:
    """16 reviewers with a claim each; both their tabs post an answer to it in the same moment."""
    current_policy()  # made before the threads start
    claims = scenes.claims(THREADS // 2)
    start = threading.Barrier(THREADS, timeout=30)
    tabs = [pair for pair in zip(factories.reviewers(THREADS // 2), claims, strict=True) for _ in (1, 2)]

    def post(tab: tuple[User, Claim]) -> None:
        try:
            connections["default"].ensure_connection()
            start.wait()
            with suppress(DatabaseError):  # unguarded, one of the two may also collide
                scenes.say(*tab)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(post, tabs))


def _storm(claims: list[Claim]) -> set[uuid.UUID]:
    """Every reviewer answers all they can get from two tabs at once; the ids of the answers posted, each twice."""
    posted: set[uuid.UUID] = set()
    current_policy()  # made before the threads start
    start = threading.Barrier(THREADS, timeout=30)
    tabs = [(person, n) for person in factories.reviewers(THREADS // 2) for n in (1, 2)]

    def work(tab: tuple[User, int]) -> None:
        try:
            start.wait()
            posted.update(_answer_everything(tab[0], random.Random(tab[0].pk), claims))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, tabs))
    return posted


def _answer_everything(person: User, dice: random.Random, claims: list[Claim]) -> set[uuid.UUID]:
    posted = set()
    for claim in [slot.claim for slot in scenes.lease(person, want=3)] + dice.sample(claims, 2):
        number = uuid.uuid4()
        for _ in range(2):
            assert scenes.say(person, claim, id=number)[0].status in ("saved", "known", "late")
        if dice.random() < 0.2:
            scenes.undo(person, number)
        posted.add(number)
    return posted


def _repeats() -> list[tuple[int, int]]:
    """(claim, reviewer) counted more than once in one question."""
    rows = Slot.objects.filter(annotation__isnull=False).values_list("claim", "question", "reviewer")
    return [(claim, person) for (claim, _, person), n in Counter(rows).items() if n > 1]


def _lost() -> list[uuid.UUID]:
    """Answers that were said to count, and do not."""
    saved = Annotation.objects.filter(late=False, superseded_by=None).exclude(verdict="withdrawn")
    return list(saved.filter(slot=None).values_list("pk", flat=True))


def _overfull() -> list[int]:
    rows = Slot.objects.filter(annotation__isnull=False, purpose="vote").values_list("claim", "question")
    return [claim for (claim, _), n in Counter(rows).items() if n > 2]


@contextmanager
def _without_constraint() -> Iterator[None]:
    constraint = next(c for c in Slot._meta.constraints if c.name == ONCE)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Slot, constraint)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(Slot, constraint)
