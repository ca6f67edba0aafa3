"""Votes on many items reduced to the few distinct patterns of them ("two for A and one for B").

Millions of items come to some dozen patterns, so that every figure takes microseconds after one pass over the votes,
and a bootstrap draws patterns instead of items.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DENSE = 1 << 22  # cells of a table worth having in full
EXACT = 1 << 53  # whole numbers in a float
MOST = 1 << 62  # of a key in 64 bits


def summed(place: NDArray[Any], values: NDArray[Any], size: int) -> Floats:
    """[size]: the sum of the values at each place."""
    return np.asarray(np.bincount(place, values.astype(np.float64, copy=False), size), np.float64)


@dataclass(frozen=True)
class Patterns:
    """Which labels an item got, and how often: `times[p]` items got pattern p, of `votes[p]` votes.

    The labels of a pattern are cells: `count[c]` votes of pattern[c] are for label[c], of `classes` labels. Order of
    annotators is not kept. An item with one vote has its pattern too; one without a vote has none.
    """

    times: Ints
    votes: Ints
    pattern: Ints
    label: Ints
    count: Ints
    classes: int

    @property
    def items(self) -> int:
        return int(self.times.sum())

    @cached_property
    def seen(self) -> Floats:
        """`times` as coefficients take it."""
        return self.times.astype(np.float64)

    @cached_property
    def paired(self) -> NDArray[np.bool_]:
        """[patterns]: where there are two votes to compare."""
        return self.votes > 1

    @cached_property
    def n(self) -> int:
        """Items with two votes or more."""
        return int(self.times[self.paired].sum())

    @cached_property
    def same(self) -> Floats:
        """[patterns]: ordered pairs of two votes that are for one label."""
        return summed(self.pattern, self.count * (self.count - 1), len(self.times))

    @cached_property
    def _dense(self) -> Floats | None:
        if len(self.times) * self.classes > DENSE:
            return None
        full = np.zeros((len(self.times), self.classes))
        full[self.pattern, self.label] = self.count
        return full

    def by_item(self, of_label: Floats) -> Floats:
        """Sum over an item's votes of a value of their label: [..., classes] → [..., patterns]."""
        if self._dense is not None:
            return of_label @ self._dense.T
        if of_label.ndim > 1:
            return np.stack([self.by_item(row) for row in of_label])
        return summed(self.pattern, self.count * of_label[self.label], len(self.times))

    def by_label(self, of_item: Floats) -> Floats:
        """Sum over a label's votes of a value of their item: [..., patterns] → [..., classes]."""
        if self._dense is not None:
            return of_item @ self._dense
        if of_item.ndim > 1:
            return np.stack([self.by_label(row) for row in of_item])
        return summed(self.label, self.count * of_item[self.pattern], self.classes)


def vote_patterns(item: NDArray[Any], label: NDArray[Any], classes: int) -> Patterns:
    """Of votes as codes of their item and label, in any order; every code of an item occurs."""
    if not len(item):
        none = np.empty(0, np.int64)
        return Patterns(none, none, none, none, none, classes)
    base = int(np.bincount(item).max()) + 1
    if classes <= 52 and base**classes <= EXACT:
        return _by_digits(item, label, classes, base)
    return _by_cells(item, label, classes)


def _by_digits(item: NDArray[Any], label: NDArray[Any], classes: int, base: int) -> Patterns:
    """A pattern is one number, with a digit for each label that says how many votes it has."""
    keys = np.bincount(item, (float(base) ** np.arange(classes))[label])
    size = base**classes
    if size <= max(DENSE, 4 * len(keys)):
        counts = np.bincount(keys.astype(np.int64), minlength=size)
        known = np.flatnonzero(counts)
        times = counts[known]
    else:
        found, times = np.unique(keys, return_counts=True)
        known = found.astype(np.int64)
    digits = known[:, None] // base ** np.arange(classes) % base
    pattern, cell = np.nonzero(digits)
    return Patterns(times.astype(np.int64), digits.sum(axis=1), pattern, cell, digits[pattern, cell], classes)


def _by_cells(item: NDArray[Any], label: NDArray[Any], classes: int) -> Patterns:
    """The same with many labels: an item's cells, in the order of labels, are what is compared."""
    place = item.astype(np.int64) * classes + label
    place.sort()
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    count = np.diff(starts, append=len(place))
    place = place[starts]
    of_item = place // classes
    first = np.flatnonzero(np.diff(of_item, prepend=-1))
    width = np.diff(first, append=len(place))
    return _gathered(first, width, place - of_item * classes, count, classes)


def _gathered(first: Ints, width: Ints, label: Ints, count: Ints, classes: int) -> Patterns:
    """Items whose cells are equal come to one pattern. Item i has width[i] cells from first[i] on."""
    digit = int(count.max()) + 1
    chosen, times = [], []
    for size in np.flatnonzero(np.bincount(width)).tolist():
        begin = first[width == size]
        one, many = _distinct([label[begin + n] * digit + count[begin + n] for n in range(size)], classes * digit)
        chosen.append(begin[one])
        times.append(many)
    begin = np.concatenate(chosen)
    cells = width[np.searchsorted(first, begin)]
    pattern = np.repeat(np.arange(len(begin)), cells)
    cell = np.arange(len(pattern)) - np.repeat(np.cumsum(cells) - cells, cells) + np.repeat(begin, cells)
    votes = summed(pattern, count[cell], len(begin)).astype(np.int64)
    return Patterns(np.concatenate(times), votes, pattern, label[cell], count[cell], classes)


def _distinct(columns: list[Ints], base: int) -> tuple[Ints, Ints]:
    """One row of each distinct sort, and how many there are of it; values of all columns are below `base`."""
    key, size = columns[0], base
    for column in columns[1:]:
        if size * base >= MOST:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            size = len(key)
        key, size = key * base + column, size * base
    one, many = np.unique(key, return_index=True, return_counts=True)[1:]
    return one.astype(np.int64), many.astype(np.int64)
