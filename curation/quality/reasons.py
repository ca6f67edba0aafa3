"""The page that tells who rejects for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from curation import plots
from curation.proportions import Proportion
from curation.quality.rejecting import FEW, Rejecting, apart, by_reviewer, total
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table

LEVELS = (0.02, 0.05, 0.1, 0.2)  # of all answers, from which on a cell is tinted more


@dataclass(frozen=True)
class Cell:
    """`apart` is in standard errors from all the others; 0 where that is not sure."""

    count: int
    share: float
    level: int
    apart: float
    reason: str = ""


@dataclass(frozen=True)
class Row:
    pk: int
    name: str
    found: Rejecting
    refusing: Proportion
    refusing_apart: float
    cells: tuple[Cell, ...]
    relabelled: Cell
    cannot_tell: Cell
    drawn: str

    @property
    def is_thin(self) -> bool:
        return self.found.answers < FEW


def context(scope: Scope) -> dict[str, Any]:
    known = by_reviewer(scope.votes, len(scope.snapshot.reasons))
    everyone = total(known) if known else None
    used = [place for place, n in enumerate(everyone.reasons) if n] if everyone else []
    used.sort(key=lambda place: -(everyone.reasons[place] if everyone else 0))
    columns = [(scope.snapshot.reasons[place], scope.reasons[scope.snapshot.reasons[place]]) for place in used]
    names = names_of(row.reviewer for row in known)
    rows = [_row(one, everyone, used, scope, names) for one in known if everyone]
    rows.sort(key=lambda row: row.name.lower())
    everybody = _row(everyone, everyone, used, scope, {0: _("all together")}) if everyone else None
    return {"rows": rows, "everybody": everybody, "columns": columns, "few": FEW}


def _row(one: Rejecting, everyone: Rejecting, used: list[int], scope: Scope, names: Mapping[int, str]) -> Row:
    def cell(count: int, of_all: int, reason: str = "") -> Cell:
        share = count / one.answers
        level = sum(share >= bound for bound in LEVELS)
        return Cell(count, share, level, apart(count, one.answers, of_all, everyone.answers), reason)

    refusing, of_all = one.refusing, everyone.refusing
    return Row(
        pk=one.reviewer,
        name=names[one.reviewer],
        found=one,
        refusing=refusing,
        refusing_apart=apart(int(refusing.hits), refusing.n, int(of_all.hits), of_all.n),
        cells=tuple(cell(one.reasons[n], everyone.reasons[n], scope.snapshot.reasons[n]) for n in used),
        relabelled=cell(one.relabelled, everyone.relabelled),
        cannot_tell=cell(one.cannot_tell, everyone.cannot_tell),
        drawn=plots.whisker(refusing.value or 0.0, refusing.low, refusing.high),
    )


def table(found: Mapping[str, Any]) -> Table:
    codes = [code for code, _words in found["columns"]]
    header = ["reviewer", "answers", "accepted", "refused", "refused_share", "refused_low", "refused_high",
              "someone_else", "cannot_tell", *codes]  # fmt: skip
    rows = [*found["rows"], *([found["everybody"]] if found["everybody"] else [])]
    return Table(header, (_line(row) for row in rows))


def _line(row: Row) -> list[Any]:
    told, refusing = row.found, row.refusing
    shares = [refusing.value, refusing.low, refusing.high]
    counts = [told.relabelled, told.cannot_tell, *(cell.count for cell in row.cells)]
    return [row.name, told.answers, told.accepted, int(refusing.hits), *shares, *counts]
