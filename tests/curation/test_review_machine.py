"""64 reviewers on 2,000 claims, with skips, undos, expired leases, double posts and two tabs."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from curation.annotations import record
from curation.entries import Answer, Entry, Result
from tests.curation import review_machine
from tests.curation.review_machine import REVIEWERS, Reviewing, World, no_locks, slow_line, without_constraint

pytestmark = pytest.mark.django_db(transaction=True)

STORMY = settings(
    max_examples=4,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # moments are never the same twice: nothing to shrink
)


@pytest.fixture
def world() -> Iterator[World]:
    made = review_machine.build()
    yield made
    made.close()


def test_no_question_over_k_nobody_twice_no_answer_lost_each_once(world: World) -> None:
    with slow_line():
        run_state_machine_as_test(_machine(world), settings=STORMY)


@pytest.mark.parametrize(
    ("promise", "locks", "constraint"),
    [
        ("no_question_has_more_than_k", "", "slot_once_per_number"),
        ("nobody_is_counted_twice", "ingest_photo", "slot_reviewer_once_per_question"),
        ("no_answer_is_lost", "", ""),
    ],
)
def test_without_its_guard_a_promise_breaks(world: World, promise: str, locks: str, constraint: str) -> None:
    guards: list[AbstractContextManager[None]] = [slow_line(), no_locks(locks)]
    with ExitStack() as stack:
        for guard in guards + ([without_constraint(constraint)] if constraint else []):
            stack.enter_context(guard)
        assert _breaks(_machine(world), promise)


def test_without_the_browsers_ids_an_answer_is_there_twice(world: World) -> None:
    def forgetful(entry: Entry, **who: Any) -> Result:
        return record(replace(entry, id=uuid4()) if isinstance(entry, Answer) else entry, **who)

    assert _breaks(_machine(world, forgetful), "each_answer_is_there_once")


def _machine(inside: World, keeping: Any = record) -> type[Reviewing]:
    class Machine(Reviewing):
        world = inside
        keep = staticmethod(keeping)

    return Machine


def _breaks(machine: type[Reviewing], promise: str) -> bool:
    """Whether moments in which many do the same thing at once break the promise, within thirty tries."""
    dice = random.Random(7)
    for _ in range(30):
        crowd = machine()
        for act in ("unasked twice", "lease", "two tabs", "unasked", "double"):
            try:
                crowd.moment([(n, act, "accept") for n in range(REVIEWERS)], dice)
            except (DatabaseError, AssertionError):
                continue  # without guards a collision may also end so
            try:
                getattr(crowd, promise)()
            except AssertionError:
                return True
    return False
