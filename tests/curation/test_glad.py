from itertools import pairwise
from math import exp, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.ballots import ballots
from curation.glad import Glad, climb, glad
from tests.curation import anaesthetists

Row = tuple[int, int, int]
CLASSES = 3
ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)
GOLD = st.dictionaries(st.integers(0, 9), st.integers(0, CLASSES - 1), max_size=3)


def of(rows: list[Row], classes: int = CLASSES, **options: Any) -> Glad:
    items, annotators, labels = zip(*rows, strict=True)
    return glad(ballots(items, annotators, labels, classes=range(classes)), **options)


def objective(rows: list[Row], found: Glad, ability: list[float], ease: list[float], marginals: list[float]) -> float:
    """The log of likelihood times priors, as eq. 1 and 2 of the paper say it; `ease` is log β. Plain Python."""
    items, people = sorted({item for item, _, _ in rows}), sorted({who for _, who, _ in rows})
    total = -sum((each - 1) ** 2 for each in [*ability, *ease]) / 2
    for at, item in enumerate(items):
        likelihood = 0.0
        for k, share in enumerate(marginals):
            joint = share
            for _, who, said in (row for row in rows if row[0] == item):
                right = 1 / (1 + exp(-ability[people.index(who)] * exp(ease[at])))
                joint *= right if said == k else (1 - right) / (len(marginals) - 1)
            likelihood += joint
        total += log(likelihood)
    return total


HARD = [
    *[(item, who, item % 3) for item in range(8) for who in range(4)],  # all agree
    *[(8, 0, 0), (8, 1, 0), (8, 2, 1), (8, 3, 2), (9, 0, 1), (9, 1, 1), (9, 2, 1), (9, 3, 0)],
]


def test_where_it_stops_no_parameter_could_be_better() -> None:
    found = of(HARD, tolerance=1e-12)
    ability, ease = found.ability.tolist(), (-np.log(found.difficulty)).tolist()
    shares = [(3 + 0.5 + 0.25) / 10, (3 + 0.25 + 0.75) / 10, (2 + 0.25) / 10]  # of the votes, by hand
    best = objective(HARD, found, ability, ease, shares)
    assert found.converged
    assert found.trace[-1] == pytest.approx(best, abs=1e-9)
    for at in range(len(ability) + len(ease)):
        for nudge in (-0.01, 0.01):
            moved = [*ability, *ease]
            moved[at] += nudge
            other = objective(HARD, found, moved[: len(ability)], moved[len(ability) :], shares)
            assert other < best


def test_items_that_divide_are_hard_and_those_who_stand_alone_less_able() -> None:
    found = of(HARD)
    assert found.difficulty[8] > found.difficulty[9] > found.difficulty[:8].max()
    assert found.ability[0] == pytest.approx(found.ability[1])
    assert found.ability[0] > found.ability[2] > found.ability[3]
    assert found.probabilities.argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 0, 1]


def test_who_misleads_has_an_ability_below_zero() -> None:
    rows = [(item, who, item % 2 if who else 1 - item % 2) for item in range(40) for who in range(4)]
    found = of(rows, classes=2)
    assert found.ability[0] < 0 < found.ability[1]
    assert found.error_rates[0] == pytest.approx(np.array([[0, 1], [1, 0]]), abs=0.01)


@settings(deadline=None)
@given(rows=ROWS, gold=GOLD)
def test_the_objective_never_falls(rows: list[Row], gold: dict[int, int]) -> None:
    found = of(rows, most_rounds=30, gold=gold)
    assert all(later >= earlier - 1e-9 * max(1, abs(earlier)) for earlier, later in pairwise(found.trace))
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(len(found.probabilities)))
    assert found.difficulty.min() > 0


@settings(deadline=None)
@given(rows=ROWS, shuffled=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], shuffled: Any) -> None:
    as_given = of(rows, most_rounds=5, tolerance=-1)
    shuffled.shuffle(rows)
    again = of(rows, most_rounds=5, tolerance=-1)
    assert again.probabilities == pytest.approx(as_given.probabilities, abs=1e-7)
    assert again.ability == pytest.approx(as_given.ability, abs=1e-7)
    assert again.difficulty == pytest.approx(as_given.difficulty, abs=1e-7)


def test_the_anaesthetists() -> None:
    """It tells no leanings, so it differs where Dawid and Skene say that most state one class too low or too high."""
    found = glad(anaesthetists.votes())
    labels = "".join(str(1 + k) for k in found.probabilities.argmax(axis=1))
    assert found.converged
    assert [at + 1 for at in range(45) if labels[at] != anaesthetists.LABELS[at]] == [2, 12, 36]
    assert found.ability.argmin() == 1  # the second is the one who is most often alone


def test_gold_is_held() -> None:
    found = of([(item, who, 0) for item in range(6) for who in range(3)], classes=2, gold=dict.fromkeys(range(6), 1))
    assert found.probabilities.tolist() == [[0, 1]] * 6
    assert found.ability.max() < 0


def test_one_class_is_certain() -> None:
    found = of([(0, 0, 0), (1, 0, 0)], classes=1)
    assert found.probabilities.tolist() == [[1], [1]]
    assert found.converged


def test_a_tie_stays_a_tie() -> None:
    found = of([(0, 0, 0), (0, 1, 1)], classes=2)
    assert found.probabilities.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("options", [{"most_rounds": 0}, {"gold": {0: 9}}])
def test_senseless_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        of([(0, 0, 0)], **options)


def test_no_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="no votes"):
        glad(ballots([], [], []))


def test_a_step_too_far_is_halved_and_one_the_wrong_way_is_none() -> None:
    at = climb(np.array([0.0, 0.0]), np.array([6.0, -6.0]), lambda x: -((x - 1) ** 2))
    assert at.tolist() == [1.5, 0]
