"""What the models of consensus have in common: where they start, what gold does, how beliefs become error rates.

A belief is [patterns, classes]: how probable each class is for the items of each pattern.
"""

import numpy as np
from numpy.typing import NDArray

from curation.ballot_patterns import Patterns
from curation.ballots import NO_GOLD, Shares


def start(found: Patterns) -> Shares:
    """The shares of the votes, gold at 1; without a vote every class alike."""
    counts = found.label_counts()
    votes = counts.sum(axis=1, keepdims=True)
    return clamp(found, np.where(votes > 0, counts / np.maximum(votes, 1), 1 / found.classes))


def clamp(found: Patterns, belief: Shares) -> Shares:
    """`belief` itself, with gold at 1."""
    known = np.flatnonzero(found.gold != NO_GOLD)
    belief[known] = 0
    belief[known, found.gold[known]] = 1
    return belief


def marginals_of(found: Patterns, belief: Shares) -> Shares:
    """[classes]: the mean belief of all items, to which each class's share comes."""
    return np.asarray(found.items @ belief / found.items.sum())


def judged(found: Patterns, belief: Shares) -> Shares:
    """[annotators, stated, true]: how many such judgements each is expected to have given."""
    weight = belief * found.items[:, np.newaxis]
    cells = found.annotators * found.classes
    tables = np.empty((cells, found.classes))
    for k, column in enumerate(weight.T):
        tables[:, k] = np.bincount(found.cell, column[found.pattern], cells)
    return tables.reshape(found.annotators, found.classes, found.classes)


def rates_of(tables: Shares, smoothing: float = 0.0) -> Shares:
    """[annotators, stated, true]: of each true class what is stated, in all 1; of nothing, uniform."""
    smoothed = tables + smoothing
    total = smoothed.sum(axis=1, keepdims=True)
    return np.where(total > 0, smoothed / np.where(total > 0, total, 1), 1 / tables.shape[1])


def posterior(found: Patterns, joint: NDArray[np.float64]) -> tuple[Shares, float]:
    """Of log P(votes, class) [patterns, classes]: P(class | votes) and the log-likelihood; gold counts as seen."""
    most = joint.max(axis=1, keepdims=True)
    belief = np.exp(joint - most)
    total = belief.sum(axis=1, keepdims=True)
    belief /= total
    each = most[:, 0] + np.log(total[:, 0])
    known = np.flatnonzero(found.gold != NO_GOLD)
    each[known] = joint[known, found.gold[known]]
    return clamp(found, belief), float(found.items @ each)


def settled(trace: list[float], before: Shares, after: Shares, tolerance: float) -> bool:
    """No probability moved by more than `tolerance`, and the objective by no more than that part of itself."""
    if len(trace) < 2:
        return False
    still = abs(trace[-1] - trace[-2]) <= tolerance * max(abs(trace[-2]), 1)
    return still and float(np.abs(after - before).max()) <= tolerance
