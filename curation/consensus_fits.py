"""The ways to a consensus, behind one door: votes in, labels with their probabilities out. Plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.ballot_patterns import patterns
from curation.ballots import NO_GOLD, Ballots, Shares, gold_codes
from curation.consensus import majorities, winners
from curation.dawid_skene import DawidSkene, dawid_skene
from curation.glad import Glad, glad
from curation.soft_labels import judged, marginals_of, rates_of, start

Gold = Mapping[Any, Any]


@dataclass(frozen=True)
class Fit:
    """What one method makes of the votes; None is what it does not estimate.

    `label` [items] is a class or UNDECIDED, `probabilities` [items, classes], `error_rates` [annotators, true class,
    stated class] with `weights` [annotators, true class] as in `DawidSkene`, `marginals` [classes].
    """

    label: NDArray[np.int16]
    probabilities: Shares
    error_rates: Shares
    weights: Shares
    marginals: Shares
    log_likelihood: float | None = None
    rounds: int | None = None
    converged: bool | None = None
    ability: NDArray[np.float64] | None = None
    difficulty: NDArray[np.float64] | None = None


def fit(votes: Ballots, method: str, *, gold: Gold | None = None, quorum: int = 1, smoothing: float = 0.0) -> Fit:
    """By a method of METHODS. `quorum` is read by the majority, `smoothing` by Dawid and Skene.

    A label whose probability another one shares is UNDECIDED. ValueError as the methods have it.
    """
    return METHODS[method](votes, gold, quorum, smoothing)


def _by_majority(votes: Ballots, gold: Gold | None, quorum: int, smoothing: float) -> Fit:
    """Error rates are those against the shares of the votes, the annotator's own among them."""
    known = gold_codes(votes, gold)
    found = patterns(votes, known)
    belief = start(found)
    tables = judged(found, belief)
    label = np.where(known == NO_GOLD, majorities(votes, quorum=quorum).label, known)
    return Fit(
        label,
        belief[found.of_item],
        rates_of(tables).transpose(0, 2, 1),
        tables.sum(axis=1),
        marginals_of(found, belief),
    )


def _by_dawid_skene(votes: Ballots, gold: Gold | None, quorum: int, smoothing: float) -> Fit:
    return _of_model(dawid_skene(votes, gold=gold, smoothing=smoothing))


def _by_glad(votes: Ballots, gold: Gold | None, quorum: int, smoothing: float) -> Fit:
    found = glad(votes, gold=gold)
    return replace(_of_model(found), ability=found.ability, difficulty=found.difficulty)


def _of_model(found: DawidSkene | Glad) -> Fit:
    return Fit(
        winners(found.probabilities),
        found.probabilities,
        found.error_rates,
        found.weights,
        found.marginals,
        found.log_likelihood,
        found.rounds,
        found.converged,
    )


METHODS: Mapping[str, Callable[[Ballots, Gold | None, int, float], Fit]] = {
    "majority": _by_majority,
    "dawid-skene": _by_dawid_skene,
    "glad": _by_glad,
}
