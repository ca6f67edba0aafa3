"""Agreement over time: faces by the week or month in which their last counted answer came. Plain columns in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from curation.vote_columns import Ballot, firsts

MOST_WEEKS = 26  # a longer time is shown by month
MOST_MONTHS = 36
MONDAY = np.datetime64("1999-12-27", "D")


@dataclass(frozen=True)
class Period:
    """From the first day up to, not including, the day after the last."""

    begins: np.datetime64
    ends: np.datetime64
    cast: Ballot
    is_month: bool

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last."""
        return _day(self.begins), _day(self.ends - np.timedelta64(1, "D"))


def periods(cast: Ballot) -> Iterator[Period]:
    """Of each that has answers, in their order; those too long ago to be drawn are left out."""
    if not len(cast):
        return
    days = last_days(cast)
    by_month = bool((days.max() - days.min()) / np.timedelta64(7, "D") > MOST_WEEKS)
    number = _months(days) if by_month else _weeks(days)
    of_row = number[cast.item]
    order = np.argsort(of_row, kind="stable")  # a claim stays whole: it stands in one period
    rows, of_row = cast.where(order), of_row[order]
    starts = firsts(of_row)
    ends = [*starts[1:].tolist(), len(of_row)]
    for start, end in list(zip(starts.tolist(), ends, strict=True))[-(MOST_MONTHS if by_month else MOST_WEEKS) :]:
        first, after = _bounds(int(of_row[start]), by_month=by_month)
        yield Period(first, after, rows.where(slice(start, end)), is_month=by_month)


def last_days(cast: Ballot) -> NDArray[np.datetime64]:
    """[items]: the day of the last counted answer, in UTC. There must be one."""
    received = cast.column("received").astype("M8[s]").astype(np.int64)
    return np.maximum.reduceat(received, firsts(cast.item)).astype("M8[s]").astype("M8[D]")


def _day(one: np.datetime64) -> date:
    return date.fromisoformat(str(one))


def _weeks(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return ((days - MONDAY) // np.timedelta64(7, "D")).astype(np.int64)


def _months(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return days.astype("M8[M]").astype(np.int64)


def _bounds(number: int, *, by_month: bool) -> tuple[np.datetime64, np.datetime64]:
    if by_month:
        first = np.datetime64(number, "M")
        return first.astype("M8[D]"), (first + 1).astype("M8[D]")
    begins = MONDAY + np.timedelta64(7 * number, "D")
    return begins, begins + np.timedelta64(7, "D")
