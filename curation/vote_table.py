"""Votes reduced to what agreement figures need: distinct patterns of votes on an item, and who met whom.

Millions of items come to few patterns ("two votes for A and one for B"), so that after one sort every figure takes
microseconds, and a bootstrap draws patterns instead of items.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DENSE = 1 << 22  # cells of a table worth having in full
MOST = 1 << 62  # of a key in 64 bits


def summed(place: Ints, values: NDArray[Any], size: int) -> Floats:
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


@dataclass(frozen=True)
class Meetings:
    """On `count` items annotator `first` said `label` and annotator `second` said `other`; first < second.

    Arrays of one length, sorted by first and second: codes of annotators and labels.
    """

    first: Ints
    second: Ints
    label: Ints
    other: Ints
    count: Ints

    def pairs(self) -> list[slice]:
        """The rows of each two annotators who met."""
        moved = np.flatnonzero(np.diff(self.first) | np.diff(self.second)) + 1
        ends = [0, *moved.tolist(), len(self.first)]
        return [slice(*two) for two in pairwise(ends)] if len(self.first) else []


@dataclass(frozen=True)
class VoteTable:
    """All that figures need of three columns of votes. `annotators` and `labels` are the names by code."""

    annotators: tuple[Any, ...]
    labels: tuple[Any, ...]
    patterns: Patterns
    meetings: Meetings

    def confusions(self) -> Ints:
        """[labels, labels], symmetric: comparisons of two votes on one item that were for these two labels."""
        size = len(self.labels)
        met = self.meetings
        cells = np.bincount(met.label * size + met.other, met.count, size * size).astype(np.int64).reshape(size, size)
        both: Ints = cells + cells.T
        np.fill_diagonal(both, cells.diagonal())
        return both


def vote_table(
    item: NDArray[Any],
    who: NDArray[Any],
    label: NDArray[Any],
    *,
    annotators: Sequence[Any],
    labels: Sequence[Any],
    name_of: Callable[[int], Any] = int,
) -> VoteTable:
    """Of three columns of codes from 0; `name_of` gives an item's name for an error.

    ValueError for two votes of one annotator on one item.
    """
    item, who, label = _sorted(item, who, label, len(annotators), len(labels))
    again = np.flatnonzero((item[1:] == item[:-1]) & (who[1:] == who[:-1]))
    if len(again):
        name, person = name_of(int(item[again[0]])), annotators[int(who[again[0]])]
        raise ValueError(f"annotator {person!r} has two votes on item {name!r}")
    meetings = _meetings(item, who, label, len(annotators), len(labels))
    return VoteTable(tuple(annotators), tuple(labels), _patterns(item, label, len(labels)), meetings)


def _sorted(
    item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], people: int, labels: int
) -> tuple[Ints, Ints, Ints]:
    """By item, then annotator. One sort of whole numbers where they fit into 64 bits."""
    items = int(item.max()) + 1 if len(item) else 0
    if items * people * labels >= MOST:
        order = np.lexsort((who, item))
        return item[order].astype(np.int64), who[order].astype(np.int64), label[order].astype(np.int64)
    key = item.astype(np.int64)
    key *= people
    key += who
    key *= labels
    key += label
    key.sort()
    key, label = np.divmod(key, max(labels, 1))
    item, who = np.divmod(key, max(people, 1))
    return item, who, label


def _patterns(item: Ints, label: Ints, classes: int) -> Patterns:
    """Of votes sorted by item."""
    starts = np.flatnonzero(np.diff(item, prepend=-1))
    place = np.zeros(len(item), np.int64)
    place[starts[1:]] = 1
    place = np.cumsum(place)
    place *= classes
    place += label
    place.sort()  # by item and label; runs are the cells
    cells = np.flatnonzero(np.diff(place, prepend=-1))
    count = np.diff(cells, append=len(place))
    of_item, label = np.divmod(place[cells], max(classes, 1))
    first = np.flatnonzero(np.diff(of_item, prepend=-1))
    return _gathered(first, np.diff(first, append=len(cells)), label, count, classes)


def _gathered(first: Ints, width: Ints, label: Ints, count: Ints, classes: int) -> Patterns:
    """Items whose cells are equal come to one pattern. Item i has width[i] cells from first[i] on."""
    digit = int(count.max(initial=0)) + 1
    chosen, times = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for size in np.flatnonzero(np.bincount(width)).tolist():
        begin = first[width == size]
        one, many = _distinct([label[begin + n] * digit + count[begin + n] for n in range(size)], classes * digit)
        chosen.append(begin[one])
        times.append(many)
    begin = np.concatenate(chosen)
    cells = width[np.searchsorted(first, begin)]
    pattern = np.repeat(np.arange(len(begin)), cells)
    cell = np.arange(len(pattern)) - np.repeat(np.cumsum(cells) - cells, cells) + np.repeat(begin, cells)
    votes = np.bincount(pattern, count[cell], len(begin)).astype(np.int64)
    return Patterns(np.concatenate(times), votes, pattern, label[cell], count[cell], classes)


def _distinct(columns: list[Ints], base: int) -> tuple[Ints, Ints]:
    """One row of each distinct sort, and how many there are of it; values of all columns are below `base`."""
    key, size = columns[0], base
    for column in columns[1:]:
        if size * base >= MOST:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            size = len(key)
        key, size = key * base + column, size * base
    if size > max(DENSE, 4 * len(key)):
        one, many = np.unique(key, return_index=True, return_counts=True)[1:]
        return one.astype(np.int64), many.astype(np.int64)
    counts, one = np.bincount(key, minlength=size), np.zeros(size, np.int64)
    one[key[::-1]] = np.arange(len(key))[::-1]  # the first row of each
    found = np.flatnonzero(counts)
    return one[found], counts[found]


def _meetings(item: Ints, who: Ints, label: Ints, people: int, labels: int) -> Meetings:
    """Each two votes on one item, of votes sorted by item and annotator, counted by who said what."""
    pairs, cells, counts = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    left = np.arange(len(item))
    for distance in range(1, len(item)):
        left = left[: np.searchsorted(left, len(item) - distance)]
        left = left[item[left] == item[left + distance]]
        if not len(left):  # no item has more votes than this
            break
        right = left + distance
        pair, cell, count = _counted(who[left] * people + who[right], label[left] * labels + label[right], labels**2)
        pairs.append(pair)
        cells.append(cell)
        counts.append(count)
    pair, cell, count = _counted(np.concatenate(pairs), np.concatenate(cells), labels**2, np.concatenate(counts))
    return Meetings(*np.divmod(pair, max(people, 1)), *np.divmod(cell, max(labels, 1)), count)


def _counted(pair: Ints, cell: Ints, cells: int, count: Ints | None = None) -> tuple[Ints, Ints, Ints]:
    """Distinct (pair, cell) in their order, and how often they come."""
    size = int(pair.max(initial=0) + 1) * cells
    if size >= MOST:
        order = np.lexsort((cell, pair))
        pair, cell = pair[order], cell[order]
        starts = np.flatnonzero(np.diff(pair, prepend=-1) | np.diff(cell, prepend=-1))
        many = np.add.reduceat(np.ones(len(pair), np.int64) if count is None else count[order], starts)
        return pair[starts], cell[starts], many
    key = pair * cells + cell
    if size <= max(DENSE, 4 * len(key)):
        full = np.bincount(key, count, size).astype(np.int64)
        keys = np.flatnonzero(full)
        return *np.divmod(keys, max(cells, 1)), full[keys]
    keys, inverse, many = np.unique(key, return_inverse=True, return_counts=True)
    many = many if count is None else np.bincount(inverse, count).astype(np.int64)
    return *np.divmod(keys, cells), many
