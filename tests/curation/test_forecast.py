from datetime import UTC, datetime, timedelta

import pytest

from curation.forecast import Forecast, Pace, forecast, pace
from curation.shares import Share, shares

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_pace_counts_hours_and_days_with_answers_only() -> None:
    hours = {MONDAY: 30, MONDAY + timedelta(hours=1): 10, MONDAY + timedelta(days=2): 20, MONDAY + timedelta(days=3): 0}
    assert pace(hours) == Pace(answers=60, hours=3, days=2)
    assert pace({}) == Pace(0, 0, 0)


@pytest.mark.parametrize(
    ("wanted", "known", "days", "hours"),
    [
        (0, Pace(600, 12, 3), 0, 0),
        (600, Pace(600, 12, 3), 3, 0),
        (601, Pace(600, 12, 3), 4, 0),
        (199, Pace(600, 12, 3), 0, 4),
        (1, Pace(600, 12, 3), 0, 1),
        (200, Pace(600, 12, 3), 1, 0),
        (5000, Pace(0, 0, 0), 0, 0),
        (5000, Pace(19, 1, 1), 0, 0),
        (5000, Pace(20, 1, 1), 250, 0),
    ],
)
def test_forecast_in_working_days_or_hours_or_not_at_all(wanted: int, known: Pace, days: int, hours: int) -> None:
    assert forecast(wanted, known) == Forecast(wanted, known, days=days, hours=hours)


def test_shares_are_of_all_votes_the_greatest_first() -> None:
    assert shares(["b", "a", "b", "c"]) == [Share("b", 2, 4), Share("a", 1, 4), Share("c", 1, 4)]
    assert [one.share for one in shares(["b", "a", "b", "c"])] == [0.5, 0.25, 0.25]
    assert shares([]) == []
