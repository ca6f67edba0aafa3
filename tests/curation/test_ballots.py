import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.ballot_patterns import patterns
from curation.ballots import NO_GOLD, Ballots, ballots, gold_codes


def test_ballots_number_the_names_in_their_order() -> None:
    votes = ballots(["y", "x", "y"], ["b", "a", "a"], [7, 5, 7])
    assert (votes.items, votes.annotators, votes.labels) == (("x", "y"), ("a", "b"), (5, 7))
    assert (votes.item.tolist(), votes.annotator.tolist(), votes.label.tolist()) == ([1, 0, 1], [1, 0, 0], [1, 0, 1])
    assert [column.dtype for column in (votes.item, votes.annotator, votes.label)] == [np.int32, np.int32, np.int16]
    assert votes.counts().tolist() == [[1, 0], [0, 2]]
    assert votes.votes().tolist() == [1, 2]


def test_classes_stand_as_given_and_may_be_chosen_by_nobody() -> None:
    votes = ballots([1, 2], ["a", "a"], ["no", "yes"], classes=["yes", "cannot tell", "no"])
    assert votes.labels == ("yes", "cannot tell", "no")
    assert votes.label.tolist() == [2, 0]


def test_repeated_rows_stay_separate_judgements() -> None:
    assert ballots([1, 1, 1], ["a", "a", "b"], ["x", "x", "y"]).counts().tolist() == [[2, 1]]


@pytest.mark.parametrize(
    ("columns", "classes", "says"),
    [
        (([1], ["a", "b"], ["x"]), None, "of one length"),
        (([1], ["a"], ["x"]), ["y"], "'x' is not among the classes y"),
        (([1], ["a"], ["x"]), ["x", "x"], "named twice"),
    ],
)
def test_ballots_refuse(columns: tuple[list[object], ...], classes: list[str] | None, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ballots(*columns, classes=classes)


def test_gold_of_items_without_votes_is_left_out() -> None:
    votes = ballots([1, 2], ["a", "a"], ["x", "y"])
    assert gold_codes(votes, {2: "x", 3: "y"}).tolist() == [NO_GOLD, 0]
    assert gold_codes(votes, None).tolist() == [NO_GOLD, NO_GOLD]


def test_gold_of_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="gold label 'z'"):
        gold_codes(ballots([1], ["a"], ["x"]), {1: "z"})


ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=80)


@settings(deadline=None)
@given(rows=ROWS, known=st.dictionaries(st.integers(0, 12), st.integers(0, 3)))
def test_patterns_are_the_distinct_multisets_of_votes(rows: list[tuple[int, int, int]], known: dict[int, int]) -> None:
    """Up to eighty votes an item, so that a pattern does not fit into one packed number."""
    items, annotators, labels = zip(*rows, strict=True)
    votes = ballots(items, annotators, labels, classes=range(4))
    found = patterns(votes, gold_codes(votes, known))
    assert _as_counted(votes, known) == {
        number: (int(found.gold[kind]), sorted(found.cell[found.pattern == kind].tolist()))
        for number, kind in enumerate(found.of_item.tolist())
    }
    assert np.bincount(found.of_item).tolist() == found.items.tolist()
    assert len(found.items) == len({str(each) for each in _as_counted(votes, known).values()})


def _as_counted(votes: Ballots, known: dict[int, int]) -> dict[int, tuple[int, list[int]]]:
    cells = (votes.annotator * 4 + votes.label).tolist()
    return {
        number: (known.get(name, NO_GOLD), sorted(cells[at] for at in np.flatnonzero(votes.item == number)))
        for number, name in enumerate(votes.items)
    }
