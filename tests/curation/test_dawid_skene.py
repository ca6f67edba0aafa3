from collections import Counter, defaultdict
from itertools import pairwise
from math import exp, log
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.ballots import ballots
from curation.dawid_skene import DawidSkene, dawid_skene
from tests.curation import anaesthetists

Row = tuple[int, int, int]
CLASSES = 3
ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)


def of(rows: list[Row], classes: int = CLASSES, **options: Any) -> DawidSkene:
    items, annotators, labels = zip(*rows, strict=True)
    return dawid_skene(ballots(items, annotators, labels, classes=range(classes)), **options)


def test_the_published_answers() -> None:
    found = dawid_skene(anaesthetists.votes(), tolerance=1e-10)
    assert found.converged
    assert found.log_likelihood == pytest.approx(-192.890881, abs=1e-6)  # of the printed estimates, by other programs
    assert found.marginals == pytest.approx(anaesthetists.MARGINALS, abs=0.005)
    for who, printed in [(0, anaesthetists.FIRST), (1, anaesthetists.SECOND), (4, anaesthetists.FIFTH)]:
        assert found.error_rates[who] == pytest.approx(np.array(printed), abs=0.005001)
    for patient, printed in anaesthetists.UNSURE.items():
        assert found.probabilities[patient - 1] == pytest.approx(printed, abs=0.005)
    assert [str(1 + label) for label in found.probabilities.argmax(axis=1)] == list(anaesthetists.LABELS)


def test_one_round_by_hand() -> None:
    """Shares: item 0 is class 0; item 1 is 0 or 1 alike. M step: a says 0 of 1.5 items of class 0, and so on."""
    found = of([(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)], classes=2, most_rounds=1)
    assert found.marginals == pytest.approx([0.75, 0.25])
    assert found.weights == pytest.approx(np.array([[1.5, 0.5], [1.5, 0.5]]))
    assert found.error_rates[0] == pytest.approx(np.array([[1, 0], [1, 0]]))
    assert found.error_rates[1] == pytest.approx(np.array([[2 / 3, 1 / 3], [0, 1]]))
    assert found.probabilities == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))  # item 1: 0.75 · 1/3 and 0.25 · 1
    assert found.log_likelihood == pytest.approx(log(0.5) + log(0.5))
    assert not found.converged


def plain(rows: list[Row], rounds: int, smoothing: float, gold: dict[int, int]) -> tuple[dict[int, list[float]], float]:
    """The same, as one would write it in plain Python: vote by vote, item by item."""
    votes = defaultdict(list)
    for item, who, said in rows:
        votes[item].append((who, said))
    belief = {}
    for item, cast in votes.items():
        counts = Counter(said for _, said in cast)
        belief[item] = [counts[k] / len(cast) for k in range(CLASSES)]
        if item in gold:
            belief[item] = [float(k == gold[item]) for k in range(CLASSES)]
    likelihood = 0.0
    for _ in range(rounds):
        marginals = [sum(each[k] for each in belief.values()) / len(belief) for k in range(CLASSES)]
        table: dict[Row, float] = defaultdict(float)
        for item, who, said in rows:
            for k in range(CLASSES):
                table[who, k, said] += belief[item][k]
        rates = {}
        for who in {who for _, who, _ in rows}:
            for k in range(CLASSES):
                total = sum(table[who, k, said] + smoothing for said in range(CLASSES))
                for said in range(CLASSES):
                    rates[who, k, said] = (table[who, k, said] + smoothing) / total if total else 1 / CLASSES
        likelihood = 0.0
        for item, cast in votes.items():
            joint = list(marginals)
            for who, said in cast:
                joint = [each * rates[who, k, said] for k, each in enumerate(joint)]
            if item in gold:
                likelihood += log(joint[gold[item]])
            else:
                likelihood += log(sum(joint))
                belief[item] = [each / sum(joint) for each in joint]
    return belief, likelihood


GOLD = st.dictionaries(st.integers(0, 9), st.integers(0, CLASSES - 1), max_size=3)


@settings(deadline=None)
@given(rows=ROWS, rounds=st.integers(1, 6), smoothing=st.sampled_from([0, 0.5]), gold=GOLD)
def test_as_plain_python_has_it(rows: list[Row], rounds: int, smoothing: float, gold: dict[int, int]) -> None:
    found = of(rows, most_rounds=rounds, tolerance=-1, smoothing=smoothing, gold=gold)
    belief, likelihood = plain(rows, rounds, smoothing, gold)
    assert found.rounds == rounds
    assert found.probabilities == pytest.approx(np.array([belief[item] for item in sorted(belief)]), abs=1e-8)
    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-8)


@settings(deadline=None)
@given(rows=ROWS, smoothing=st.sampled_from([0, 0.01, 1]), gold=GOLD)
def test_the_objective_never_falls(rows: list[Row], smoothing: float, gold: dict[int, int]) -> None:
    trace = of(rows, most_rounds=50, smoothing=smoothing, gold=gold).trace
    assert all(later >= earlier - 1e-9 * max(1, abs(earlier)) for earlier, later in pairwise(trace))


@settings(deadline=None)
@given(rows=ROWS, smoothing=st.sampled_from([0, 1]))
def test_probabilities_are_probabilities(rows: list[Row], smoothing: float) -> None:
    found = of(rows, smoothing=smoothing, most_rounds=50)
    for shares in (found.probabilities, found.error_rates, found.marginals):
        assert shares.min() >= 0
        assert shares.sum(axis=-1) == pytest.approx(np.ones(shares.shape[:-1]))
    assert exp(found.log_likelihood) <= 1 + 1e-9


@settings(deadline=None)
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_order_and_names_change_nothing(rows: list[Row], seed: Random) -> None:
    """Rounds are held equal: of a saddle, noise of the last bit may decide when EM leaves it."""
    as_given = of(rows, most_rounds=5, tolerance=-1)
    shuffled, people, classes = list(rows), list(range(4)), list(range(CLASSES))
    for each in (shuffled, people, classes):
        seed.shuffle(each)
    renamed = of([(item, people[who], classes[said]) for item, who, said in shuffled], most_rounds=5, tolerance=-1)
    assert renamed.probabilities[:, classes] == pytest.approx(as_given.probabilities, abs=1e-7)
    assert renamed.marginals[classes] == pytest.approx(as_given.marginals, abs=1e-7)
    assert renamed.log_likelihood == pytest.approx(as_given.log_likelihood, abs=1e-7)
    places = {name: at for at, name in enumerate(sorted({people[who] for _, who, _ in rows}))}
    for at, who in enumerate(sorted({who for _, who, _ in rows})):
        theirs = renamed.error_rates[places[people[who]]][np.ix_(classes, classes)]
        assert theirs == pytest.approx(as_given.error_rates[at], abs=1e-6)


def simulated(items: int, rates: list[float], seed: int, classes: int = 3) -> tuple[list[Row], list[int]]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, items).tolist()
    rows = [
        (item, who, true if random.random() < right else int((true + random.integers(1, classes)) % classes))
        for item, true in enumerate(truth)
        for who, right in enumerate(rates)
    ]
    return rows, truth


def test_error_rates_come_out_as_they_went_in() -> None:
    rates = [0.95, 0.9, 0.8, 0.7, 0.6]
    rows, truth = simulated(3_000, rates, seed=4)
    found = of(rows)
    right = found.error_rates[:, range(3), range(3)].mean(axis=1)
    assert right == pytest.approx(rates, abs=0.03)
    accuracy = (found.probabilities.argmax(axis=1) == truth).mean()
    by_item = np.array([said for _, _, said in rows]).reshape(-1, len(rates))
    counts = (by_item[:, :, np.newaxis] == range(3)).sum(axis=1)
    assert accuracy > (counts.argmax(axis=1) == truth).mean()


def test_gold_is_held_and_tells_of_the_annotators() -> None:
    """Two who contradict each other throughout: without gold neither is right, with it the second is."""
    rows = [(item, who, (item + who) % 2) for item in range(40) for who in range(2)]
    assert of(rows, classes=2).probabilities == pytest.approx(np.full((40, 2), 0.5))
    gold = {item: (item + 1) % 2 for item in range(4)}
    found = of(rows, classes=2, gold=gold)
    assert found.probabilities.argmax(axis=1).tolist() == [(item + 1) % 2 for item in range(40)]
    assert found.error_rates[1] == pytest.approx(np.eye(2), abs=1e-3)


def test_gold_that_contradicts_everybody_stands() -> None:
    found = of([(item, who, 0) for item in range(5) for who in range(3)], classes=2, gold=dict.fromkeys(range(5), 1))
    assert found.probabilities.tolist() == [[0, 1]] * 5
    assert found.error_rates[:, 1].tolist() == [[1, 0]] * 3
    assert found.weights[:, 0].tolist() == [0, 0, 0]
    assert found.error_rates[:, 0].tolist() == [[0.5, 0.5]] * 3  # nothing known: uniform
    assert found.converged


def test_one_annotator_is_believed() -> None:
    found = of([(item, 0, item % 3) for item in range(9)])
    assert found.probabilities.argmax(axis=1).tolist() == [item % 3 for item in range(9)]
    assert found.error_rates[0] == pytest.approx(np.eye(3))


def test_one_class_is_certain() -> None:
    found = of([(item, who, 0) for item in range(4) for who in range(2)], classes=1)
    assert (found.log_likelihood, found.probabilities.tolist()) == (0, [[1]] * 4)
    assert found.converged


def test_a_class_that_nobody_chose_stays_at_nothing() -> None:
    found = of([(0, 0, 0), (0, 1, 1), (1, 0, 0)], classes=3, smoothing=1)
    assert found.marginals[2] == 0
    assert found.probabilities[:, 2].tolist() == [0, 0]


def test_repeated_rows_weigh_twice() -> None:
    rows, _ = simulated(30, [0.9, 0.8, 0.7], seed=1)
    once, twice = of(rows), of(rows + rows)
    assert twice.weights == pytest.approx(2 * twice.weights / 2)
    assert twice.weights.sum() == pytest.approx(2 * once.weights.sum())
    assert twice.probabilities.max(axis=1).min() >= once.probabilities.max(axis=1).min()


def test_smoothing_keeps_rates_off_zero() -> None:
    rows, _ = simulated(50, [1.0, 1.0], seed=2)
    assert of(rows).error_rates.min() == 0
    assert of(rows, smoothing=1).error_rates.min() > 0


@pytest.mark.parametrize("options", [{"smoothing": -1}, {"most_rounds": 0}, {"gold": {0: 9}}])
def test_senseless_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        of([(0, 0, 0)], **options)


def test_no_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="no votes"):
        dawid_skene(ballots([], [], []))
