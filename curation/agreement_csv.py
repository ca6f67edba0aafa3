"""Agreement of a CSV of votes, as JSON and as a table to read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from curation.agreement import Agreement, Figure, Level, Pair, ordered
from curation.bootstrap import Coefficient, bootstrap
from curation.coefficients import fleiss_kappa, gwet_ac1, percent, scott_pi
from curation.columns import in_order, numbers, reordered
from curation.krippendorff_alpha import alpha
from curation.vote_csv import CsvVotes
from curation.vote_table import VoteTable, vote_table

FIGURES = {
    "percent_agreement": "percent agreement",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac1": "Gwet's AC1",
    "scott_pi": "Scott's pi",
}


class NoAgreement(ValueError):
    """There is nothing to compare, and a sentence why."""


def table_of(votes: CsvVotes, level: Level, order: Sequence[str] | None = None) -> VoteTable:
    """ValueError as of `agreement`; NoAgreement where no two annotators met."""
    if len(votes.annotators.names) < 2:
        raise NoAgreement(f"only one annotator, {votes.annotators.names[0]!r}: agreement needs two")
    labels, classes = ordered(votes.labels.codes, votes.labels.names, level, order)
    who, people = reordered(votes.annotators.codes, votes.annotators.names, in_order(votes.annotators.names))
    name_of = votes.items.names.__getitem__
    table = vote_table(votes.items.codes, who, labels, annotators=people, labels=classes, name_of=name_of)
    if not table.patterns.n:
        raise NoAgreement("no item has votes of two annotators")
    return table


def resampled(found: Agreement, table: VoteTable, level: Level, resamples: int) -> Agreement:
    """The same with the intervals of its five figures from a bootstrap over items."""
    values = numbers(table.labels) if level == "interval" else None
    places = None if values is None else np.array(values)
    coefficients: dict[str, Coefficient] = {
        "percent_agreement": percent,
        "fleiss_kappa": fleiss_kappa,
        "krippendorff_alpha": lambda patterns, times: alpha(patterns, times, level, places),
        "gwet_ac1": gwet_ac1,
        "scott_pi": scott_pi,
    }
    estimable = {name: one for name, one in coefficients.items() if getattr(found, name).value is not None}
    figures: dict[str, Any] = {
        name: bootstrap(table.patterns, one, resamples=resamples) for name, one in estimable.items()
    }
    return replace(found, **figures)


def as_json(found: Agreement) -> dict[str, Any]:
    classes = {
        str(label): {"votes": one.votes, "specific_agreement": _figure(one.specific), "kappa": _figure(one.kappa)}
        for label, one in found.per_class.items()
    }
    return {
        "items": found.items,
        "annotators": found.annotators,
        "labels": list(found.labels),
        **{name: _figure(getattr(found, name)) for name in FIGURES},
        "per_class": classes,
        "pairs": [_pair(pair) for pair in found.pairs],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    told: dict[str, Any] = {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}
    if figure.reason:
        told["reason"] = figure.reason
    if figure.method:
        told["method"] = figure.method
    return told


def _pair(pair: Pair) -> dict[str, Any]:
    """The three values as they are; their intervals and reasons beside them."""
    told: dict[str, Any] = {"a": pair.a, "b": pair.b, "n": pair.n}
    for name in ("percent", "kappa", "weighted_kappa"):
        figure: Figure = getattr(pair, name)
        told[name] = figure.value
        told[f"{name}_interval"] = None if figure.low is None else [figure.low, figure.high]
        if figure.reason:
            told[f"{name}_reason"] = figure.reason
    return told


def as_text(found: Agreement) -> Iterator[str]:
    """Lines of tables; an interval of 95 % in brackets."""
    yield f"{found.items:,} items, {found.annotators:,} annotators, {len(found.labels):,} labels"
    yield ""
    rows = [[title, *_cells(getattr(found, name))] for name, title in FIGURES.items()]
    yield from _table(["", "value", "95 %", "items", ""], rows)
    if found.per_class:
        yield ""
        rows = [
            [str(label), f"{one.votes:,}", *_cells(one.specific)[:2], *_cells(one.kappa)[:2]]
            for label, one in found.per_class.items()
        ]
        yield from _table(["class", "votes", "specific", "95 %", "kappa", "95 %"], rows)
    yield ""
    yield from _table(
        ["annotators", "", "items", "percent", "95 %", "kappa", "95 %", "weighted", "95 %", ""],
        [
            [str(pair.a), str(pair.b), f"{pair.n:,}"]
            + [cell for one in (pair.percent, pair.kappa, pair.weighted_kappa) for cell in _cells(one)[:2]]
            + [pair.kappa.reason]
            for pair in found.pairs
        ],
    )


def _cells(figure: Figure) -> list[str]:
    value = "-" if figure.value is None else f"{figure.value:.4f}"
    interval = "" if figure.low is None else f"[{figure.low:.4f}, {figure.high:.4f}]"
    return [value, interval, f"{figure.n:,}", figure.reason]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
