"""Columns of names or numbers as codes from 0."""

from collections.abc import Sequence
from math import isfinite
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 1 << 63

Column = Sequence[Any] | NDArray[Any]
Codes = NDArray[np.int32] | NDArray[np.int64]


def coded(column: Column) -> tuple[Codes, Sequence[Any]]:
    """A code for each row, and the name of each code; codes are in the order of the names, and all in use."""
    values = column if isinstance(column, np.ndarray) else _array(column)
    if values.dtype.kind in "iu" and len(values):
        return _whole(values)
    if values.dtype.kind in "bfUS":
        names, inverse = np.unique(values, return_inverse=True)
        return inverse.astype(np.int32), tuple(names.tolist())
    known: dict[Any, int] = {}
    codes = np.fromiter((known.setdefault(name, len(known)) for name in values.tolist()), np.int32, len(values))
    return reordered(codes, tuple(known), in_order(tuple(known)))


def in_order(names: Sequence[Any]) -> tuple[Any, ...]:
    """Sorted: numbers, also as texts, by size; names of several kinds by kind and text, so that any can be sorted."""
    values = numbers(names)
    if values is not None:
        return tuple(name for _, name in sorted(zip(values, names, strict=True), key=itemgetter(0)))
    try:
        return tuple(sorted(names))
    except TypeError:
        return tuple(sorted(names, key=lambda name: (type(name).__name__, str(name))))


def reordered(codes: Codes, names: Sequence[Any], order: Sequence[Any]) -> tuple[Codes, tuple[Any, ...]]:
    """The same column with the names in `order`, which holds them all and may hold more.

    ValueError for a name that it does not hold.
    """
    place = {name: code for code, name in enumerate(order)}
    if len(place) < len(order):
        raise ValueError("a class is named twice")
    unknown = [name for name in names if name not in place]
    if unknown:
        raise ValueError(f"the label {unknown[0]!r} is not among the classes {', '.join(map(str, order))}")
    if tuple(names) == tuple(order):
        return codes, tuple(order)
    return np.array([place[name] for name in names], np.int32)[codes], tuple(order)


def by_number(codes: Codes, names: Sequence[Any]) -> tuple[Codes, tuple[Any, ...]] | None:
    """The same column with the names in the order of their numbers; "1" and "1.0" become one. None: not numbers."""
    values = numbers(names)
    if values is None:
        return None
    first: dict[float, Any] = {}
    for value, name in zip(values, names, strict=True):
        first.setdefault(value, name)
    order = sorted(first)
    place = {value: code for code, value in enumerate(order)}
    return np.array([place[value] for value in values], np.int32)[codes], tuple(first[value] for value in order)


def numbers(names: Sequence[Any]) -> list[float] | None:
    """The names as numbers, None where one is not a finite number."""
    try:
        found = [float(name) for name in names]
    except (TypeError, ValueError):
        return None
    return found if all(map(isfinite, found)) else None


def given(column: Column) -> NDArray[np.bool_]:
    """[rows]: False for None and NaN."""
    values = column if isinstance(column, np.ndarray) else _array(column)
    if values.dtype.kind == "f":
        return np.asarray(~np.isnan(values))
    if values.dtype.kind == "O":
        return np.fromiter((value is not None and value == value for value in values), np.bool_, len(values))
    return np.ones(len(values), np.bool_)


def _array(column: Sequence[Any]) -> NDArray[Any]:
    """As objects, so that [1, "1"] stay two names and no string is copied."""
    if all(type(value) is int and -MOST < value < MOST for value in column):
        return np.array(column, np.int64)
    values = np.empty(len(column), object)
    values[:] = column
    return values


def _whole(values: NDArray[Any]) -> tuple[Codes, Sequence[Any]]:
    """Whole numbers that lie close together need no sort; a range of them need no list."""
    least, most = int(values.min()), int(values.max())
    if most - least > max(4 * len(values), 1 << 16) or most >= MOST:
        found, inverse = np.unique(values, return_inverse=True)
        return inverse.astype(np.int32), tuple(found.tolist())
    codes = values.astype(np.int64, copy=False)
    if least:
        codes = codes - least
    there = np.zeros(most - least + 1, np.bool_)
    there[codes] = True
    if there.all():
        return codes, range(least, most + 1)
    return (np.cumsum(there) - 1)[codes], tuple((np.flatnonzero(there) + least).tolist())
