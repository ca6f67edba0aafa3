"""Over whose faces reviewers differ. Plain columns in, counts out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.proportions import Proportion
from curation.vote_columns import Ballot, firsts


@dataclass(frozen=True)
class Disputed:
    """Of one identity: faces that two or more answered, and of them those whose answers differ."""

    identity: int
    differ: Proportion


def differing(cast: Ballot) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each item: whether two or more answered, and whether their answers differ."""
    table = cast.table()
    return table.sum(axis=1) > 1, (table > 0).sum(axis=1) > 1


def by_identity(cast: Ballot) -> list[Disputed]:
    """The most disputed first, by the low end of the interval: a few faces by themselves lead nothing."""
    several, differ = differing(cast)
    whose = cast.votes.identity[cast.rows[firsts(cast.item)]]
    people, which = np.unique(whose[several], return_inverse=True)
    n, hits = np.bincount(which, minlength=len(people)), np.bincount(which, differ[several], minlength=len(people))
    found = [Disputed(int(pk), Proportion(int(k), int(of))) for pk, k, of in zip(people, hits, n, strict=True)]
    return sorted(found, key=lambda one: (-(one.differ.low or 0), -one.differ.hits, one.identity))
