"""What several answers to one question come to. Plain values in, dataclasses out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from curation.ballots import Ballots, Shares

UNDECIDED = -1
SAME = 1e-9  # shares nearer than this are a tie: sums of floats differ in their last bits


@dataclass(frozen=True)
class Outcome:
    """`value` is empty unless settled; `support` of `votes` counted answers say the most frequent one.

    Of answers that were weighed (`curation.adaptive`): how likely the likeliest is, and `soft` of every class.
    """

    state: Literal["open", "settled", "disputed"]
    value: str
    support: int
    votes: int
    probability: float | None = None
    soft: Mapping[str, float] | None = None


def majority(labels: Sequence[str], *, wanted: int, quorum: int = 2) -> Outcome:
    """The label of a strict majority, once `wanted` answers are in and at least `quorum` of them agree.

    With `wanted` below the quorum, all must agree. A tie, or a majority that misses the quorum, is a dispute.
    """
    votes = len(labels)
    value = max(labels, key=labels.count, default="")  # of equals the first
    support = labels.count(value)
    if votes < wanted or not labels:
        return Outcome("open", "", support, votes)
    if support * 2 > votes and support >= min(quorum, wanted):
        return Outcome("settled", value, support, votes)
    return Outcome("disputed", "", support, votes)


@dataclass(frozen=True)
class Majority:
    """`label` [items] is the class most often given, UNDECIDED where it has a tie or misses the quorum.

    `support` of `votes` judgements give it (or each of those in the tie). `shares` [items, classes] are the soft
    labels: what part of an item's judgements says each class, 0 throughout where it has none.
    """

    label: NDArray[np.int16]
    support: NDArray[np.int64]
    votes: NDArray[np.int64]
    shares: Shares


def majorities(ballots: Ballots, *, quorum: int = 1) -> Majority:
    """Of every item at once; the most frequent label need not have more than half of the judgements.

    ValueError for a quorum below 1 or no class.
    """
    if quorum < 1 or not ballots.labels:
        raise ValueError("a label needs a judgement, and there must be a class")
    counts = ballots.counts()
    votes, support = counts.sum(axis=1), counts.max(axis=1)
    return Majority(most_frequent(counts, quorum), support, votes, counts / np.maximum(votes, 1)[:, np.newaxis])


def most_frequent(counts: NDArray[Any], quorum: int) -> NDArray[np.int16]:
    """Of votes counted by class, one row a case."""
    return np.where(counts.max(axis=1) >= quorum, winners(counts), UNDECIDED).astype(np.int16)


def winners(shares: NDArray[Any]) -> NDArray[np.int16]:
    """[items]: the one greatest column of each row; UNDECIDED where two are as great."""
    most = shares.max(axis=1)
    tied = np.count_nonzero(shares >= (most - SAME)[:, np.newaxis], axis=1) > 1
    return np.where(tied, UNDECIDED, shares.argmax(axis=1)).astype(np.int16)
