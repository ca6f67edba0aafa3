"""When the answers that are still wanted will be in, from how many came in of late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

FEWEST = 20  # answers; from fewer nothing is foretold


@dataclass(frozen=True)
class Pace:
    """Of the last days: answers, and the hours and days in which there were any."""

    answers: int
    hours: int
    days: int


def pace(by_hour: Mapping[datetime, int]) -> Pace:
    """From answers by the hour in which they came, in the installation's time."""
    worked = [hour for hour, answers in by_hour.items() if answers]
    days: set[date] = {hour.date() for hour in worked}
    return Pace(sum(by_hour.values()), len(worked), len(days))


@dataclass(frozen=True)
class Forecast:
    """Either `days`, or `hours` where it is less than a working day; neither where it cannot be told."""

    wanted: int
    pace: Pace
    days: int = 0
    hours: int = 0


def forecast(wanted: int, known: Pace) -> Forecast:
    """In working days and hours, such as there were of late; a week-end is none if nobody worked then."""
    if not wanted or known.answers < FEWEST:
        return Forecast(wanted, known)
    days = wanted * known.days / known.answers
    if days >= 1:
        return Forecast(wanted, known, days=ceil(days))
    return Forecast(wanted, known, hours=ceil(wanted * known.hours / known.answers))
