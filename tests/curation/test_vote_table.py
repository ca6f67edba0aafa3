from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from curation import patterns as patterns_module
from curation import vote_table as table_module
from curation.agreement import Level, agreement, tabulated
from curation.vote_table import VoteTable
from tests.curation.test_agreement_answers import krippendorff_rows

Votes = dict[tuple[int, int], int]  # by item and annotator

PATHS = {
    "small tables in full": {},
    "sorted": {"DENSE": -(1 << 40)},
    "sorted cells": {"DENSE": -(1 << 40), "EXACT": 0},
    "keys too long": {"DENSE": -(1 << 40), "EXACT": 0, "MOST": 50},
}


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way that the size of the votes may choose."""
    for name, value in PATHS[request.param].items():
        for module in (patterns_module, table_module):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)


def votes(seed: int) -> Votes:
    random = np.random.default_rng(seed)
    items, annotators, labels = random.integers(1, 30), random.integers(1, 7), random.integers(1, 9)
    return {
        (item, who): int(random.integers(labels))
        for item in range(items)
        for who in range(annotators)
        if random.random() < 0.6
    }


def tables(given: Votes) -> VoteTable:
    rows = [(item, who, label) for (item, who), label in given.items()]
    random = np.random.default_rng(0)
    shuffled = [rows[place] for place in random.permutation(len(rows))]
    return tabulated(*zip(*shuffled, strict=True)) if rows else tabulated([], [], [])


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("seed", range(12))
def test_table_holds_every_vote(seed: int) -> None:
    given = votes(seed)
    table = tables(given)
    sorts = Counter(tuple(sorted(given[vote] for vote in given if vote[0] == item)) for item in {i for i, _ in given})
    found: Counter[tuple[int, ...]] = Counter()
    for place, times in enumerate(table.patterns.times.tolist()):
        here = table.patterns.pattern == place
        cells = np.repeat(table.patterns.label[here], table.patterns.count[here])
        assert table.patterns.votes[place] == len(cells)
        found[tuple(table.labels[code] for code in cells)] += times
    assert found == sorts


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("seed", range(12))
def test_table_holds_who_met_whom(seed: int) -> None:
    given = votes(seed)
    table, met = tables(given), tables(given).meetings
    wanted = Counter(
        (a, b, given[item, a], given[item, b])
        for item in {item for item, _ in given}
        for a, b in combinations(sorted(who for other, who in given if other == item), 2)
    )
    columns = (met.first.tolist(), met.second.tolist(), met.label.tolist(), met.other.tolist(), met.count.tolist())
    found = {
        (table.annotators[a], table.annotators[b], table.labels[one], table.labels[two]): count
        for a, b, one, two, count in zip(*columns, strict=True)
    }
    assert found == wanted
    ends = [(rows.start, rows.stop) for rows in met.pairs()]
    assert [first for first, _ in ends[1:]] == [last for _, last in ends[:-1]]
    assert len(ends) == len({(a, b) for a, b, _, _ in wanted})


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.7434211), ("ordinal", 0.8153875), ("interval", 0.8491071)])
def test_figures_are_the_same_whichever_way(level: Level, alpha: float) -> None:
    """Krippendorff's published table."""
    found = agreement(*zip(*krippendorff_rows(), strict=True), level=level)
    assert found.krippendorff_alpha.value == pytest.approx(alpha, abs=1e-7)
    assert found.krippendorff_alpha.low == pytest.approx(
        {"nominal": 0.42738, "ordinal": 0.49630}.get(level, 0.56875), abs=1e-5
    )
    assert found.gwet_ac1.value == pytest.approx(0.775444, abs=1e-6)
    assert [one.votes for one in found.per_class.values()] == ([9, 13, 11, 5, 3] if level != "interval" else [])


@pytest.mark.usefixtures("path")
def test_a_second_vote_is_told_by_name() -> None:
    with pytest.raises(ValueError, match="annotator 'zoe' has two votes on item 'q7'"):
        agreement(["q7", "p", "q7"], ["zoe", "adam", "zoe"], ["x", "x", "x"])


def test_confusions_count_each_comparison_once() -> None:
    table = tabulated([1, 1, 1, 2, 2], ["a", "b", "c", "a", "c"], ["x", "y", "x", "y", "y"])
    assert table.labels == ("x", "y")
    assert table.confusions().tolist() == [[1, 2], [2, 1]]


def test_none_and_nan_are_no_votes() -> None:
    found = agreement([1, 1, 1, 2, 2], ["a", "b", "c", "a", "b"], ["x", "x", None, "y", None])
    assert (found.items, found.annotators, found.percent_agreement.n) == (2, 2, 1)
    numbers = agreement(np.array([1, 1, 1]), np.array([1, 2, 3]), np.array([5.0, 5.0, np.nan]), level="interval")
    assert (numbers.labels, numbers.percent_agreement.value) == ((5.0,), 1)


def test_one_number_throughout_is_not_estimable() -> None:
    found = agreement([1, 1, 2, 2, 3, 3], list("ababab"), [0.1] * 6, level="interval")
    (pair,) = found.pairs
    assert found.krippendorff_alpha.value is pair.kappa.value is pair.weighted_kappa.value is None
    assert "chance alone" in pair.weighted_kappa.reason


def test_many_values_on_an_interval_scale() -> None:
    random = np.random.default_rng(0)
    truth = np.repeat(random.normal(size=5_000), 2) + 1e6
    found = agreement(np.repeat(np.arange(5_000), 2), np.tile([0, 1], 5_000), truth, level="interval")
    assert found.krippendorff_alpha.value == pytest.approx(1)
    said = truth + random.normal(size=10_000)
    found = agreement(np.repeat(np.arange(5_000), 2), np.tile([0, 1], 5_000), said, level="interval")
    assert found.krippendorff_alpha.value == pytest.approx(0.5, abs=0.05)
    (pair,) = found.pairs
    assert pair.weighted_kappa.value == pytest.approx(found.krippendorff_alpha.value, abs=0.001)
    assert found.per_class == {}


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ([7, 7, 9], {7, 9}),
        ([2**70, 1, 1], {1, 2**70}),
        ([10**12, 5, 5], {5, 10**12}),
        (["b", "a", "a"], {"a", "b"}),
        ([1, "1", 1], {1, "1"}),
    ],
)
def test_items_may_be_named_by_anything(items: list[object], names: set[object]) -> None:
    assert agreement(items, ["x", "y", "z"], [0, 0, 0]).items == len(names)
