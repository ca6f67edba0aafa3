"""Every class in every part: units are set aside for it first, by backtracking."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

STEPS = 5_000  # of the search; with people enough it takes as many as there are classes and parts
FREE = -1
Parts = NDArray[np.int64]
Covers = NDArray[np.bool_]


def seeds(covers: Covers, fixed: Parts, parts: int) -> Parts:
    """`fixed`, with units put where a class would be missing: as many classes as the search could get in, if not all
    can be. Those that too few units bring, or too few that are free, are not asked for."""
    missing = np.sum([covers[fixed == part].sum(0) == 0 for part in range(parts)], axis=0)
    asked = covers[:, (missing > 0) & (covers[fixed == FREE].sum(0) >= missing)]
    return _Search(asked, fixed.copy(), parts).run()


class _Search:
    def __init__(self, covers: Covers, placed: Parts, parts: int) -> None:
        self.covers, self.placed, self.parts = covers, placed, parts
        self.have = np.array([covers[placed == part].sum(0) for part in range(parts)])
        self.best, self.fewest = placed.copy(), int((self.have == 0).sum())
        self.steps = STEPS

    def run(self) -> Parts:
        self._fill()
        return self.best

    def _fill(self) -> bool:
        missing = int((self.have == 0).sum())
        if missing < self.fewest:
            self.best, self.fewest = self.placed.copy(), missing
        if not missing:
            return True
        for unit, part in self._choices():
            self.steps -= 1
            if self.steps < 0:
                return False
            self._put(unit, part, part, 1)
            if self._fill():
                return True
            self._put(unit, part, FREE, -1)
        return False

    def _put(self, unit: int, part: int, place: int, sign: int) -> None:
        self.placed[unit] = place
        self.have[part] += sign * self.covers[unit]

    def _choices(self) -> Iterator[tuple[int, int]]:
        """Units for the class and part that has fewest to choose from; first those that bring most of what is missing
        there, and of these the smallest, which balance least depends on."""
        free = self.placed == FREE
        left = self.covers[free].sum(0) - (self.have == 0).sum(0)  # to spare, by class
        part, wanted = min(np.argwhere(self.have == 0).tolist(), key=lambda one: (left[one[1]], one[1], one[0]))
        if left[wanted] < 0:
            return
        units = np.flatnonzero(free & self.covers[:, wanted])[::-1]
        brings = self.covers[units][:, self.have[part] == 0].sum(1)
        for n in np.argsort(-brings, kind="stable"):
            yield int(units[n]), part
