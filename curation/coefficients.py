"""Agreement of any number of annotators, also unequal ones: percent, Fleiss' κ, Gwet's AC1, Scott's π.

Each coefficient has a function of (patterns, times) → values, where `times` is [..., patterns]: the items seen, or
any number of resamples of them; what cannot be estimated there is NaN. Its figure adds the interval and the reasons.
"""

from collections.abc import Callable

import numpy as np

from curation.figure import Figure, linearised, none, share
from curation.patterns import Floats, Patterns

NO_ITEMS = "no item was answered by two"
ONE_LABEL = "all votes are for one and the same label, so chance alone would agree"
ONE_CLASS = "there is only one class, so there is nothing to disagree about"


def percent(patterns: Patterns, times: Floats) -> Floats:
    """The mean over items of the share of their pairs of votes that agree (P̄ of Fleiss 1971).

    An item counts once, however many votes it has. Items with one vote are left out.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(times @ _agreeing(patterns) / (times @ patterns.paired))


def fleiss_kappa(patterns: Patterns, times: Floats) -> Floats:
    """(P̄ − p_e) / (1 − p_e), with p_e the sum over classes of squared shares, see `label_shares`.

    Fleiss, J. L. (1971): Measuring nominal scale agreement among many raters. Psychological Bulletin 76(5), 378–382.
    For unequal numbers of votes as Gwet, K. L. (2014): Handbook of Inter-Rater Reliability, 4th ed., section 2.4.
    """
    return _chance_corrected(percent(patterns, times), _fleiss_chance(label_shares(patterns, times)))


def gwet_ac1(patterns: Patterns, times: Floats) -> Floats:
    """(P̄ − p_e) / (1 − p_e), with p_e the sum of π (1 − π) over the q classes, divided by q − 1 (Gwet 2008)."""
    return _chance_corrected(percent(patterns, times), _gwet_chance(label_shares(patterns, times)))


def scott_pi(patterns: Patterns, times: Floats) -> Floats:
    """Scott's π of all comparisons of two votes, pooled.

    Scott, W. A. (1955): Reliability of content analysis. Public Opinion Quarterly 19(3), 321–325. With two annotators
    it is his; with more, an item weighs as many times as its votes can be compared (with equal numbers of votes
    that is Fleiss' κ).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        comparisons = times @ _comparisons(patterns)
        shares = patterns.by_label(times * (patterns.votes - 1)) / comparisons[..., None]
        return _chance_corrected(times @ patterns.same / comparisons, _fleiss_chance(shares))


def label_shares(patterns: Patterns, times: Floats) -> Floats:
    """[..., classes]: the mean over all items, also those with one vote, of a label's share of the item's votes."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(patterns.by_label(times / patterns.votes) / times.sum(axis=-1)[..., None])


def percent_figure(patterns: Patterns) -> Figure:
    """Linearised as a ratio; where no item differs from another, the items are trials and Wilson's interval holds."""
    if not patterns.n:
        return none(NO_ITEMS)
    value = _value(percent, patterns)
    if value in (0, 1):
        return share(round(value * patterns.n), patterns.n, NO_ITEMS)
    return linearised(value, _percent_moves(patterns, value), patterns.times, patterns.n, 0.0)


def fleiss_kappa_figure(patterns: Patterns) -> Figure:
    if reason := _missing(patterns):
        return none(reason, patterns.n)
    value, shares = _value(fleiss_kappa, patterns), label_shares(patterns, patterns.seen)
    moves = 2 * (patterns.by_item(shares) / patterns.votes - float(shares @ shares))
    return _figure(value, patterns, moves, float(_fleiss_chance(shares)))


def gwet_ac1_figure(patterns: Patterns) -> Figure:
    if not patterns.n:
        return none(NO_ITEMS)
    if patterns.classes < 2:
        return none(ONE_CLASS, patterns.n)
    value, shares = _value(gwet_ac1, patterns), label_shares(patterns, patterns.seen)
    moves = -2 * (patterns.by_item(shares) / patterns.votes - float(shares @ shares)) / (patterns.classes - 1)
    return _figure(value, patterns, moves, float(_gwet_chance(shares)))


def scott_pi_figure(patterns: Patterns) -> Figure:
    if not patterns.n:
        return none(NO_ITEMS)
    compared = _comparisons(patterns)
    total = float(patterns.times @ compared)
    shares = patterns.by_label(patterns.times * (patterns.votes - 1.0)) / total
    if np.count_nonzero(shares) < 2:
        return none(ONE_LABEL, patterns.n)
    found, chance = float(patterns.times @ patterns.same) / total, float(_fleiss_chance(shares))
    value = (found - chance) / (1 - chance)
    scale = patterns.items / total
    seen = scale * (patterns.same - found * compared)
    moves = 2 * scale * ((patterns.votes - 1) * patterns.by_item(shares) - chance * compared)
    return _linearised(value, patterns, (seen - (1 - value) * moves) / (1 - chance))


def _value(coefficient: Callable[[Patterns, Floats], Floats], patterns: Patterns) -> float:
    return float(coefficient(patterns, patterns.seen))


def _missing(patterns: Patterns) -> str:
    if not patterns.n:
        return NO_ITEMS
    return ONE_LABEL if len(np.unique(patterns.label)) < 2 else ""


def _figure(value: float, patterns: Patterns, chance_moves: Floats, chance: float) -> Figure:
    """Of a coefficient whose p_e moves by `chance_moves` with an item."""
    found = _value(percent, patterns)
    moves = _percent_moves(patterns, found) - (1 - value) * chance_moves
    return _linearised(value, patterns, moves / (1 - chance))


def _linearised(value: float, patterns: Patterns, moves: Floats) -> Figure:
    return linearised(value, moves, patterns.times, patterns.n, -1.0)


def _percent_moves(patterns: Patterns, value: float) -> Floats:
    return patterns.items / patterns.n * patterns.paired * (_agreeing(patterns) - value)


def _comparisons(patterns: Patterns) -> Floats:
    """[patterns]: ordered pairs of two votes."""
    return (patterns.votes * (patterns.votes - 1)).astype(np.float64)


def _agreeing(patterns: Patterns) -> Floats:
    """[patterns]: the share of an item's pairs of votes that agree; 0 where it has one vote."""
    return patterns.same / np.maximum(_comparisons(patterns), 1)


def _fleiss_chance(shares: Floats) -> Floats:
    return np.asarray((shares**2).sum(axis=-1))


def _gwet_chance(shares: Floats) -> Floats:
    return np.asarray((shares * (1 - shares)).sum(axis=-1) / (shares.shape[-1] - 1))


def _chance_corrected(found: Floats, chance: Floats) -> Floats:
    """NaN where chance is certain to agree, but for rounding."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(1 - chance > 1e-12, (found - chance) / (1 - chance), np.nan))
