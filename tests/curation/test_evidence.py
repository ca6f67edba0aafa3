"""Accuracy with its interval, and evidence against a reviewer that may be looked at as often as one likes."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from curation.evidence import BAR, RISK, Answers, accuracy, weigh, wilson
from curation.spamming import NOTHING, Ints, as_claimed, at_random, by_habit

NEWCOMBE = ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718))
HYPOTHESES: dict[str, Callable[[Ints, Ints], float]] = {
    "random": lambda given, _claimed: at_random(given, 3),
    "habit": lambda given, _claimed: by_habit(given, 3),
    "claimed": lambda given, claimed: as_claimed(given, claimed, 3),
}


def on_gold(truths: list[int], given: list[int], classes: int = 2, claimed: list[int] | None = None) -> Answers:
    known = np.eye(classes)[truths]
    told = np.array(claimed if claimed is not None else [NOTHING] * len(given))
    return Answers(np.array(given), known, np.ones(len(given), dtype=bool), told)


def test_wilson_as_in_the_books() -> None:
    """Newcombe (1998), table I, method 3."""
    for right, n, low, high in NEWCOMBE:
        share = wilson(right, n)
        assert share.value == right / n
        assert share.low == pytest.approx(low, abs=1e-4)
        assert share.high == pytest.approx(high, abs=1e-4)


def test_nothing_answered_has_no_accuracy_and_weighs_nothing() -> None:
    assert (wilson(0, 0).value, wilson(0, 0).low) == (None, None)
    nobody = weigh(on_gold([], []))
    assert (nobody.value, nobody.answers, nobody.gold) == (1.0, 0, 0)


def test_accuracy_is_told_by_the_class_that_was_right() -> None:
    told = accuracy(["a", "a", "b", "b", "b"], ["a", "b", "b", "b", "b"])
    assert {name: (one.right, one.n) for name, one in told.items()} == {"": (4, 5), "a": (1, 2), "b": (3, 3)}


def test_hypotheses_foretell_each_answer_from_those_before() -> None:
    given = np.array([0, 0, 1])
    assert np.exp(at_random(given, 4)) == pytest.approx(1 / 64)
    assert np.exp(by_habit(given, 2)) == pytest.approx(1 / 2 * (3 / 4) * (1 / 6))
    agrees = as_claimed(np.array([1, 1, 2]), np.array([1, 1, 1]), 3)
    assert np.exp(agrees) == pytest.approx(1 / 2 * (3 / 4) * (1 / 6) / 2)
    half_told = as_claimed(np.array([1, 1]), np.array([1, NOTHING]), 2)
    assert np.exp(half_told) == pytest.approx(1 / 2 * 1 / 2)


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_each_hypothesis_is_a_distribution_over_all_that_could_be_answered(hypothesis: str) -> None:
    claimed = np.array([1, NOTHING, 2, 1])
    sequences = np.array(np.meshgrid(*[range(3)] * 4)).reshape(4, -1).T
    likely = HYPOTHESES[hypothesis]
    assert sum(np.exp(likely(given, claimed)) for given in sequences) == pytest.approx(1)


def test_the_e_value_on_gold_has_mean_one_at_most_for_whoever_is_at_the_bar() -> None:
    """All 2^8 ways to answer eight pieces of gold, each with its probability at the bar: exact."""
    truths = [0, 1] * 4
    mean = 0.0
    for code in range(2**8):
        right = [bool(code >> place & 1) for place in range(8)]
        given = [true if is_right else 1 - true for true, is_right in zip(truths, right, strict=True)]
        mean += BAR ** sum(right) * (1 - BAR) ** (8 - sum(right)) * weigh(on_gold(truths, given)).value
    assert 0 < mean <= 1


def ever_above(rng: Generator, skill: float, answers: int = 120) -> bool:
    """Looked at after every answer, all of them gold."""
    truths = rng.integers(0, 2, answers)
    given = np.where(rng.random(answers) < skill, truths, 1 - truths)
    everything = on_gold(truths.tolist(), given.tolist())
    return any(weigh(first(everything, n)).value > 1 / RISK for n in range(1, answers + 1))


def first(all_of: Answers, n: int) -> Answers:
    return Answers(all_of.given[:n], all_of.chances[:n], all_of.gold[:n], all_of.claimed[:n])


def test_looking_after_every_answer_pauses_hardly_anybody_at_the_bar() -> None:
    rng = default_rng(4)
    assert sum(ever_above(rng, BAR) for _ in range(60)) <= 1


def test_somebody_at_random_is_found_on_gold_alone() -> None:
    rng = default_rng(5)
    assert sum(ever_above(rng, 0.5) for _ in range(20)) == 20


@pytest.mark.parametrize(
    ("given", "leading"),
    [([0] * 30, "habit"), ([1, 2] * 15, "claimed")],
    ids=["always the same", "always what is claimed"],
)
def test_what_the_answers_look_like_is_named(given: list[int], leading: str) -> None:
    truths = [0, 1, 2] * 10
    found = weigh(on_gold(truths, given, 3, claimed=[1, 2] * 15))
    assert found.value > 1 / RISK
    assert found.leading == leading


def test_who_only_lacks_skill_is_found_too() -> None:
    rng = default_rng(1)
    truths = rng.integers(0, 2, 300)
    given = np.where(rng.random(300) < 0.65, truths, 1 - truths)
    assert weigh(on_gold(truths.tolist(), given.tolist())).by["below"] > 1 / RISK


def test_other_answers_are_looked_at_from_the_fifth_gold_on() -> None:
    answers = Answers(np.zeros(40, dtype=np.int64), np.full((40, 2), 0.5), np.arange(40) < 4, np.full(40, NOTHING))
    assert weigh(answers).answers == 4
    more = Answers(answers.given, answers.chances, np.arange(40) < 5, answers.claimed)
    assert weigh(more).answers == 40


def test_an_expert_whom_every_claim_proves_right_is_no_copier() -> None:
    """Where the list is right about everybody, to agree with it is to be right."""
    truths = [1, 2, 3] * 60
    assert weigh(on_gold(truths, truths, 4, claimed=truths)).value < 1


def test_who_takes_one_class_for_another_is_no_creature_of_habit() -> None:
    rng = default_rng(2)
    truths = rng.integers(1, 5, 400)
    given = np.where(rng.random(400) < 0.86, truths, 0)
    assert weigh(on_gold(truths.tolist(), given.tolist(), 5)).value < 1
