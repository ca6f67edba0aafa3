"""A figure with the interval it was estimated to, and the intervals of the field."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ingest.sentences import Sentence

Z = 1.959963984540054  # of the normal distribution: 2.5 % lie above
# The same of Student's distribution, by degrees of freedom; further ones by the expansion in `student`.
STUDENT = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139)

LINEARISED = "linearised variance over items (Gwet 2008, 2021), Student"
WILSON = "Wilson (1927)"
ONE_ITEM = Sentence("no interval from a single item")
NO_SPREAD = Sentence("no interval: every item says the same, so there is no spread to estimate it from")


@dataclass(frozen=True)
class Figure:
    """`value` is None where it cannot be estimated, never 1 or 0. `low` to `high` is the interval of 95 %.

    `n` items stand behind it. `reason` says why the value is missing, or the interval; `method` where the interval
    comes from.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    reason: str = ""
    method: str = ""


def none(reason: str, n: int = 0) -> Figure:
    return Figure(None, n=n, reason=reason)


def within(value: float, error: float, n: int, method: str, least: float = -1.0) -> Figure:
    """`error` is half the interval's width; the interval ends where the scale does, at `least` and 1."""
    return Figure(value, max(value - error, least), min(value + error, 1.0), n, method=method)


def linearised(value: float, influence: NDArray[np.float64], times: NDArray[np.int64], n: int, least: float) -> Figure:
    """Of a coefficient that moves by influence[i] / items when an item like i weighs more by one.

    Both are of shape [patterns], `times` items have the pattern i, and the influences are 0 on average. Gwet, K. L.
    (2008): Computing inter-rater reliability and its variance in the presence of high agreement. British Journal of
    Mathematical and Statistical Psychology 61(1), 29–48; the same as the infinitesimal jackknife over items.
    """
    items = int(times.sum())
    return from_squares(value, float(times @ influence**2), items, n, least)


def from_squares(value: float, squares: float, items: int, n: int, least: float) -> Figure:
    """`squares` is the sum over `items` of their squared influence on the value; `n` items speak about it at all."""
    if n < 2:
        return Figure(value, n=n, reason=ONE_ITEM)
    error = sqrt(squares / (items * (items - 1)))
    if error < 1e-12:
        return Figure(value, n=n, reason=NO_SPREAD)
    return within(value, student(n - 1) * error, n, LINEARISED, least)


def student(freedom: int) -> float:
    """Student's distribution has 2.5 % above this; exact to 1e-5.

    Abramowitz, M. & Stegun, I. A. (1964): Handbook of Mathematical Functions, 26.7.5.
    """
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1]
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    fourth = (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160
    return Z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def share(agreeing: int, n: int, reason: str) -> Figure:
    """Of independent trials, with the interval of Wilson, E. B. (1927), JASA 22(158), 209–212."""
    if not n:
        return none(reason)
    value = agreeing / n
    centre = (value + Z**2 / (2 * n)) / (1 + Z**2 / n)
    error = Z / (1 + Z**2 / n) * sqrt(value * (1 - value) / n + Z**2 / (4 * n**2))
    low = 0.0 if agreeing == 0 else centre - error
    high = 1.0 if agreeing == n else centre + error
    return Figure(value, low, high, n, method=WILSON)
