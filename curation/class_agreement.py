"""How far annotators agree on each class: specific agreement, and the κ of the class against all others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.coefficients import NO_ITEMS, label_shares
from curation.figure import Figure, from_squares, none
from curation.patterns import Floats, Patterns, summed

NOBODY = "nobody gave this label"
ALONE = "no vote for this label met another vote"
EVERYBODY = "every vote is for this label, so chance alone would agree"


@dataclass(frozen=True)
class ClassAgreement:
    """`votes` are for this class. `specific`: of an annotator who said it, the chance that another said it too.

    Specific (positive) agreement: Cicchetti, D. V. & Feinstein, A. R. (1990): High agreement but low kappa II.
    Journal of Clinical Epidemiology 43(6), 551–558; pooled over comparisons for any number of votes. `kappa`: Fleiss'
    κ with all other classes as one (Fleiss 1971, the κ_j there). `specific.n` counts the items of two votes or more
    on which somebody said it; `kappa.n` all items of two votes or more.
    """

    votes: int
    specific: Figure
    kappa: Figure


def class_agreement(patterns: Patterns) -> list[ClassAgreement]:
    """By code of label."""
    votes = _sums(patterns, patterns.count)
    both = zip(votes.astype(np.int64).tolist(), _specific(patterns), _kappas(patterns), strict=True)
    return [ClassAgreement(*one) for one in both]


def _sums(patterns: Patterns, of_cell: NDArray[Any]) -> Floats:
    """[classes]: sums over all items of a value of the cells."""
    return summed(patterns.label, patterns.times[patterns.pattern] * of_cell, patterns.classes)


def _specific(patterns: Patterns) -> list[Figure]:
    others = patterns.votes[patterns.pattern] - 1
    met, same = patterns.count * others, patterns.count * (patterns.count - 1)
    comparisons = _sums(patterns, met)
    with np.errstate(invalid="ignore"):
        values = _sums(patterns, same) / comparisons
    squares = _sums(patterns, (same - values[patterns.label] * met) ** 2.0)
    seen = _sums(patterns, others > 0)
    said = np.bincount(patterns.label, minlength=patterns.classes)
    n = patterns.n
    return [
        from_squares(float(value), float(square) * (n / total) ** 2, n, int(items), 0.0)
        if total
        else none((ALONE if some else NOBODY) if n else NO_ITEMS)
        for value, square, total, items, some in zip(values, squares, comparisons, seen, said, strict=True)
    ]


def _kappas(patterns: Patterns) -> list[Figure]:
    """κ = 1 − D / (2 π (1 − π)), where D is the mean over items of the pairs of votes that differ about the class."""
    if not patterns.n:
        return [none(NO_ITEMS)] * patterns.classes
    n, items = patterns.n, patterns.items
    votes, paired = patterns.votes[patterns.pattern], patterns.paired[patterns.pattern]
    apart = 2 * patterns.count * (votes - patterns.count) / np.maximum(votes * (votes - 1), 1)
    differing = _sums(patterns, apart) / n
    share = label_shares(patterns, patterns.seen)
    chance = 2 * share * (1 - share)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = differing / chance
        scale, pull = items / n / chance, rest * (2 - 4 * share) / chance  # how 1 − κ moves with D and with π
        own = (scale * -differing)[patterns.label] * paired + scale[patterns.label] * apart
        own -= pull[patterns.label] * (patterns.count / votes - share[patterns.label])
        # items on which nobody said it all move it alike, those of two votes and those of one
        silent = -scale * differing + pull * share, pull * share
        seen = _sums(patterns, paired), _sums(patterns, ~paired)
        squares = _sums(patterns, own**2)
        squares += (n - seen[0]) * silent[0] ** 2 + (items - n - seen[1]) * silent[1] ** 2
    said = np.bincount(patterns.label, minlength=patterns.classes)
    only = np.count_nonzero(said) == 1
    return [
        none((EVERYBODY if some else NOBODY), n)
        if not some or only
        else from_squares(float(1 - one), float(square), items, n, -1.0)
        for one, square, some in zip(rest, squares, said, strict=True)
    ]
