"""How far annotators agree: shares of agreeing pairs, and Cohen's κ. Plain values in, dataclasses out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_ITEM = "no item was answered by both"
NO_ITEMS = "no item was answered by two"
CHANCE_IS_CERTAIN = "both gave one and the same label throughout, so chance alone would agree"

Codes = NDArray[np.int64]
Column = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True)
class Figure:
    """`value` is None where it cannot be estimated, and then `reason` says why."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class Pair:
    """Two annotators on the `n` items that both answered. `agreement` is a share, 0 to 1; `kappa` -1 to 1."""

    annotators: tuple[Any, Any]
    n: int
    agreement: Figure
    kappa: Figure


@dataclass(frozen=True)
class Agreement:
    """`items` were answered by two or more, which gives `comparisons` pairs of answers to one item.

    `agreement` is the share of these comparisons in which both answers are the same, so an item with three
    answers weighs three times as much as one with two (pooled; the P̄ of Fleiss 1971 averages over items instead).
    `pairs` come in the order of their annotators.
    """

    items: int
    comparisons: int
    agreement: Figure
    pairs: tuple[Pair, ...]


def share(agreeing: int, total: int, reason: str = NO_ITEM) -> Figure:
    return Figure(agreeing / total) if total else Figure(None, reason)


def cohens_kappa(table: Sequence[Sequence[int]] | Codes) -> Figure:
    """κ of a square table of counts, rows one annotator's labels, columns the other's.

    Cohen, J. (1960): A coefficient of agreement for nominal scales. Educational and Psychological Measurement
    20(1), 37–46, eq. 1: κ = (p_o − p_e) / (1 − p_e), with p_e from each annotator's own label shares.
    """
    counts = np.asarray(table, dtype=np.int64)
    n = int(counts.sum())
    if n == 0:
        return Figure(None, NO_ITEM)
    by_chance = int(counts.sum(axis=1) @ counts.sum(axis=0))  # p_e · n², whole numbers: 1 is exactly 1
    if by_chance == n * n:
        return Figure(None, CHANCE_IS_CERTAIN)
    return Figure((int(np.trace(counts)) * n - by_chance) / (n * n - by_chance))


def agreement(items: Column, annotators: Column, labels: Column) -> Agreement:
    """Of votes given as three columns of one length, in any order of rows.

    ValueError for columns of different lengths and for two votes of one annotator on one item.
    """
    if not len(items) == len(annotators) == len(labels):
        raise ValueError("items, annotators and labels must be of one length")
    if not len(items):
        return Agreement(0, 0, Figure(None, NO_ITEMS), ())
    item, (people, who), (names, what) = _codes(items)[1], _codes(annotators), _codes(labels)
    order = np.lexsort((who, item))
    item, who, what = item[order], who[order], what[order]
    if np.any((item[1:] == item[:-1]) & (who[1:] == who[:-1])):
        raise ValueError("an annotator has two votes on one item")
    pairs = _pairs(*_comparisons(item, who, what), people, len(names))
    total = sum(pair.n for pair in pairs)
    agreeing = sum(round((pair.agreement.value or 0) * pair.n) for pair in pairs)
    repeated = int(np.count_nonzero(np.unique(item, return_counts=True)[1] > 1))
    return Agreement(repeated, total, share(agreeing, total, NO_ITEMS), pairs)


def _codes(column: Column) -> tuple[NDArray[Any], Codes]:
    values, codes = np.unique(np.asarray(column), return_inverse=True)
    return values, codes.astype(np.int64)


def _comparisons(item: Codes, who: Codes, what: Codes) -> tuple[Codes, Codes, Codes, Codes]:
    """Each two votes on one item, of votes sorted by item and annotator: both annotators, both labels."""
    found: list[tuple[Codes, ...]] = []
    for distance in range(1, len(item)):
        same = item[distance:] == item[:-distance]
        if not same.any():  # no item has more votes than this
            break
        found.append(tuple(c[same] for c in (who[:-distance], who[distance:], what[:-distance], what[distance:])))
    columns = list(zip(*found, strict=True)) or [(np.empty(0, np.int64),)] * 4
    first, second, label, other = (np.concatenate(column) for column in columns)
    return first, second, label, other


def _pairs(
    first: Codes, second: Codes, label: Codes, other: Codes, people: NDArray[Any], labels: int
) -> tuple[Pair, ...]:
    """One table of labels × labels for each two annotators who met."""
    met, which = np.unique(first * len(people) + second, return_inverse=True)
    cells = (which * labels + label) * labels + other
    tables = np.bincount(cells, minlength=len(met) * labels * labels).reshape(len(met), labels, labels)
    return tuple(
        _pair(tuple(people[list(divmod(int(code), len(people)))].tolist()), table)
        for code, table in zip(met, tables, strict=True)
    )


def _pair(annotators: tuple[Any, Any], table: Codes) -> Pair:
    n = int(table.sum())
    return Pair(annotators, n, share(int(np.trace(table)), n), cohens_kappa(table))
