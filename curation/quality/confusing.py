"""Which answers stand beside each other. Plain columns in, counts out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.vote_columns import Ballot


@dataclass(frozen=True)
class Confusion:
    """`counts[i, j]`: comparisons of two answers to one face, one of class i and the other of class j; symmetric.

    A pair of equal answers is counted once here, and `shares` weighs it twice, once from each side: row i is what
    another reviewer says where one says i.
    """

    classes: tuple[int, ...]
    counts: NDArray[np.int64]

    @property
    def comparisons(self) -> int:
        return int(np.triu(self.counts).sum())

    def shares(self) -> NDArray[np.float64]:
        sides = self.counts + np.diag(np.diag(self.counts))
        totals = sides.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(sides, totals, out=np.zeros(sides.shape), where=totals > 0))


def confusion(cast: Ballot) -> Confusion:
    """All pairs of answers to one item, none weighed more because its item has fewer."""
    table = cast.table()
    pairs = table.T @ table  # a face with an answer i and an answer j has one pair of them
    np.fill_diagonal(pairs, (table * (table - 1) // 2).sum(axis=0))
    return Confusion(cast.classes, pairs)
