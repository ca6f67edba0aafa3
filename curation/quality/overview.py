"""The page that quality begins with: how far reviewers agree, field by field and over time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from curation import plots
from curation.agreement import Agreement
from curation.figure import Figure
from curation.quality.measures import MEASURES, agreement_on, in_figures, of_ballot
from curation.quality.periods import Period, periods
from curation.quality.scope import Scope
from curation.quality.tables import Table
from curation.vote_columns import FIELDS, Ballot

# Krippendorff (2004), Content analysis, section 11.4: conclusions above the first, tentative ones above the second.
RELIABLE, TENTATIVE = 0.8, 0.667
DEFAULT = "alpha"


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
class Card:
    field: str
    title: str
    found: Agreement
    lines: tuple[Line, ...]
    verdict: str  # of α: reliable, tentative, unreliable
    moments: tuple[Moment, ...]
    plot: str
    by_month: bool
    resampled: Figure | None  # α with its interval by bootstrap, counted by a worker

    @property
    def main(self) -> Figure:
        return next(line.figure for line in self.lines if line.measure == DEFAULT)


def context(scope: Scope, titles: Mapping[str, Any], resampled: Mapping[str, Figure]) -> dict[str, Any]:
    measure = str(scope.asked.get("measure") or DEFAULT)
    cards = [_card(field, scope.ballot(field), measure, str(titles[field]), resampled.get(field)) for field in FIELDS]
    return {
        "cards": cards,
        "started": any(card.found.items for card in cards),
        "measure": measure,
        "drawn_measure": MEASURES[measure],
        "measures": list(MEASURES.items()),
        "reliable": RELIABLE,
        "tentative": TENTATIVE,
    }


def _card(field: str, cast: Ballot, measure: str, title: str, resampled: Figure | None) -> Card:
    found = agreement_on(cast)
    figures = in_figures(found)
    lines = tuple(_line(name, str(label), figures[name]) for name, label in MEASURES.items())
    parts = list(periods(cast))
    moments = tuple(_moments(parts, measure))
    return Card(
        field=field,
        title=title,
        found=found,
        lines=lines,
        verdict=_verdict(figures[DEFAULT]),
        moments=moments,
        plot=_plot(field, title, measure, moments),
        by_month=any(one.is_month for one in parts),
        resampled=resampled,
    )


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
    """Nothing before there are two periods to compare."""
    known = [one for one in moments if one.figure.value is not None]
    if len(known) < 2:
        return ""
    shown = "{:.0%}".format if measure == "percent" else "{:.2f}".format
    points = [_point(one, shown) for one in moments]
    first, last = known[0], known[-1]
    about = _("From %(first)s to %(last)s: %(was)s at first, %(now)s at last.") % {
        "first": first.label, "last": last.label, "was": shown(first.figure.value), "now": shown(last.figure.value)
    }  # fmt: skip
    name = _("%(field)s: %(measure)s over time") % {"field": title, "measure": MEASURES[measure]}
    return plots.trend(points, name=f"trend-{field}", title=name, about=about, shown=shown)


def _point(one: Moment, shown: Any) -> plots.Point:
    figure = one.figure
    if figure.value is None:
        return plots.Point(one.label, None)
    reach = f" ({shown(figure.low)}–{shown(figure.high)})" if figure.low is not None else ""
    told = f"{one.label}: {shown(figure.value)}{reach}, n = {figure.n:,}"
    return plots.Point(one.label, figure.value, figure.low, figure.high, told)


def table(found: Mapping[str, Any]) -> Table:
    """All figures, then those over time of the measure that is drawn."""
    header = ["field", "measure", "from", "until", "value", "low", "high", "n", "method", "reason"]
    rows = [[card.field, line.measure, "", "", *_cells(line.figure)] for card in found["cards"] for line in card.lines]
    rows += [[card.field, found["measure"], one.first.isoformat(), one.last.isoformat(), *_cells(one.figure)]
             for card in found["cards"] for one in card.moments]  # fmt: skip
    return Table(header, rows)


def _cells(figure: Figure) -> list[Any]:
    return [figure.value, figure.low, figure.high, figure.n, figure.method, figure.reason]
