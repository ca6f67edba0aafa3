"""The page that tells how fast reviewers are, and which patterns are worth a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import plots
from curation.quality import pacing
from curation.quality.pacing import Pace, paces
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table

MARKS: Mapping[str, str | Promise] = {
    "fast": gettext_lazy("too fast"),
    "one_key": gettext_lazy("one key"),
    "agrees": gettext_lazy("agrees with every claim"),
    "drift": gettext_lazy("agrees less than before"),
}
FEW = 10  # answers in a week; below, its point is left out
LOWEST = 0.5  # agreement at the foot of a sparkline: they are drawn alike, to be compared


@dataclass(frozen=True)
class Row:
    name: str
    pace: Pace
    marks: tuple[tuple[str, str], ...]
    agreement: str  # sparklines
    seconds: str


def context(scope: Scope) -> dict[str, Any]:
    found = paces(scope.votes, scope.maps)
    names = names_of(one.reviewer for one in found)
    rows = [_row(one, names[one.reviewer]) for one in found]
    rows.sort(key=lambda row: (-len(row.marks), row.name.lower()))
    return {
        "rows": rows,
        "marked": sum(1 for row in rows if row.marks),
        "fast": pacing.FAST,
        "fast_attributes": pacing.FAST_ATTRIBUTES,
        "fast_share": pacing.FAST_SHARE,
        "agreeing": pacing.AGREEING,
        "points": round(pacing.POINTS * 100),
        "few": pacing.FEW,
        "shortest": pacing.SHORTEST_RUN,
    }


def _row(one: Pace, name: str) -> Row:
    weeks = one.weeks
    agreement = [week.agreeing / week.compared if week.compared >= FEW else None for week in weeks]
    seconds = [week.seconds if week.answers >= FEW else None for week in weeks]
    told = {"name": name, "n": len(weeks)}
    return Row(
        name=name,
        pace=one,
        marks=tuple((mark, str(MARKS[mark])) for mark in one.marks),
        agreement=plots.spark(
            agreement,
            name=f"agreement-{one.reviewer}",
            title=_("%(name)s, agreement with others by week, %(n)d weeks") % told,
            low=LOWEST,
            high=1.0,
        ),
        seconds=plots.spark(
            seconds,
            name=f"seconds-{one.reviewer}",
            title=_("%(name)s, median seconds by week, %(n)d weeks") % told,
            low=0.0,
        ),
    )


def table(found: Mapping[str, Any]) -> Table:
    header = ["reviewer", "answers", "seconds_q1", "seconds_median", "seconds_q3", "too_fast_share", "longest_run",
              "run_limit", "accepted_share", "others_accepted_share", "agreement_before", "agreement_lately",
              "marks"]  # fmt: skip
    return Table(header, (_line(row) for row in found["rows"]))


def _line(row: Row) -> list[Any]:
    one = row.pace
    shares = [one.accepts.value, one.others_accept.value, one.before.value, one.lately.value]
    seconds = one.seconds or (None, None, None)
    marks = " ".join(mark for mark, _words in row.marks)
    return [row.name, one.answers, *seconds, one.fast.value, one.run, one.run_limit, *shares, marks]
