"""The page that sets what one reviewer says against what another says of the same face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curation import plots
from curation.agreement_report import tabled
from curation.class_agreement import ClassAgreement, class_agreement
from curation.figure import Figure
from curation.quality.confusing import confusion
from curation.quality.scope import Scope
from curation.quality.tables import Table
from curation.vote_columns import Ballot

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
class Class:
    """How far reviewers agree on one class: where one says it, how often another does; κ of it against all others."""

    code: int
    words: str
    found: ClassAgreement
    drawn: str


@dataclass(frozen=True)
class Row:
    code: int
    words: str
    answers: int  # comparisons in which one side says so
    cells: tuple[Cell, ...]


def context(scope: Scope) -> dict[str, Any]:
    cast = scope.ballot(scope.field)
    found = confusion(cast)
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
    return {"rows": rows, "comparisons": found.comparisons, "differ": differ, "worst": worst,
            "classes": _classes(scope, cast)}  # fmt: skip


def _classes(scope: Scope, cast: Ballot) -> list[Class]:
    """Those that somebody chose."""
    found = zip(cast.classes, class_agreement(tabled(cast).patterns), strict=True)
    return [Class(code, scope.words(scope.field, code), one, _drawn(one.specific)) for code, one in found if one.votes]


def _drawn(figure: Figure) -> str:
    return "" if figure.value is None else plots.whisker(figure.value, figure.low, figure.high)


def _level(share: float) -> int:
    return sum(share >= bound for bound in LEVELS)


def table(found: Mapping[str, Any]) -> Table:
    words = {row.code: row.words for row in found["rows"]}
    specific = {one.code: one.found.specific for one in found["classes"]}
    header = ["one_says", "another_says", "comparisons", "share_of_row", "low", "high"]
    rows = ([row.words, words[cell.other], cell.count, cell.share, *_bounds(cell, specific)]
            for row in found["rows"] for cell in row.cells)  # fmt: skip
    return Table(header, rows)


def _bounds(cell: Cell, specific: Mapping[int, Figure]) -> tuple[float | None, float | None]:
    """Of the diagonal alone: there the share is the class's specific agreement."""
    figure = specific.get(cell.one) if cell.is_same else None
    return (figure.low, figure.high) if figure else (None, None)
