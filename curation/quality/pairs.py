"""The page that sets each reviewer beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.agreement import Pair
from curation.quality.measures import agreement_on
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table

FEW = 30  # faces that both answered; below, a figure says little
LEVELS = (0.2, 0.4, 0.6, 0.8)  # of κ, from which on a cell is tinted more


@dataclass(frozen=True)
class Cell:
    """What two reviewers come to; `level` is a tint, -1 where κ cannot be estimated."""

    first: int
    second: int
    pair: Pair
    level: int

    @property
    def is_thin(self) -> bool:
        return self.pair.n < FEW


@dataclass(frozen=True)
class Row:
    """`cells` are in the order of the columns; None on the diagonal, and where two never met. `mean` is of κ over
    those who met on enough faces, each pair weighing as much as it has faces."""

    pk: int
    name: str
    cells: tuple[Cell | None, ...]
    mean: float | None


def context(scope: Scope) -> dict[str, Any]:
    found = agreement_on(scope.ballot(scope.field))
    met = {person for pair in found.pairs for person in (pair.a, pair.b)}
    names = names_of(met)
    people = sorted(met, key=lambda pk: (names[pk].lower(), pk))
    cells = {frozenset((pair.a, pair.b)): _cell(pair) for pair in found.pairs}
    rows = [_row(pk, people, names, cells) for pk in people]
    worst = sorted((c for c in cells.values() if not c.is_thin and c.pair.kappa.value is not None),
                   key=lambda cell: cell.pair.kappa.value or 0)[:5]  # fmt: skip
    return {
        "rows": rows,
        "pairs": [(names[cell.first], names[cell.second], cell) for cell in cells.values()],
        "worst": [(names[cell.first], names[cell.second], cell) for cell in worst],
        "thin": sum(cell.is_thin for cell in cells.values()),
        "few": FEW,
    }


def _cell(pair: Pair) -> Cell:
    kappa = pair.kappa.value
    level = -1 if kappa is None else sum(kappa >= bound for bound in LEVELS)
    return Cell(pair.a, pair.b, pair, level)


def _row(
    pk: int, people: Sequence[int], names: Mapping[int, str], cells: Mapping[frozenset[int], Cell]
) -> Row:  # fmt: skip
    own = tuple(cells.get(frozenset((pk, other))) if pk != other else None for other in people)
    solid = [(cell.pair.n, cell.pair.kappa.value) for cell in own if cell and not cell.is_thin]
    known = [(n, kappa) for n, kappa in solid if kappa is not None]
    total = sum(n for n, _kappa in known)
    return Row(pk, names[pk], own, sum(n * kappa for n, kappa in known) / total if total else None)


def table(found: Mapping[str, Any]) -> Table:
    header = ["a", "b", "n", "percent", "percent_low", "percent_high", "kappa", "kappa_low", "kappa_high", "method",
              "reason"]  # fmt: skip
    return Table(header, (_line(*one) for one in sorted(found["pairs"], key=lambda one: one[:2])))


def _line(first: str, second: str, cell: Cell) -> list[Any]:
    percent, kappa = cell.pair.percent, cell.pair.kappa
    return [first, second, cell.pair.n, percent.value, percent.low, percent.high, kappa.value, kappa.low, kappa.high,
            kappa.method, kappa.reason]  # fmt: skip
