"""Votes reduced to what agreement figures need: distinct patterns of votes on an item, and who met whom."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.patterns import DENSE, MOST, Ints, Patterns, summed, vote_patterns

Columns = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]

BLOCK = 1 << 15  # rows that fit into a processor's cache


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
    """Of three columns of codes from 0, every code of an item in use; `name_of` gives an item's name for an error.

    ValueError for two votes of one annotator on one item.
    """
    people, classes = len(annotators), len(labels)
    if not (item[1:] >= item[:-1]).all():
        columns = _scattered(item, who, label, people, classes) or _sorted(item, who, label, people, classes)
        item, who, label = columns
    meetings = _meetings(item, who, label, classes)
    if (meetings.first == meetings.second).any():
        place = _repeated(item, who)
        raise ValueError(f"annotator {annotators[who[place]]!r} has two votes on item {name_of(int(item[place]))!r}")
    return VoteTable(tuple(annotators), tuple(labels), vote_patterns(item, label, classes), meetings)


def _repeated(item: NDArray[Any], who: NDArray[Any]) -> int:
    """A row of the first item on which an annotator has two votes."""
    order = np.lexsort((who, item))
    again = (np.diff(item[order]) == 0) & (np.diff(who[order]) == 0)
    return int(order[int(np.flatnonzero(again)[0])])


def _scattered(item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], people: int, labels: int) -> Columns | None:
    """In the order of the items, through a table of items and annotators, where that is not much larger than the votes.

    None where it is larger, or where two votes fall into one cell.
    """
    items = int(item.max()) + 1 if len(item) else 0
    if items * people > DENSE + 8 * len(item):
        return None
    table = np.zeros(items * people, np.int16 if labels < 2**15 else np.int32)
    place = item.astype(np.int64)
    place *= people
    place += who
    table[place] = (label + 1).astype(table.dtype)
    place = np.flatnonzero(table != 0)  # of truth values it is seven times faster
    if len(place) < len(item):
        return None
    label = table[place]
    item = place // max(people, 1)
    place -= item * people
    return item, place, label - 1


def _sorted(item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], people: int, labels: int) -> Columns:
    """The same by one sort, of single numbers where they fit into 64 bits."""
    if (int(item.max()) + 1) * people * labels >= MOST:
        order = np.lexsort((who, item))
        return item[order].astype(np.int32), who[order].astype(np.int32), label[order].astype(np.int32)
    key = item.astype(np.int64)
    for codes, size in ((who, people), (label, labels)):
        key *= size
        key += codes
    key.sort()
    rest = key // labels
    label = (key - rest * labels).astype(np.int32)
    key = rest // people
    return key.astype(np.int32), (rest - key * people).astype(np.int32), label


def _meetings(item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], labels: int) -> Meetings:
    """Each two votes on one item, of votes in the order of items, counted by who said what."""
    votes = who.astype(np.int64)
    votes *= labels
    votes += label
    names: Ints | None = None
    size = int(votes.max(initial=0)) + 1
    if size * size >= MOST:  # as many as there are in use
        names, inverse = np.unique(votes, return_inverse=True)
        votes, size = inverse.astype(np.int64), len(names)
    dense = size * size <= max(DENSE, 4 * len(item))
    parts = _met(item, votes, size, max(BLOCK, size * size if dense else len(item)))
    keys, counts = _counted(parts, size * size, dense)
    one, two = np.divmod(keys, size)
    keys, inverse = np.unique(np.minimum(one, two) * size + np.maximum(one, two), return_inverse=True)
    one, two = np.divmod(keys, size)
    if names is not None:
        one, two = names[one], names[two]
    (first, said), (second, other) = np.divmod(one, max(labels, 1)), np.divmod(two, max(labels, 1))
    order = np.lexsort((other, said, second, first))
    count = summed(inverse, counts, len(keys)).astype(np.int64)
    return Meetings(first[order], second[order], said[order], other[order], count[order])


def _met(item: NDArray[Any], votes: Ints, size: int, block: int) -> Iterator[Ints]:
    """Each two votes on one item as one number, block by block of some rows, and by their distance in the column."""
    begin = 0
    while begin < len(item):
        end = int(np.searchsorted(item, item[min(begin + block, len(item)) - 1], side="right"))
        yield from _met_within(item[begin:end], votes[begin:end], size)
        begin = end


def _met_within(item: NDArray[Any], votes: Ints, size: int) -> Iterator[Ints]:
    left = np.flatnonzero(item[1:] == item[:-1])
    distance = 1
    while len(left):  # some item has more votes than this
        key = votes[left]
        key *= size
        key += votes[left + distance]
        yield key
        distance += 1
        left = left[: np.searchsorted(left, len(item) - distance)]
        left = left[item[left] == item[left + distance]]


def _counted(parts: Iterable[Ints], size: int, dense: bool) -> tuple[Ints, Ints]:
    """The distinct numbers, all below `size`, in their order, and how often each comes."""
    if dense:
        counts = np.zeros(size, np.int64)
        for part in parts:
            counts += np.bincount(part, minlength=size)
        keys = np.flatnonzero(counts)
        return keys, counts[keys]
    found = np.concatenate([np.empty(0, np.int64), *parts])
    keys, many = np.unique(found, return_counts=True)
    return keys, many.astype(np.int64)
