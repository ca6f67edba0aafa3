"""What is true of each item in the eyes of everybody but one annotator: what that one's answers are held against."""

from collections.abc import Mapping

import numpy as np

from curation.ballots import Ballots
from curation.dawid_skene import DawidSkene
from curation.spamming import NOTHING, Floats, Ints

SMOOTHING = 0.25  # judgements in each cell of an annotator's table beforehand: nobody is infallible after ten answers
PRIOR = 2.0  # items' worth of the classes' own shares, in what a claim is taken to say


def priors(fit: DawidSkene, claimed: Ints) -> Floats:
    """[items, classes]: how often each class is the true one where this is claimed; a claim is often right."""
    found = np.tile(fit.marginals, (len(claimed), 1))
    for said in np.unique(claimed[claimed != NOTHING]):
        seen = fit.probabilities[claimed == said].sum(axis=0) + PRIOR * fit.marginals
        found[claimed == said] = seen / seen.sum()
    return found


def chances_without(ballots: Ballots, fit: DawidSkene, claimed: Ints, annotator: int) -> Floats:
    """[items, classes]: the posterior from the votes of all others (Dawid and Skene 1979); `claimed` is [items].

    Who has only one's own vote to go by has what is usual of such a claim.
    """
    logs = np.log(np.maximum(priors(fit, claimed), 1e-12))
    others = ballots.annotator != annotator
    rates = np.log(np.maximum(fit.error_rates, 1e-12))
    np.add.at(logs, ballots.item[others], rates[ballots.annotator[others], :, ballots.label[others]])
    chances: Floats = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Floats = chances / chances.sum(axis=1, keepdims=True)
    return shares


def with_gold(chances: Floats, truths: Mapping[int, int]) -> Floats:
    """What is known of an item (place: class) goes before what others said of it."""
    known = chances.copy()
    for place, true in truths.items():
        known[place] = np.eye(chances.shape[1])[true]
    return known
