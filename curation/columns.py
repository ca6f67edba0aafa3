"""Columns of names or numbers as codes from 0."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = Sequence[Any] | NDArray[Any]
Codes = NDArray[np.int64]


def coded(column: Column) -> tuple[Codes, tuple[Any, ...]]:
    """A code for each row, and the name of each code; codes are in the order of the names."""
    values = column if isinstance(column, np.ndarray) else _array(column)
    if values.dtype.kind in "iub" and len(values):
        return _whole(values)
    if values.dtype.kind in "fUS":
        names, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.int64), tuple(names.tolist())
    known: dict[Any, int] = {}
    codes = np.fromiter((known.setdefault(name, len(known)) for name in values.tolist()), np.int64, len(values))
    return reordered(codes, tuple(known), in_order(tuple(known)))


def in_order(names: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sorted; names of several kinds by kind and text, so that any can be sorted."""
    try:
        return tuple(sorted(names))
    except TypeError:
        return tuple(sorted(names, key=lambda name: (type(name).__name__, str(name))))


def reordered(codes: NDArray[Any], names: Sequence[Any], order: Sequence[Any]) -> tuple[Codes, tuple[Any, ...]]:
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
        return codes.astype(np.int64, copy=False), tuple(order)
    return np.array([place[name] for name in names], np.int64)[codes], tuple(order)


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
    if all(type(value) is int for value in column):
        return np.array(column, np.int64)
    values = np.empty(len(column), object)
    values[:] = column
    return values


def _whole(values: NDArray[Any]) -> tuple[Codes, tuple[Any, ...]]:
    """Whole numbers that lie close together need no sort."""
    least, most = int(values.min()), int(values.max())
    if most - least > max(4 * len(values), 1 << 16):
        names, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.int64), tuple(names.tolist())
    codes = values.astype(np.int64) - least
    there = np.zeros(most - least + 1, np.bool_)
    there[codes] = True
    names = np.flatnonzero(there) + least
    place = np.cumsum(there) - 1
    return place[codes], tuple(names.astype(values.dtype).tolist())
