import numpy as np
import pytest

from curation.simulated_strategies import Attempt
from curation.simulation_summary import Line, mean, summary, table


def attempt(strategy: str, seed: int, right: float, votes: int, field: str = "age") -> Attempt:
    return Attempt(field, strategy, seed, 100, right, votes, 3, 2, 1.5)


def test_intervals_are_students() -> None:
    found = mean([1.0, 2.0, 3.0, 4.0, 5.0])
    half = 2.776445 * np.std([1, 2, 3, 4, 5], ddof=1) / np.sqrt(5)  # t of four degrees of freedom
    assert found.value == 3
    assert found.low == pytest.approx(3 - half, abs=0.01)
    assert found.high == pytest.approx(3 + half, abs=0.01)
    wide = mean(np.arange(50.0))
    assert wide.high == pytest.approx(24.5 + 2.009575 * np.std(np.arange(50), ddof=1) / np.sqrt(50), abs=1e-4)


def test_of_few_seeds_there_is_no_interval() -> None:
    assert (mean([1.0, 3.0]).value, mean([1.0, 3.0]).low, mean([1.0] * 4).high) == (2, None, None)


def both() -> list[Line]:
    fixed = [attempt("dawid-skene, 3", seed, 0.9 + seed / 100, 300) for seed in range(6)]
    other = [attempt("adaptive", seed, 0.91 + seed / 100, 150 + seed * 2) for seed in range(6)]
    return summary([*fixed, *other])


def test_differences_are_taken_seed_by_seed() -> None:
    fixed, other = both()
    assert (fixed.difference, fixed.ratio) == (None, None)
    assert other.difference
    assert other.difference.value == pytest.approx(1)
    assert other.difference.low == pytest.approx(1)
    assert other.difference.high == pytest.approx(1)
    assert other.ratio == pytest.approx(155 / 300)
    assert other.right.value == pytest.approx(93.5)
    assert (other.votes, other.per_face) == (155, 1.55)


def test_the_reference_is_dawid_skene_with_three_votes_if_it_was_tried() -> None:
    lines = summary([attempt(f"dawid-skene, {k}", 1, 0.9, k * 100) for k in (2, 3, 5)])
    assert [line.ratio for line in lines] == [pytest.approx(2 / 3), None, pytest.approx(5 / 3)]
    lines = summary([attempt("majority, 3", 1, 0.9, 300)])
    assert [line.ratio for line in lines] == [None]


def test_the_table_is_aligned_and_says_all() -> None:
    text = table([*both(), *summary([attempt("majority, 3", 1, 0.5, 1234, field="race")])])
    assert text.splitlines() == [
        "age: 100 faces, 6 seeds",
        "                  right  votes  a face  gold  adjudicated  hours  against dawid-skene, 3  ratio",
        "dawid-skene, 3  92.50 %    300    3.00     3            2    1.5",
        "adaptive        93.50 %    155    1.55     3            2    1.5    +1.00 [+1.00, +1.00]  0.517",
        "",
        "race: 100 faces, 1 seed",
        "               right  votes  a face  gold  adjudicated  hours",
        "majority, 3  50.00 %  1,234   12.34     3            2    1.5",
    ]
