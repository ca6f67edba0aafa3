"""Items that were judged alike, taken together: the models then look at each distinct pattern once.

Most faces get one of few patterns ("A, B and C all said 2"), so 132,816 faces with three votes each of eight people
are some hundreds to ten thousand patterns.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.ballots import Ballots

Numbers = NDArray[np.int64]
ROOM = 2**62  # two numbers whose product stays below are packed into one


@dataclass(frozen=True)
class Patterns:
    """A pattern is the multiset of (annotator, label) that an item got, and its gold class if it has one.

    `pattern` and `cell` have one entry a vote of each pattern, `cell` = annotator · classes + label; `of_item` names
    each item's pattern, `items` counts those that have it.
    """

    pattern: Numbers
    cell: Numbers
    of_item: NDArray[np.int32]
    items: NDArray[np.float64]
    gold: NDArray[np.int16]
    annotators: int
    classes: int

    def label_counts(self) -> NDArray[np.float64]:
        """[patterns, classes]: how many votes of a pattern say each class."""
        key = self.pattern * self.classes + self.cell % self.classes
        return np.bincount(key, minlength=len(self.items) * self.classes).reshape(-1, self.classes).astype(np.float64)


def patterns(votes: Ballots, gold: NDArray[np.int16]) -> Patterns:
    """`gold` [items] as of `gold_codes`. Takes about 40 bytes a vote beside the votes themselves."""
    item, cell = _sorted(votes)
    counts = np.bincount(item, minlength=len(votes.items))
    starts = np.cumsum(counts) - counts
    of_item = np.empty(len(votes.items), dtype=np.int32)
    found: list[tuple[Numbers, Numbers]] = []  # of each number of votes: an item of each pattern, their multiplicities
    kinds = 0
    for many in np.flatnonzero(np.bincount(counts)):
        rows = np.flatnonzero(counts == many)
        columns = (cell[starts[rows] + number] for number in range(many))
        first, kind, times = _distinct(rows, columns, gold, len(votes.annotators) * len(votes.labels))
        of_item[rows] = kinds + kind
        found.append((rows[first], times))
        kinds += len(first)
    examples = np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64)
    times = np.concatenate([times for _, times in found]) if found else np.empty(0, np.int64)
    pattern, place = _spread(counts[examples], starts[examples])
    return Patterns(
        pattern,
        cell[place],
        of_item,
        times.astype(np.float64),
        gold[examples],
        len(votes.annotators),
        len(votes.labels),
    )


def _sorted(votes: Ballots) -> tuple[Numbers, Numbers]:
    """Item and cell of each vote, sorted by both: one in-place sort of whole numbers, no index."""
    cells = max(len(votes.annotators) * len(votes.labels), 1)
    if len(votes.items) * cells >= ROOM:
        raise ValueError("too many items, annotators and classes")
    key = votes.item.astype(np.int64)
    key *= cells
    key += votes.annotator.astype(np.int64) * len(votes.labels) + votes.label
    key.sort()
    item = key // cells
    key -= item * cells
    return item, key


def _distinct(
    rows: Numbers, columns: Iterator[Numbers], gold: NDArray[np.int16], cells: int
) -> tuple[Numbers, Numbers, Numbers]:
    """First row, pattern of each row and count of the distinct rows of `columns` and gold, exactly, no hashing."""
    code, room = gold[rows].astype(np.int64) + 1, int(gold.max(initial=0)) + 2
    for column in columns:
        if room * cells >= ROOM:
            values, code = np.unique(code, return_inverse=True)
            room = len(values)
        code = code * cells + column
        room *= cells
    _, first, kind, times = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    return first, kind, times


def _spread(counts: Numbers, starts: Numbers) -> tuple[Numbers, Numbers]:
    """For runs of `counts` rows from `starts` on: which run, and which row."""
    run = np.repeat(np.arange(len(counts)), counts)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts - starts, counts)
