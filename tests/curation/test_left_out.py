"""What others make of an item: computed by hand on a small table."""

import numpy as np
import pytest

from curation.ballots import ballots
from curation.dawid_skene import DawidSkene, dawid_skene
from curation.left_out import chances_without, priors
from curation.spamming import NOTHING

RATES = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.7, 0.3], [0.4, 0.6]]])


def fit() -> DawidSkene:
    soft = np.array([[0.75, 0.25], [0.25, 0.75]])
    return DawidSkene(soft, RATES, np.array([0.6, 0.4]), 0.0, 1, True, np.ones((2, 2)))


def test_ones_own_vote_is_left_out() -> None:
    votes = ballots([1, 1, 2], ["ann", "bob", "ann"], ["x", "y", "y"])
    nothing = np.array([NOTHING, NOTHING])
    without_ann = chances_without(votes, fit(), nothing, votes.annotators.index("ann"))
    assert without_ann[0] == pytest.approx([0.6 * 0.3 / (0.6 * 0.3 + 0.4 * 0.6), 0.4 * 0.6 / (0.6 * 0.3 + 0.4 * 0.6)])
    assert without_ann[1] == pytest.approx([0.6, 0.4])
    without_bob = chances_without(votes, fit(), nothing, votes.annotators.index("bob"))
    assert without_bob[0] == pytest.approx([0.6 * 0.9 / (0.6 * 0.9 + 0.4 * 0.2), 0.4 * 0.2 / (0.6 * 0.9 + 0.4 * 0.2)])


def test_what_is_claimed_is_a_prior_as_good_as_it_proves_to_be() -> None:
    found = priors(fit(), np.array([0, NOTHING]))
    assert found[0] == pytest.approx([(0.75 + 2 * 0.6) / 3, (0.25 + 2 * 0.4) / 3])
    assert found[1] == pytest.approx([0.6, 0.4])


def test_changing_ones_votes_changes_nothing_of_what_others_make_of_them() -> None:
    names = ["ann", "bob", "cat"] * 4
    said = ["x", "x", "y", "y", "y", "y", "x", "x", "x", "y", "x", "y"]
    votes = ballots(sorted([1, 2, 3, 4] * 3), names, said)
    fitted = dawid_skene(votes, smoothing=0.25)
    other = ballots(
        sorted([1, 2, 3, 4] * 3), names, ["y" if n == "ann" else s for n, s in zip(names, said, strict=True)]
    )
    nothing = np.full(4, NOTHING)
    assert chances_without(votes, fitted, nothing, 0) == pytest.approx(chances_without(other, fitted, nothing, 0))
