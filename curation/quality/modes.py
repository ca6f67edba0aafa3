"""The page that sets answers given in a grid against those given face by face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.proportions import SURELY, Proportion, difference, standard_errors_apart
from curation.quality.measures import of_ballot
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table
from curation.vote_columns import ACCEPT, CANNOT_TELL, GRID, MODES, SINGLE, Ballot, Votes

FEW = 30


@dataclass(frozen=True)
class Mode:
    """`alpha` and `percent` are of faces that two or more answered in this mode."""

    name: str
    answers: int
    accepts: Proportion
    cannot_tell: Proportion
    alpha: Any
    percent: Any


@dataclass(frozen=True)
class Row:
    pk: int
    name: str
    single: Proportion
    grid: Proportion

    @property
    def gap(self) -> tuple[float, float, float] | None:
        """Accepted in grids less accepted face by face."""
        return difference(self.grid, self.single)

    @property
    def differs(self) -> bool:
        return not self.is_thin and abs(standard_errors_apart(self.grid, self.single)) >= SURELY

    @property
    def is_thin(self) -> bool:
        return min(self.single.n, self.grid.n) < FEW


def context(scope: Scope) -> dict[str, Any]:
    votes = scope.votes.where(scope.votes.asked_usable())
    cast = scope.ballot("usable")
    modes = [_mode(place, votes, cast) for place in (SINGLE, GRID)]
    rows = _rows(votes)
    gap = difference(modes[GRID].accepts, modes[SINGLE].accepts)
    return {"modes": modes, "rows": rows, "mixed": mixed(cast), "gap": gap, "few": FEW,
            "both": all(mode.answers for mode in modes)}  # fmt: skip


def _mode(place: int, votes: Votes, cast: Ballot) -> Mode:
    here = votes.where(votes.mode == place)
    alike = cast.where(cast.column("mode") == place)
    n = len(here)
    return Mode(
        name=MODES[place],
        answers=n,
        accepts=Proportion(int((here.verdict == ACCEPT).sum()), n),
        cannot_tell=Proportion(int((here.verdict == CANNOT_TELL).sum()), n),
        alpha=of_ballot(alike, "alpha"),
        percent=of_ballot(alike, "percent"),
    )


def mixed(cast: Ballot) -> Proportion:
    """Comparisons of an answer in a grid with one face by face, of the same face: how many are the same."""
    tables = []
    for place in (SINGLE, GRID):
        at, wide = cast.column("mode") == place, len(cast.classes)
        cells = cast.item[at] * wide + cast.label[at]
        tables.append(np.bincount(cells, minlength=cast.items * wide).reshape(cast.items, wide))
    single, grid = tables
    return Proportion(int((single * grid).sum()), int((single.sum(axis=1) * grid.sum(axis=1)).sum()))


def _rows(votes: Votes) -> list[Row]:
    people, who = np.unique(votes.reviewer, return_inverse=True)
    names = names_of(people.tolist())
    at = who * 2 + votes.mode
    n = np.bincount(at, minlength=2 * len(people)).reshape(-1, 2)
    accepted = np.bincount(at, votes.verdict == ACCEPT, minlength=2 * len(people)).reshape(-1, 2)
    rows = []
    for pk, k, of in zip(people.tolist(), accepted.tolist(), n.tolist(), strict=True):
        single, grid = (Proportion(int(k[place]), of[place]) for place in (SINGLE, GRID))
        rows.append(Row(pk, names[pk], single, grid))
    return sorted(rows, key=lambda row: row.name.lower())


def table(found: Mapping[str, Any]) -> Table:
    header = ["who", "single_answers", "single_accepted", "grid_answers", "grid_accepted", "grid_minus_single", "low",
              "high"]  # fmt: skip
    single, grid = found["modes"]
    everyone = Row(0, "*", single.accepts, grid.accepts)
    return Table(header, (_line(row) for row in [*found["rows"], everyone]))


def _line(row: Row) -> list[Any]:
    gap = row.gap or (None, None, None)
    return [row.name, row.single.n, row.single.value, row.grid.n, row.grid.value, *gap]
