"""Votes reduced to what agreement figures need: distinct patterns of votes on an item, and who met whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.patterns import DENSE, MOST, Ints, Patterns, vote_patterns

Codes = NDArray[np.int32]


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
    columns = _scattered(item, who, label, people, classes) or _sorted(item, who, label, people, classes)
    again = np.flatnonzero((columns[0][1:] == columns[0][:-1]) & (columns[1][1:] == columns[1][:-1]))
    if len(again):
        name, person = name_of(int(columns[0][again[0]])), annotators[int(columns[1][again[0]])]
        raise ValueError(f"annotator {person!r} has two votes on item {name!r}")
    meetings = _meetings(*columns, classes)
    return VoteTable(tuple(annotators), tuple(labels), vote_patterns(columns[0], columns[2], classes), meetings)


def _scattered(
    item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], people: int, labels: int
) -> tuple[Codes, Codes, Codes] | None:
    """By item, then annotator, through a table of both, where that is not much larger than the votes are.

    None where it is, or where two votes fall into one cell.
    """
    items = int(item.max()) + 1 if len(item) else 0
    if items * people > DENSE + 8 * len(item):
        return None
    table = np.zeros(items * people, np.int16 if labels < 2**15 else np.int32)
    place = item.astype(np.int64)
    place *= people
    place += who
    table[place] = label + 1
    place = np.flatnonzero(table)
    if len(place) < len(item):
        return None
    item = (place // max(people, 1)).astype(np.int32)
    who = (place - item.astype(np.int64) * people).astype(np.int32)
    return item, who, table[place].astype(np.int32) - 1


def _sorted(
    item: NDArray[Any], who: NDArray[Any], label: NDArray[Any], people: int, labels: int
) -> tuple[Codes, Codes, Codes]:
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


def _meetings(item: Codes, who: Codes, label: Codes, labels: int) -> Meetings:
    """Each two votes on one item, of votes sorted by item and annotator, counted by who said what."""
    votes = who.astype(np.int64)
    votes *= labels
    votes += label
    names: Ints | None = None
    size = int(votes.max(initial=0)) + 1
    if size * size >= MOST:  # as many as there are in use
        names, inverse = np.unique(votes, return_inverse=True)
        votes, size = inverse.astype(np.int64), len(names)
    keys, counts = _counted(_met(item, votes, size), size * size)
    one, two = np.divmod(keys, size)
    if names is not None:
        one, two = names[one], names[two]
    (first, label_), (second, other) = np.divmod(one, max(labels, 1)), np.divmod(two, max(labels, 1))
    order = np.lexsort((other, label_, second, first))
    return Meetings(first[order], second[order], label_[order], other[order], counts[order])


def _met(item: Codes, votes: Ints, size: int) -> list[Ints]:
    """For each distance in the column, those votes on one item that lie so far apart, as one number."""
    found = []
    left = np.flatnonzero(item[1:] == item[:-1])
    for distance in range(1, len(item)):
        if not len(left):  # no item has more votes than this
            break
        key = votes[left]
        key *= size
        key += votes[left + distance]
        found.append(key)
        left = left[: np.searchsorted(left, len(item) - distance - 1)]
        left = left[item[left] == item[left + distance + 1]]
    return found


def _counted(parts: list[Ints], size: int) -> tuple[Ints, Ints]:
    """The distinct numbers, all below `size`, in their order, and how often each comes."""
    if size <= max(DENSE, 4 * sum(map(len, parts))):
        counts = sum((np.bincount(part, minlength=size) for part in parts), np.zeros(size, np.int64))
        keys = np.flatnonzero(counts)
        return keys, counts[keys]
    keys, counts = np.unique(np.concatenate(parts), return_counts=True) if parts else (np.empty(0, np.int64),) * 2
    return keys.astype(np.int64), counts.astype(np.int64)
