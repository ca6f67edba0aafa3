"""Labels where items differ in difficulty and annotators in ability. Plain values in, dataclasses out.

Whitehill, J., Ruvolo, P., Wu, T., Bergsma, J. and Movellan, J. (2009): Whose vote should count more: optimal
integration of labels from labelers of unknown expertise. Advances in Neural Information Processing Systems 22. An
annotator of ability α is right about an item of difficulty 1/β with probability σ(α·β), and wrong in each other way
alike: (1 − σ(α·β)) / (classes − 1). Priors as theirs: α and log β normal with mean 1 and variance 1. They take the
shares of the classes as given; here these are the mean shares of the votes. Estimated along with the rest, they drift
to the frequent classes, and of simulated items fewer came out right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.ballot_patterns import Patterns, patterns
from curation.ballots import Ballots, Shares, gold_codes
from curation.soft_labels import judged, marginals_of, posterior, rates_of, settled, start

TOLERANCE = 1e-5
MOST_ROUNDS = 1_000
PRIOR_MEAN = 1.0
HALVINGS = 12

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Glad:
    """As a fit of Dawid and Skene, and `ability` [annotators] (0 guesses, below 0 misleads), `difficulty` [items] > 0.

    `error_rates` and `marginals` are what the probabilities come to, not parameters. `trace` is the log of likelihood
    times priors after each round (without the constants of the priors); it never falls.
    """

    probabilities: Shares
    error_rates: Shares
    marginals: Shares
    log_likelihood: float
    rounds: int
    converged: bool
    weights: Shares
    ability: Numbers
    difficulty: Numbers
    trace: tuple[float, ...] = ()


def glad(
    ballots: Ballots,
    *,
    gold: Mapping[Any, Any] | None = None,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
) -> Glad:
    """By EM from the shares of the votes; items with the same votes have the same difficulty, so patterns do.

    In the M step the abilities rise by one Newton step, then the difficulties by one of Fisher scoring, each halved
    until its part of the objective does not fall: that is generalised EM. Stops and holds gold as `dawid_skene` does.
    ValueError without votes, for gold of an unknown class and for no round.
    """
    if not len(ballots.item) or most_rounds < 1:
        raise ValueError("no votes" if most_rounds >= 1 else "there must be a round")
    found = patterns(ballots, gold_codes(ballots, gold))
    model, belief = Model(found), start(found)
    given, trace, converged = marginals_of(found, belief), list[float](), False
    while not converged and len(trace) < most_rounds:
        model.learn(belief)
        before, (belief, likelihood) = belief, posterior(found, model.joint(given))
        trace.append(likelihood + model.prior())
        converged = settled(trace, before, belief, tolerance)
    tables = judged(found, belief)
    return Glad(
        belief[found.of_item],
        np.ascontiguousarray(rates_of(tables).transpose(0, 2, 1)),
        marginals_of(found, belief),
        likelihood,
        len(trace),
        converged,
        tables.sum(axis=1),
        model.ability,
        np.exp(-model.ease[found.of_item]),
        tuple(trace),
    )


class Model:
    """The parameters while they are learnt: `ability` [annotators] is α, `ease` [patterns] is log β."""

    def __init__(self, found: Patterns) -> None:
        self.found = found
        self.who, self.said = np.divmod(found.cell, found.classes)
        self.times = found.items[found.pattern]
        self.ability = np.full(found.annotators, PRIOR_MEAN)
        self.ease = np.full(len(found.items), PRIOR_MEAN)

    def learn(self, belief: Shares) -> None:
        """Both M steps; `right` is how probable it is that a vote is right."""
        right = belief[self.found.pattern, self.said]
        self._learn_ability(right)
        self._learn_ease(right)

    def _learn_ability(self, right: Numbers) -> None:
        """Logistic regression without intercept, one an annotator, each strictly concave."""
        beta = np.exp(self.ease)[self.found.pattern]
        sure = sigmoid(self.ability[self.who] * beta)
        slope = self._by_annotator((right - sure) * beta) - (self.ability - PRIOR_MEAN)
        bend = self._by_annotator(sure * (1 - sure) * beta**2) + 1

        def objective(ability: Numbers) -> Numbers:
            fit = expected(right, ability[self.who] * beta)
            return self._by_annotator(fit) - (ability - PRIOR_MEAN) ** 2 / 2

        self.ability = climb(self.ability, slope / bend, objective)

    def _learn_ease(self, right: Numbers) -> None:
        """Of each pattern alone, as of one item that has it. In log β it is not concave: hence Fisher's information."""
        alpha = self.ability[self.who]
        margin = alpha * np.exp(self.ease)[self.found.pattern]
        sure = sigmoid(margin)
        slope = self._by_pattern((right - sure) * margin) - (self.ease - PRIOR_MEAN)
        bend = self._by_pattern(sure * (1 - sure) * margin**2) + 1

        def objective(ease: Numbers) -> Numbers:
            fit = expected(right, alpha * np.exp(ease)[self.found.pattern])
            return self._by_pattern(fit) - (ease - PRIOR_MEAN) ** 2 / 2

        self.ease = climb(self.ease, slope / bend, objective)

    def joint(self, marginals: Shares) -> Numbers:
        """log P(votes, class) [patterns, classes]: all votes wrong, and each right one puts that right."""
        found, others = self.found, np.log(max(self.found.classes - 1, 1))
        margin = self.ability[self.who] * np.exp(self.ease)[found.pattern]
        wrong = self._by_pattern(log_sigmoid(-margin) - others)
        key = found.pattern * found.classes + self.said
        right = np.bincount(key, margin + others, len(found.items) * found.classes).reshape(-1, found.classes)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(marginals) + wrong[:, np.newaxis] + right)

    def prior(self) -> float:
        return -float(((self.ability - PRIOR_MEAN) ** 2).sum() + self.found.items @ (self.ease - PRIOR_MEAN) ** 2) / 2

    def _by_annotator(self, votes: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.who, self.times * votes, self.found.annotators), dtype=np.float64)

    def _by_pattern(self, votes: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.found.pattern, votes, len(self.found.items)), dtype=np.float64)


def climb(place: Numbers, step: Numbers, objective: Callable[[Numbers], Numbers]) -> Numbers:
    """From `place` by `step`, halved for each parameter until its objective does not fall; else it stays."""
    floor, step = objective(place), step.copy()
    for _ in range(HALVINGS):
        fell = ~(objective(place + step) >= floor)
        if not fell.any():
            return place + step
        step[fell] /= 2
    step[fell] = 0
    return place + step


def expected(right: Numbers, margin: Numbers) -> Numbers:
    """The expected log-likelihood of each vote, but for the choice among wrong labels."""
    return right * log_sigmoid(margin) + (1 - right) * log_sigmoid(-margin)


def sigmoid(x: Numbers) -> Numbers:
    return np.asarray(np.exp(log_sigmoid(x)))


def log_sigmoid(x: Numbers) -> Numbers:
    return np.asarray(-np.logaddexp(0, -x))
