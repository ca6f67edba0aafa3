"""Labels and each annotator's error rates, estimated from the votes alone. Plain values in, dataclasses out.

Dawid, A. P. and Skene, A. M. (1979): Maximum likelihood estimation of observer error-rates using the EM algorithm.
Journal of the Royal Statistical Society C 28(1), 20–28. doi:10.2307/2346806. Every item has one true class; annotator
a states l of an item of class k with probability θ[a, k, l], each judgement independent of the others given the class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.ballot_patterns import Patterns, patterns
from curation.ballots import NO_GOLD, Ballots, Shares, gold_codes

TOLERANCE = 1e-6
MOST_ROUNDS = 1_000


@dataclass(frozen=True)
class DawidSkene:
    """`probabilities` [items, classes] are the soft labels, `marginals` [classes] the share of each class,
    `error_rates` [annotators, true class, stated class], whose rows sum to 1.

    `weights` [annotators, true class] says how many judgements an annotator is expected to have given of items of that
    class: where it is 0 the row of rates is uniform, which is to say unknown. `trace` is the objective after each
    round, in nats: the log-likelihood, with smoothing less its penalty; it never falls. `log_likelihood` is without
    penalty.
    """

    probabilities: Shares
    error_rates: Shares
    marginals: Shares
    log_likelihood: float
    rounds: int
    converged: bool
    weights: Shares
    trace: tuple[float, ...] = ()


def dawid_skene(
    ballots: Ballots,
    *,
    gold: Mapping[Any, Any] | None = None,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
    smoothing: float = 0.0,
) -> DawidSkene:
    """By EM from the shares of the votes, over the distinct patterns of votes, in log space.

    Converged when in one round no probability moved by more than `tolerance` and the objective rose by no more than
    `tolerance` of itself (of 1, where it is nearer to 0). `gold` maps items to their known class: its probability is
    held at 1 and the votes on it tell of the annotators. `smoothing` adds as many imagined judgements to every cell of
    an annotator's table, which makes the estimate the maximum of the likelihood times a Dirichlet(1 + smoothing) prior
    of each row.
    ValueError without votes, for gold of an unknown class, negative smoothing and no round.
    """
    if not len(ballots.item):
        raise ValueError("no votes")
    if smoothing < 0 or most_rounds < 1:
        raise ValueError("smoothing must not be negative, and there must be a round")
    found = patterns(ballots, gold_codes(ballots, gold))
    belief, trace, converged = start(found), list[float](), False
    while not converged and len(trace) < most_rounds:
        tables = judged(found, belief)
        rates, marginals = rates_of(tables, smoothing), found.items @ belief / found.items.sum()
        before, (belief, likelihood) = belief, expect(found, rates, marginals)
        trace.append(likelihood + penalty(rates, smoothing))
        converged = settled(trace, before, belief, tolerance)
    return DawidSkene(
        belief[found.of_item],
        np.ascontiguousarray(rates.transpose(0, 2, 1)),
        marginals,
        likelihood,
        len(trace),
        converged,
        tables.sum(axis=1),
        tuple(trace),
    )


def start(found: Patterns) -> Shares:
    """[patterns, classes]: the shares of the votes, gold at 1; without a vote every class alike."""
    counts = found.label_counts()
    votes = counts.sum(axis=1, keepdims=True)
    return clamp(found, np.where(votes > 0, counts / np.maximum(votes, 1), 1 / found.classes))


def clamp(found: Patterns, belief: Shares) -> Shares:
    known = np.flatnonzero(found.gold != NO_GOLD)
    belief[known] = 0
    belief[known, found.gold[known]] = 1
    return belief


def judged(found: Patterns, belief: Shares) -> Shares:
    """[annotators, stated, true]: expected judgements, the sufficient statistic of the M step (their eq. 2.3)."""
    weight = belief * found.items[:, np.newaxis]
    cells = found.annotators * found.classes
    tables = np.empty((cells, found.classes))
    for k, column in enumerate(weight.T):
        tables[:, k] = np.bincount(found.cell, column[found.pattern], cells)
    return tables.reshape(found.annotators, found.classes, found.classes)


def rates_of(tables: Shares, smoothing: float = 0.0) -> Shares:
    """[annotators, stated, true]: each true class's column sums to 1; of nothing, uniform."""
    smoothed = tables + smoothing
    total = smoothed.sum(axis=1, keepdims=True)
    return np.where(total > 0, smoothed / np.where(total > 0, total, 1), 1 / tables.shape[1])


def expect(found: Patterns, rates: Shares, marginals: Shares) -> tuple[Shares, float]:
    """The E step (their eq. 2.5): probabilities [patterns, classes] and the log-likelihood of all items."""
    with np.errstate(divide="ignore"):
        log_rates = np.log(rates).reshape(-1, found.classes)
        log_marginals = np.log(marginals)
    sums = [
        np.bincount(found.pattern, column[found.cell], len(found.items)) + log_marginal
        for column, log_marginal in zip(log_rates.T, log_marginals, strict=True)
    ]
    return posterior(found, np.stack(sums, axis=1))


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


def penalty(rates: Shares, smoothing: float) -> float:
    """The logarithm of the prior, but for its constant."""
    return smoothing * float(np.log(rates).sum()) if smoothing else 0.0


def settled(trace: list[float], before: Shares, after: Shares, tolerance: float) -> bool:
    if len(trace) < 2:
        return False
    still = abs(trace[-1] - trace[-2]) <= tolerance * max(abs(trace[-2]), 1)
    return still and float(np.abs(after - before).max()) <= tolerance
