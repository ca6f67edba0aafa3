"""Cohen's κ of two annotators, plain and weighted."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from curation.figure import ONE_ITEM, Figure, Z, none, within
from curation.patterns import Floats, summed
from ingest.sentences import Sentence

CHANCE_IS_CERTAIN = "both gave one and the same label throughout, so chance alone would agree"
NO_ITEM = "no item was answered by both"
METHOD = "Fleiss, Cohen and Everitt (1969), normal"
NO_ERROR = Sentence("no interval: the standard error is 0")

FEW = 256  # labels, of which those not in use cost less than finding them

Weights = Literal["none", "linear", "quadratic"]


def cohens_kappa(table: Sequence[Sequence[int]] | NDArray[Any], weights: Weights = "none") -> Figure:
    """κ of a square table of counts, rows one annotator's labels, columns the other's, classes in their order."""
    counts = np.asarray(table, dtype=np.int64)
    label, other = np.nonzero(counts)
    places = np.arange(len(counts), dtype=np.float64)
    return kappa(label, other, counts[label, other], places, weights)


def kappa(
    label: NDArray[np.int64], other: NDArray[np.int64], count: NDArray[np.int64], places: Floats, weights: Weights
) -> Figure:
    """κ of `count` items on which one said `label` and the other `other`; places[code] is where a label stands.

    Cohen, J. (1960): A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20(1),
    37–46. Cohen, J. (1968): Weighted kappa. Psychological Bulletin 70(4), 213–220: two labels d apart disagree by d
    (linear) or d² (quadratic), and κ = 1 − disagreement found / disagreement by chance. Variance for κ that is not 0:
    Fleiss, J. L., Cohen, J. & Everitt, B. S. (1969): Large sample standard errors of kappa and weighted kappa.
    Psychological Bulletin 72(5), 323–327, eq. 8 and 13. Time and memory are those of the cells that are not empty.
    """
    n = int(count.sum())
    if not n:
        return none(NO_ITEM)
    if len(places) > FEW:
        used, codes = np.unique(np.concatenate([label, other]), return_inverse=True)
        (label, other), places = np.split(codes, 2), places[used]
    rows, columns = summed(label, count, len(places)), summed(other, count, len(places))
    if np.count_nonzero(rows + columns) < 2:
        return none(CHANCE_IS_CERTAIN, n)
    apart = _apart(places, weights)
    by_row, by_column = apart(columns), apart(rows)  # what a label disagrees by with all that the other said
    chance = float(rows @ by_row)
    found = _found(label, other, places, weights)
    total = float(count @ found)
    moves = found * n - total * n / chance * (by_row[label] + by_column[other]) + total
    return _with_interval(1 - total * n / chance, float(count @ moves**2) / chance**2, n)


def _with_interval(value: float, variance: float, n: int) -> Figure:
    if n < 2:
        return Figure(value, n=n, reason=ONE_ITEM)
    if variance < 1e-24:
        return Figure(value, n=n, reason=NO_ERROR)
    return within(value, Z * variance**0.5, n, METHOD)


def _found(one: NDArray[Any], two: NDArray[Any], places: Floats, weights: Weights) -> Floats:
    if weights == "none":
        return np.asarray(one != two, np.float64)
    distance = places[one] - places[two]
    return np.asarray(np.abs(distance) if weights == "linear" else distance**2)


def _apart(places: Floats, weights: Weights) -> Callable[[Floats], Floats]:
    """A function of how often each label is said: how far each label is from all that was said, summed up."""

    def plain(said: Floats) -> Floats:
        return np.asarray(said.sum() - said)

    def linear(said: Floats) -> Floats:
        order = np.argsort(places)
        at, here = places[order], said[order]
        below, weighed = np.cumsum(here) - here, np.cumsum(here * at) - here * at
        far = np.empty_like(places)
        far[order] = at * (2 * below + here - here.sum()) - 2 * weighed - here * at + (here * at).sum()
        return far

    def quadratic(said: Floats) -> Floats:
        at = places - said @ places / said.sum()
        return np.asarray(said.sum() * at**2 - 2 * at * (said @ at) + said @ at**2)

    return {"none": plain, "linear": linear, "quadratic": quadratic}[weights]
