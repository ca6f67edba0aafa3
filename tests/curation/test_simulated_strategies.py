from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from curation import simulated_profile as profiles
from curation.simulated_profile import Profile
from curation.simulated_strategies import STRATEGIES, Adaptive, Attempt, Task, attempts, task
from curation.simulated_work import work

PROFILE = replace(profiles.load(), faces=1500)


def tried(profile: Profile = PROFILE, *, field: str = "gender", seed: int = 1, **more: Any) -> dict[str, Attempt]:
    found = attempts(task(profile, field, seed=seed), more.pop("strategies", STRATEGIES), **more)
    return {attempt.strategy: attempt for attempt in found}


def test_the_same_seed_gives_the_same_figures() -> None:
    assert tried() == tried()
    assert tried() != tried(seed=2)


def test_all_strategies_are_tried_on_the_same_faces() -> None:
    found = tried(votes=(2, 3))
    assert list(found) == [
        "majority, 2", "dawid-skene, 2", "majority, 3", "dawid-skene, 3", "third on disagreement", "adaptive",
    ]  # fmt: skip
    assert len({(one.faces, one.field, one.seed) for one in found.values()}) == 1
    assert found["majority, 3"].votes == found["dawid-skene, 3"].votes == 3 * found["adaptive"].faces


def test_attributes_are_asked_of_usable_faces_and_the_first_question_of_all() -> None:
    given = task(PROFILE, "age", seed=1)
    usable = task(PROFILE, "usable", seed=1)
    assert len(usable.faces) == 1500
    assert (usable.crowd.truth[given.faces] == 0).all()
    assert len(given.faces) == np.sum(usable.crowd.truth == 0)


def test_majority_of_three_is_as_often_right_as_arithmetic_says() -> None:
    people = [{"name": f"p{n}", "accuracy": 0.85} for n in range(5)]
    data = {"fields": {"q": {"classes": {"a": 0.5, "b": 0.5}}}, "annotators": people, "faces": 8000}
    found = tried(profiles.read(data), field="q", strategies=["majority", "third"])
    expected = 0.85**3 + 3 * 0.85**2 * 0.15
    assert found["majority, 3"].right == pytest.approx(expected, abs=0.008)
    assert found["third on disagreement"].right == pytest.approx(expected, abs=0.008)
    assert found["third on disagreement"].votes / 8000 == pytest.approx(2 + 2 * 0.85 * 0.15, abs=0.015)


def test_two_who_differ_are_decided_and_the_decision_counts_as_a_vote() -> None:
    one = tried(votes=(2,), strategies=["majority"])["majority, 2"]
    assert one.adjudicated > 0
    assert one.votes == 2 * one.faces + one.adjudicated


def test_three_who_all_differ_are_decided() -> None:
    found = tried(field="race", strategies=["majority", "third"])
    for one in found.values():
        assert one.adjudicated > 0
    assert found["majority, 3"].votes == 3 * found["majority, 3"].faces + found["majority, 3"].adjudicated


def test_dawid_skene_sees_through_one_who_guesses() -> None:
    people = [{"name": f"p{n}", "accuracy": 0.95 if n < 2 else 0.55} for n in range(5)]
    data = {"fields": {"q": {"classes": {"a": 0.5, "b": 0.5}}}, "annotators": people, "faces": 3000}
    found = tried(profiles.read(data), field="q", strategies=["majority", "dawid-skene"])
    assert found["dawid-skene, 3"].right > found["majority, 3"].right + 0.03


def test_adaptive_needs_fewer_votes_and_counts_all_of_them() -> None:
    found = tried()
    adaptive, fixed = found["adaptive"], found["dawid-skene, 3"]
    assert adaptive.votes < 0.8 * fixed.votes
    assert adaptive.hours < fixed.hours
    assert adaptive.gold > 0
    assert adaptive.adjudicated > 0
    assert adaptive.right > 0.94


def adapted(given: Task) -> tuple[Adaptive, Sequence[list[tuple[int, int]]]]:
    rule = Adaptive(given)
    record = work(given.crowd, given.profile, rule, seed=given.seed, faces=given.faces.tolist(), gold_rate=0.05)
    return rule, record.said


def test_adaptive_learns_who_is_reliable() -> None:
    rule, _said = adapted(task(replace(PROFILE, faces=4000), "gender", seed=1))
    right = [np.diag(rule.rates.of(who)).mean() for who in range(6)]
    assert right == pytest.approx([0.97, 0.936, 0.902, 0.868, 0.834, 0.8], abs=0.045)


def test_the_sampled_share_gets_all_votes() -> None:
    rule, said = adapted(task(PROFILE, "gender", seed=1))
    assert rule.full
    assert {len(said[face]) for face in rule.full} == {3}
    assert len(rule.full) / len(rule.given.faces) == pytest.approx(0.05, abs=0.02)


def test_surer_means_more_votes_and_more_right() -> None:
    def at(sure: float) -> Attempt:
        plan = replace(PROFILE.adaptive, sure=dict.fromkeys(PROFILE.adaptive.sure, sure))
        return tried(replace(PROFILE, adaptive=plan), strategies=["adaptive"])["adaptive"]

    assert at(0.85).votes < at(0.99).votes
    assert at(0.85).right < at(0.99).right


def test_what_two_cannot_agree_on_is_for_the_adjudicator_where_there_is_no_third() -> None:
    one = tried(profiles.with_reviewers(PROFILE, 2), strategies=["third"], votes=(2,))["third on disagreement"]
    assert one.adjudicated > 0
    assert one.votes == 2 * one.faces + one.adjudicated


def test_more_votes_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="3 votes on a face want 3 reviewers, and there are 2"):
        tried(profiles.with_reviewers(PROFILE, 2))


def test_no_usable_face_leaves_nothing_to_ask() -> None:
    none = replace(PROFILE, fields=tuple(replace(f, shares=(0.0, 1.0)) if f.name == "usable" else f
                                         for f in PROFILE.fields))  # fmt: skip
    assert {(one.faces, one.votes) for one in tried(none).values()} == {(0, 0)}
