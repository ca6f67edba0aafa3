"""Labels and each annotator's error rates, estimated from the votes alone. Plain values in, dataclasses out.

Dawid, A. P. and Skene, A. M. (1979): Maximum likelihood estimation of observer error-rates using the EM algorithm.
Journal of the Royal Statistical Society C 28(1), 20–28. doi:10.2307/2346806. Every item has one true class; annotator
a states l of an item of class k with probability θ[a, k, l], each judgement independent of the others given the class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.ballot_patterns import Patterns, patterns
from curation.ballots import Ballots, Shares, gold_codes
from curation.soft_labels import judged, marginals_of, posterior, rates_of, settled, start

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
        tables = judged(found, belief)  # the M step, their eq. 2.3 and 2.4
        rates, marginals = rates_of(tables, smoothing), marginals_of(found, belief)
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


def penalty(rates: Shares, smoothing: float) -> float:
    """The logarithm of the prior, but for its constant."""
    return smoothing * float(np.log(rates).sum()) if smoothing else 0.0
