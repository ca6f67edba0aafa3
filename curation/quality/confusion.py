"""The page that sets what one reviewer says against what another says of the same face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curation.quality.confusing import confusion
from curation.quality.scope import Scope
from curation.quality.tables import Table

LEVELS = (0.02, 0.05, 0.1, 0.25)
WORST = 5


@dataclass(frozen=True)
class Cell:
    one: int
    other: int
    count: int
    share: float
    level: int

    @property
    def is_same(self) -> bool:
        return self.one == self.other


@dataclass(frozen=True)
class Row:
    code: int
    words: str
    answers: int  # comparisons in which one side says so
    cells: tuple[Cell, ...]


def context(scope: Scope) -> dict[str, Any]:
    found = confusion(scope.ballot(scope.field))
    shares = found.shares()
    rows = []
    for i, code in enumerate(found.classes):
        cells = tuple(
            Cell(code, other, int(found.counts[i, j]), float(shares[i, j]), _level(float(shares[i, j])))
            for j, other in enumerate(found.classes)
        )
        rows.append(Row(code, scope.words(scope.field, code), int(found.counts[i].sum()), cells))
    words = {row.code: row.words for row in rows}
    mixed = sorted((cell for row in rows for cell in row.cells if cell.count and cell.one < cell.other),
                   key=lambda cell: -cell.count)[:WORST]  # fmt: skip
    differ = sum(cell.count for row in rows for cell in row.cells if cell.one < cell.other)
    worst = [(words[cell.one], words[cell.other], cell, cell.count / differ) for cell in mixed]
    return {"rows": rows, "comparisons": found.comparisons, "differ": differ, "worst": worst}


def _level(share: float) -> int:
    return sum(share >= bound for bound in LEVELS)


def table(found: Mapping[str, Any]) -> Table:
    words = {row.code: row.words for row in found["rows"]}
    rows = ([row.words, words[cell.other], cell.count, cell.share] for row in found["rows"] for cell in row.cells)
    return Table(["one_says", "another_says", "comparisons", "share_of_row"], rows)
