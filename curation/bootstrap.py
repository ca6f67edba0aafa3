"""Intervals by bootstrap over items, on the distinct patterns of votes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from curation.figure import Figure, none
from curation.patterns import Floats, Patterns
from ingest.sentences import Sentence

CELLS = 1 << 21  # of resamples × patterns held at once
FEWEST = 0.95  # of the resamples must have a value

Coefficient = Callable[[Patterns, Floats], Floats]


def bootstrap(patterns: Patterns, coefficient: Coefficient, *, resamples: int = 2000, seed: int = 0) -> Figure:
    """The coefficient of the items as they are, and the 2.5 % and 97.5 % points of it over resamples of the items.

    Efron, B. (1979): Bootstrap methods. Annals of Statistics 7(1), 1–26; the percentile interval. `coefficient` gets
    [resamples, patterns] how often an item with that pattern was drawn. The same seed gives the same interval.
    """
    value = float(coefficient(patterns, patterns.seen))
    if np.isnan(value):
        return none(Sentence("not estimable from these votes"), patterns.n)
    random = np.random.default_rng(seed)
    step = max(1, CELLS // len(patterns.times))
    found = np.concatenate(
        [coefficient(patterns, _draws(patterns, min(step, resamples - at), random)) for at in range(0, resamples, step)]
    )
    known = found[~np.isnan(found)]
    if len(known) < FEWEST * resamples:
        reason = Sentence(
            "no interval: not estimable in %(n)s of %(all)s resamples",
            n=f"{resamples - len(known):,}",
            all=f"{resamples:,}",
        )
        return Figure(value, n=patterns.n, reason=reason)
    low, high = np.percentile(known, [2.5, 97.5])
    return Figure(value, float(low), float(high), patterns.n, method=f"bootstrap over items, {resamples:,} resamples")


def _draws(patterns: Patterns, resamples: int, random: np.random.Generator) -> Floats:
    """[resamples, patterns]: as many items as there are, drawn with replacement."""
    items, kinds = patterns.items, len(patterns.times)
    if items > 10 * kinds:
        return random.multinomial(items, patterns.times / items, resamples).astype(np.float64)
    of_item: NDArray[np.int64] = np.repeat(np.arange(kinds), patterns.times)
    return np.stack(
        [np.bincount(of_item[random.integers(items, size=items)], minlength=kinds) for _ in range(resamples)]
    ).astype(np.float64)
