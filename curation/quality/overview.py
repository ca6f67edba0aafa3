"""The page that quality begins with: how far reviewers agree, field by field and over time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from curation import plots
from curation.agreement import Agreement, Pair
from curation.figure import Figure
from curation.quality.confusing import confusion
from curation.quality.measures import MEASURES, agreement_on, in_figures, of_ballot
from curation.quality.periods import Period, periods
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table
from curation.vote_columns import FIELDS, Ballot

# Krippendorff (2004), Content analysis, section 11.4: conclusions above the first, tentative ones above the second.
RELIABLE, TENTATIVE = 0.8, 0.667
DEFAULT = "alpha"
FEW = 30  # faces; below, a period is not drawn, and a pair is not named


@dataclass(frozen=True)
class Line:
    """One coefficient: its figure, and the same drawn."""

    measure: str
    label: str
    figure: Figure
    drawn: str


@dataclass(frozen=True)
class Moment:
    """One point of the plot."""

    first: date
    last: date
    label: str
    figure: Figure


@dataclass(frozen=True)
class Trend:
    moments: tuple[Moment, ...]
    plot: str
    by_month: bool


@dataclass(frozen=True)
class Lowest:
    """The two reviewers who agree least, of those who met on enough faces."""

    names: tuple[str, str]
    pair: Pair


@dataclass(frozen=True)
class Mixed:
    """The two classes that are most often taken for each other; `share` is of all comparisons that differ."""

    words: tuple[str, str]
    codes: tuple[int, int]
    share: float


@dataclass(frozen=True)
class Card:
    field: str
    title: str
    found: Agreement
    lines: tuple[Line, ...]
    verdict: str  # of α: reliable, tentative, unreliable
    trend: Trend
    lowest: Lowest | None
    mixed: Mixed | None
    resampled: Figure | None  # α with its interval by bootstrap, counted by a worker

    @property
    def main(self) -> Figure:
        return next(line.figure for line in self.lines if line.measure == DEFAULT)


def context(scope: Scope, titles: Mapping[str, Any], resampled: Mapping[str, Figure]) -> dict[str, Any]:
    measure = str(scope.asked.get("measure") or DEFAULT)
    casts = {field: scope.ballot(field) for field in FIELDS}
    found = {field: agreement_on(cast) for field, cast in casts.items()}
    lowest = {field: _lowest(one) for field, one in found.items()}
    names = names_of({person for one in found.values() for pair in one.pairs for person in (pair.a, pair.b)})
    cards = [
        Card(
            field=field,
            title=str(titles[field]),
            found=found[field],
            lines=_lines(found[field]),
            verdict=_verdict(found[field].krippendorff_alpha),
            trend=_trend(field, casts[field], measure, str(titles[field])),
            lowest=Lowest((names[pair.a], names[pair.b]), pair) if (pair := lowest[field]) else None,
            mixed=_mixed(scope, field, casts[field]),
            resampled=resampled.get(field),
        )
        for field in FIELDS
    ]
    return {
        "cards": cards,
        "measure": measure,
        "drawn_measure": MEASURES[measure],
        "measures": list(MEASURES.items()),
        "reliable": RELIABLE,
        "tentative": TENTATIVE,
        "few": FEW,
    }


def _lines(found: Agreement) -> tuple[Line, ...]:
    figures = in_figures(found)
    return tuple(_line(name, str(label), figures[name]) for name, label in MEASURES.items())


def _lowest(found: Agreement) -> Pair | None:
    solid = [pair for pair in found.pairs if pair.n >= FEW and pair.kappa.value is not None]
    return min(solid, key=lambda pair: pair.kappa.value or 0, default=None) if len(solid) > 1 else None


def _mixed(scope: Scope, field: str, cast: Ballot) -> Mixed | None:
    table = confusion(cast)
    above = np.triu(table.counts, 1)
    if not above.any():
        return None
    one, other = (table.classes[int(place)] for place in np.unravel_index(int(above.argmax()), above.shape))
    return Mixed((scope.words(field, one), scope.words(field, other)), (one, other), float(above.max() / above.sum()))


def _trend(field: str, cast: Ballot, measure: str, title: str) -> Trend:
    parts = list(periods(cast))
    moments = tuple(_moments(parts, measure))
    return Trend(moments, _plot(field, title, measure, moments), any(one.is_month for one in parts))


def _line(measure: str, label: str, figure: Figure) -> Line:
    drawn = "" if figure.value is None else plots.whisker(figure.value, figure.low, figure.high)
    return Line(measure, label, figure, drawn)


def _verdict(alpha: Figure) -> str:
    if alpha.value is None:
        return ""
    return "reliable" if alpha.value >= RELIABLE else "tentative" if alpha.value >= TENTATIVE else "unreliable"


def _moments(found: Iterable[Period], measure: str) -> Iterable[Moment]:
    for one in found:
        first, last = one.days
        label = date_format(first, "M Y" if one.is_month else "j M")
        yield Moment(first, last, label, of_ballot(one.cast, measure))


def _plot(field: str, title: str, measure: str, moments: tuple[Moment, ...]) -> str:
    """Nothing before there are two periods to compare; those with few faces stand in the table alone."""
    known = [one for one in moments if _is_drawn(one)]
    if len(known) < 2:
        return ""
    shown = _percent if measure == "percent" else _coefficient
    points = [_point(one, shown) for one in moments[moments.index(known[0]) : moments.index(known[-1]) + 1]]
    was, now = (shown(one.figure.value or 0) for one in (known[0], known[-1]))
    told = {"first": known[0].label, "last": known[-1].label, "was": was, "now": now}
    about = _("From %(first)s to %(last)s: %(was)s at first, %(now)s at last.") % told
    name = _("%(field)s: %(measure)s over time") % {"field": title, "measure": MEASURES[measure]}
    return plots.trend(points, name=f"trend-{field}", title=name, about=about, shown=shown)


def _is_drawn(one: Moment) -> bool:
    return one.figure.value is not None and one.figure.n >= FEW


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _coefficient(value: float) -> str:
    return number_format(round(value, 2), 2).replace("-", "−")


def _point(one: Moment, shown: Any) -> plots.Point:
    figure = one.figure
    if figure.value is None or not _is_drawn(one):
        return plots.Point(one.label, None)
    reach = f" ({shown(figure.low)}–{shown(figure.high)})" if figure.low is not None else ""
    told = f"{one.label}: {shown(figure.value)}{reach}, n = {intcomma(figure.n)}"
    return plots.Point(one.label, figure.value, figure.low, figure.high, told)


def table(found: Mapping[str, Any]) -> Table:
    """All figures, then those over time of the measure that is drawn."""
    header = ["field", "measure", "from", "until", "value", "low", "high", "n", "method", "reason"]
    rows = [[card.field, line.measure, "", "", *_cells(line.figure)] for card in found["cards"] for line in card.lines]
    rows += [[card.field, found["measure"], one.first.isoformat(), one.last.isoformat(), *_cells(one.figure)]
             for card in found["cards"] for one in card.trend.moments]  # fmt: skip
    return Table(header, rows)


def _cells(figure: Figure) -> list[Any]:
    return [figure.value, figure.low, figure.high, figure.n, figure.method, figure.reason]
