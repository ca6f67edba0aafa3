import numpy as np
import pytest

from curation.ballots import Ballots, ballots
from curation.consensus import UNDECIDED, majorities, majority, winners

ROWS = [  # item, annotator, label
    *[(1, "a", "x"), (1, "b", "x"), (1, "c", "y")],
    *[(2, "a", "x"), (2, "b", "y")],
    *[(3, "a", "z"), (3, "b", "z"), (3, "c", "x"), (3, "d", "y")],
    *[(4, "a", "y")],
]


def votes() -> Ballots:
    items, annotators, labels = zip(*ROWS, strict=True)
    return ballots(items, annotators, labels)


def test_majorities_by_hand() -> None:
    found = majorities(votes())
    assert found.label.tolist() == [0, UNDECIDED, 2, 1]
    assert found.support.tolist() == [2, 1, 2, 1]
    assert found.votes.tolist() == [3, 2, 4, 1]
    assert found.shares == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5], [0, 1, 0]]))


def test_a_quorum_leaves_out_labels_with_too_few_votes() -> None:
    assert majorities(votes(), quorum=2).label.tolist() == [0, UNDECIDED, 2, UNDECIDED]
    assert majorities(votes(), quorum=3).label.tolist() == [UNDECIDED] * 4


def test_repeated_rows_count_each() -> None:
    assert majorities(ballots([1, 1, 1], ["a", "a", "b"], ["x", "x", "y"])).label.tolist() == [0]


def test_an_item_without_votes_is_undecided() -> None:
    """As of votes that were thinned out."""
    whole = votes()
    thin = Ballots(whole.item[:3], whole.annotator[:3], whole.label[:3], whole.items, whole.annotators, whole.labels)
    found = majorities(thin)
    assert found.label.tolist() == [0, UNDECIDED, UNDECIDED, UNDECIDED]
    assert found.shares[3].tolist() == [0, 0, 0]


def test_no_quorum_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a judgement"):
        majorities(votes(), quorum=0)


def test_winners_are_alone_at_the_top() -> None:
    shares = np.array([[0.5, 0.5 - 1e-12], [0.6, 0.4], [0.2, 0.8], [0, 0]])
    assert winners(shares).tolist() == [UNDECIDED, 0, 1, UNDECIDED]


@pytest.mark.parametrize(
    ("labels", "wanted", "state", "value"),
    [
        ("", 3, "open", ""),
        ("xx", 3, "open", ""),
        ("xxy", 3, "settled", "x"),
        ("xxyy", 4, "disputed", ""),
        ("xxyz", 4, "disputed", ""),
        ("x", 1, "settled", "x"),
    ],
)
def test_settling_wants_more_than_half_and_a_quorum(labels: str, wanted: int, state: str, value: str) -> None:
    found = majority(list(labels), wanted=wanted)
    assert (found.state, found.value) == (state, value)
