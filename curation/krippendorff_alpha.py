"""Krippendorff's α: nominal, ordinal, interval, with any votes missing.

Krippendorff, K. (2011): Computing Krippendorff's alpha-reliability. α = 1 − D_o / D_e over the values that can be
paired: an item with one vote takes no part. Ordinal distance is interval distance between midranks, since the sum of
the frequencies between two classes is the difference of their midranks; so coincidences need never be tabulated.
"""

from typing import Literal

import numpy as np

from curation.coefficients import NO_ITEMS, ONE_LABEL
from curation.figure import Figure, linearised, none
from curation.patterns import Floats, Patterns

Level = Literal["nominal", "ordinal", "interval"]


def alpha(patterns: Patterns, times: Floats, level: Level = "nominal", places: Floats | None = None) -> Floats:
    """[..., patterns] → [...], NaN where there is nothing to pair or one label alone.

    `places` [classes] are the numbers of an interval scale; of ordinal classes the codes are in their order.
    """
    times = np.asarray(times * patterns.paired)
    labels = patterns.by_label(times)
    n = labels.sum(axis=-1)
    if level == "nominal":
        found, chance = times @ _differing(patterns), n**2 - (labels**2).sum(axis=-1)
    else:
        at = _centred(_midranks(labels) if level == "ordinal" else np.asarray(places), labels)
        found = (times * _spread(patterns, at)).sum(axis=-1)
        chance = 2 * (n * (labels * at**2).sum(axis=-1) - (labels * at).sum(axis=-1) ** 2)
    some = np.count_nonzero(labels, axis=-1) > 1
    return np.asarray(np.where(some, 1 - (n - 1) * found / np.where(some, chance, 1), np.nan))


def alpha_figure(patterns: Patterns, level: Level, places: Floats | None = None) -> Figure:
    if not patterns.n:
        return none(NO_ITEMS)
    times = patterns.seen * patterns.paired
    labels = patterns.by_label(times)
    if np.count_nonzero(labels) < 2:
        return none(ONE_LABEL, patterns.n)
    value = float(alpha(patterns, times, level, places))
    moves = _nominal_moves(patterns, labels, value)
    if level != "nominal":
        moves = _metric_moves(patterns, times, labels, value, level, places)
    pairable = np.where(patterns.paired, patterns.times, 0)
    return linearised(value, patterns.n * moves * patterns.paired, pairable, patterns.n, -1.0)


def _nominal_moves(patterns: Patterns, labels: Floats, value: float) -> Floats:
    """[patterns]: how α moves with an item more; the factor n − 1 is taken as known."""
    n = labels.sum()
    chance = n**2 - labels @ labels
    chance_moves = 2 * (n * patterns.votes - patterns.by_item(labels))
    return _moves(patterns, _differing(patterns), chance, chance_moves, value, n)


def _metric_moves(
    patterns: Patterns, times: Floats, labels: Floats, value: float, level: Level, places: Floats | None
) -> Floats:
    n = labels.sum()
    at = _centred(_midranks(labels) if level == "ordinal" else np.asarray(places), labels)
    first, second = labels @ at, labels @ at**2
    sums = patterns.by_item(at)
    found_moves = _spread(patterns, at)
    chance_moves = 2 * (patterns.votes * second + n * patterns.by_item(at**2) - 2 * first * sums)
    if level == "ordinal":  # the midranks move too
        shared = times / np.maximum(patterns.votes - 1, 1)
        found_moves = found_moves + patterns.by_item(
            _through_ranks(4 * (at * patterns.by_label(shared * patterns.votes) - patterns.by_label(shared * sums)))
        )
        chance_moves = chance_moves + patterns.by_item(_through_ranks(4 * labels * (n * at - first)))
    return _moves(patterns, found_moves, 2 * (n * second - first**2), chance_moves, value, n)


def _moves(
    patterns: Patterns, found_moves: Floats, chance: float, chance_moves: Floats, value: float, n: float
) -> Floats:
    rest = 1 - value
    return np.asarray(rest * (chance_moves / chance - patterns.votes / n) - (n - 1) * found_moves / chance)


def _differing(patterns: Patterns) -> Floats:
    """[patterns]: ordered pairs of two votes that differ, divided by the others that each vote has."""
    pairs = patterns.votes * (patterns.votes - 1) - patterns.same
    return np.asarray(pairs / np.maximum(patterns.votes - 1, 1))


def _spread(patterns: Patterns, at: Floats) -> Floats:
    """The same, each pair by the square of its distance: [..., classes] → [..., patterns]."""
    squares = patterns.votes * patterns.by_item(at**2) - patterns.by_item(at) ** 2
    return np.asarray(2 * squares / np.maximum(patterns.votes - 1, 1))


def _midranks(labels: Floats) -> Floats:
    return np.asarray(np.cumsum(labels, axis=-1) - labels / 2)


def _through_ranks(of_rank: Floats) -> Floats:
    """What a vote for a label moves: half the midrank of its own class, and all above."""
    above = np.cumsum(of_rank[::-1])[::-1] - of_rank
    return np.asarray(above + of_rank / 2)


def _centred(at: Floats, labels: Floats) -> Floats:
    """Differences alone matter; numbers near 0 keep them exact."""
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (labels * at).sum(axis=-1, keepdims=True) / labels.sum(axis=-1, keepdims=True)
    return np.asarray(at - np.nan_to_num(middle))
