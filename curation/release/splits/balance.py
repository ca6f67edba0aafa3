"""Units over parts, near the shares in every count at once, with every class in every part if that can be.

Greedy by size, as in the stratification of Sechidis, Tsoumakas and Vlahavas (2011), then moves and exchanges of units
that are free, each taken only if it makes things better. Units come in the order in which ties are broken.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curation.release.splits.cover import seeds

FREE = -1
PASSES = 6  # of the improvement: it has mostly ended before
PARTNERS = 200  # units that one is tried to be exchanged with, so that a pass stays linear
EMPTY = 1e6  # what a class that a part lacks weighs: more than any imbalance
WORTH = 1e-9  # less is taken for an error of rounding
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """`shares` of the parts; `counts` of each unit by feature, already weighed against one another; `covers`: which
    classes it brings to its part; `fixed`: the number of its part, or FREE."""

    shares: Table
    counts: Table
    covers: NDArray[np.bool_]
    fixed: NDArray[np.int64]


def assign(problem: Problem) -> NDArray[np.int64]:
    """The part of every unit."""
    start = seeds(problem.covers, problem.fixed, len(problem.shares))
    state = State(problem, start)
    for unit in np.flatnonzero(start == FREE).tolist():
        state.put(unit, int(np.argmin(np.round(state.costs(unit), 12))))
    free = np.flatnonzero(problem.fixed == FREE).tolist()
    for _ in range(PASSES):
        if not sum(state.improve(unit) for unit in free):
            break
    return state.parts


@dataclass
class State:
    """`off`: by part and feature, what stands there less what should; `have`: units by part and class."""

    problem: Problem
    parts: NDArray[np.int64]
    off: Table = field(init=False)
    have: NDArray[np.int64] = field(init=False)
    squares: Table = field(init=False)
    partners: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        problem, self.parts = self.problem, self.parts.copy()
        member = np.array([self.parts == part for part in range(len(problem.shares))], dtype=np.float64)
        self.off = member @ problem.counts - problem.shares[:, None] * problem.counts.sum(0)
        self.have = (member @ problem.covers).astype(np.int64)
        self.squares = (problem.counts**2).sum(1)
        self.partners = _spread(np.flatnonzero(problem.fixed == FREE), PARTNERS)

    def costs(self, unit: int) -> Table:
        """By part: what putting a unit there adds to Σ off² / share."""
        of = self.problem
        return np.asarray((2 * self.off @ of.counts[unit] + self.squares[unit]) / of.shares)

    def put(self, unit: int, part: int) -> None:
        self._count(unit, part, 1)
        self.parts[unit] = part

    def _count(self, unit: int, part: int, sign: int) -> None:
        self.off[part] += sign * self.problem.counts[unit]
        self.have[part] += sign * self.problem.covers[unit]

    def improve(self, unit: int) -> bool:
        """Makes the best move of a unit or exchange with another, if it is for the better."""
        home = int(self.parts[unit])
        moves, swaps = self._moves(unit, home), self._swaps(unit, home)
        part, other = int(np.argmin(moves)), int(np.argmin(swaps))
        if min(moves[part], swaps[other]) > -WORTH:
            return False
        if swaps[other] < moves[part]:
            partner = int(self.partners[other])
            part = int(self.parts[partner])
            self._count(partner, part, -1)
            self.put(partner, home)
        self._count(unit, home, -1)
        self.put(unit, part)
        return True

    def _moves(self, unit: int, home: int) -> Table:
        """By part: the change if the unit goes there."""
        of, size = self.problem, self.squares[unit]
        leaving = (size - 2 * self.off[home] @ of.counts[unit]) / of.shares[home]
        covers = of.covers[unit]
        left = np.count_nonzero(covers & (self.have[home] == 1))
        found = np.count_nonzero(covers & (self.have == 0), axis=1)
        change = np.round(self.costs(unit) + leaving, 12) + EMPTY * (left - found)
        change[home] = 0.0
        return np.asarray(change)

    def _swaps(self, unit: int, home: int) -> Table:
        """By partner: the change if the two exchange their places."""
        of, others = self.problem, self.partners
        there = self.parts[others]
        gain = of.counts[others] - of.counts[unit]  # at home; what it is there is the opposite
        pull = self.off[home] / of.shares[home] - self.off[there] / of.shares[there][:, None]
        weight = 1 / of.shares[home] + 1 / of.shares[there]
        change = np.round(2 * (gain * pull).sum(1) + weight * (gain**2).sum(1), 12)
        change += EMPTY * self._emptied(unit, home, others, there)
        change[there == home] = 0.0
        return np.asarray(change)

    def _emptied(self, unit: int, home: int, others: NDArray[np.int64], there: NDArray[np.int64]) -> Table:
        """How many classes more the two parts would lack: of those only, that one of the two brings."""
        mine, theirs = self.problem.covers[unit], self.problem.covers[others]
        gone, come = mine & ~theirs, theirs & ~mine
        sole, none = self.have == 1, self.have == 0
        lost = (gone & sole[home]).sum(1) + (come & sole[there]).sum(1)
        found = (gone & none[there]).sum(1) + (come & none[home]).sum(1)
        return np.asarray(lost - found, dtype=np.float64)


def _spread(units: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """At most so many of them, evenly: large and small ones."""
    if len(units) <= count:
        return units
    return units[np.linspace(0, len(units) - 1, count).astype(np.int64)]
