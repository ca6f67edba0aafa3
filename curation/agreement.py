"""How far annotators agree: every figure of the field, with its interval. Plain values in, dataclasses out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.class_agreement import ClassAgreement, class_agreement
from curation.coefficients import fleiss_kappa_figure, gwet_ac1_figure, percent_figure, scott_pi_figure
from curation.cohen import NO_ITEM, Weights, kappa
from curation.columns import Codes, Column, by_number, coded, given, in_order, numbers, reordered
from curation.figure import Figure, none, share
from curation.krippendorff_alpha import Level, alpha_figure
from curation.patterns import Floats
from curation.vote_table import VoteTable, vote_table

NOMINAL = "classes without an order have no weights"
WEIGHTS: dict[Level, Weights] = {"nominal": "none", "ordinal": "linear", "interval": "quadratic"}

__all__ = [
    "Agreement",
    "ClassAgreement",
    "Figure",
    "Level",
    "Pair",
    "agreement",
    "agreement_of",
    "ordered",
    "tabulated",
]


@dataclass(frozen=True)
class Pair:
    """Annotators a and b, in their order, on the `n` items that both answered.

    `percent` is a share, 0 to 1; `weighted_kappa` has linear weights at the ordinal level, quadratic at interval.
    """

    a: Any
    b: Any
    n: int
    percent: Figure
    kappa: Figure
    weighted_kappa: Figure


@dataclass(frozen=True)
class Agreement:
    """`items` have a vote; the n of each figure counts those with two or more, which alone can agree.

    `comparisons` of two votes on one item were made. `labels` are in their order. `per_class` is empty at the
    interval level. `pairs` are those who met, in the order of their names.
    """

    items: int
    annotators: int
    labels: tuple[Any, ...]
    percent_agreement: Figure
    fleiss_kappa: Figure
    krippendorff_alpha: Figure
    gwet_ac1: Figure
    scott_pi: Figure
    comparisons: int = 0
    per_class: Mapping[Any, ClassAgreement] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()


def agreement(
    items: Column, annotators: Column, labels: Column, *, level: Level = "nominal", order: Sequence[Any] | None = None
) -> Agreement:
    """Of votes given as three columns of one length, in any order of rows. A label None or NaN is no vote.

    `order` names all classes, also those that nobody chose, in their order; without it they are the labels that
    occur, sorted. `level` matters to α and to weighted κ alone. ValueError for columns of different lengths, two
    votes of one annotator on one item, a label that is not in `order`, ordinal labels that are neither numbers nor in
    an `order`, and interval labels that are no numbers.
    """
    return agreement_of(tabulated(items, annotators, labels, level=level, order=order), level=level)


def tabulated(
    items: Column, annotators: Column, labels: Column, *, level: Level = "nominal", order: Sequence[Any] | None = None
) -> VoteTable:
    """The votes as the table that all figures, and a bootstrap, are made from. Errors as of `agreement`."""
    if not len(items) == len(annotators) == len(labels):
        raise ValueError("items, annotators and labels must be of one length")
    there = given(labels)
    if not there.all():
        items, annotators, labels = (_kept(column, there) for column in (items, annotators, labels))
    (item, names), (who, people), (what, classes) = coded(items), coded(annotators), coded(labels)
    what, classes = ordered(what, classes, level, order)
    return vote_table(item, who, what, annotators=tuple(people), labels=classes, name_of=names.__getitem__)


def agreement_of(table: VoteTable, *, level: Level = "nominal") -> Agreement:
    """`level` as the table was made for: at the interval level its labels are numbers."""
    patterns = table.patterns
    places = _places(table, level)
    classes = class_agreement(patterns) if level != "interval" else []
    return Agreement(
        items=patterns.items,
        annotators=len(table.annotators),
        labels=table.labels,
        percent_agreement=percent_figure(patterns),
        fleiss_kappa=fleiss_kappa_figure(patterns),
        krippendorff_alpha=alpha_figure(patterns, level, places),
        gwet_ac1=gwet_ac1_figure(patterns),
        scott_pi=scott_pi_figure(patterns),
        comparisons=int(table.meetings.count.sum()),
        per_class=dict(zip(table.labels, classes, strict=False)),
        pairs=tuple(_pair(table, rows, places, WEIGHTS[level]) for rows in table.meetings.pairs()),
    )


def _kept(column: Column, there: NDArray[np.bool_]) -> Column:
    if isinstance(column, np.ndarray):
        return np.asarray(column[there])
    return [value for value, keep in zip(column, there.tolist(), strict=True) if keep]


def ordered(
    codes: Codes, names: Sequence[Any], level: Level, order: Sequence[Any] | None
) -> tuple[Codes, tuple[Any, ...]]:
    """A column of labels with the classes in the order of the level; ValueError where there is none."""
    if order is not None:
        codes, names = reordered(codes, names, order)
    if level == "nominal" or (level == "ordinal" and order is not None):
        return reordered(codes, names, in_order(names) if order is None else names)
    found = by_number(codes, names)
    if found is None:
        strange = next(name for name in names if numbers([name]) is None)
        if level == "interval":
            raise ValueError(f"the interval level needs numbers, and the label {strange!r} is none")
        raise ValueError(f"the ordinal level needs an order of its classes, since the label {strange!r} is no number")
    return found


def _places(table: VoteTable, level: Level) -> Floats:
    """Where each label stands: its number, or its place in the order."""
    values = numbers(table.labels) if level == "interval" else range(len(table.labels))
    return np.array(values, dtype=np.float64)


def _pair(table: VoteTable, rows: slice, places: Floats, weights: Weights) -> Pair:
    met = table.meetings
    label, other, count = met.label[rows], met.other[rows], met.count[rows]
    n = int(count.sum())
    weighted = none(NOMINAL, n) if weights == "none" else kappa(label, other, count, places, weights)
    return Pair(
        a=table.annotators[int(met.first[rows.start])],
        b=table.annotators[int(met.second[rows.start])],
        n=n,
        percent=share(int(count[label == other].sum()), n, NO_ITEM),
        kappa=kappa(label, other, count, places, "none"),
        weighted_kappa=weighted,
    )
