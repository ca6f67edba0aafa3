from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ingest.jobs import pause
from ingest.models import CrawlJob, JobEvent
from ingest.pace import in_minutes, pace, seconds_at_work, took
from ingest.progress import progress
from tests import factories

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("events", "seconds"),
    [
        ([], 100),
        ([("started", 0), ("finished", 100)], 100),
        ([("started", 0), ("paused", 10), ("resumed", 60)], 50),
        ([("started", 0), ("paused", 10), ("cancelled", 100)], 10),
        ([("started", 0), ("finished", 20), ("retried", 90), ("finished", 100)], 30),
        ([("started", 0), ("retried", 50)], 100),
        ([("started", 0), ("paused", 10), ("retried", 20), ("resumed", 90)], 20),
    ],
)
def test_pauses_and_the_time_after_the_end_do_not_count(events: list[tuple[str, int]], seconds: int) -> None:
    assert seconds_at_work(at(0), at(100), [(kind, at(when)) for kind, when in events]) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (89, "89 s"), (120, "2 min"), (7200, "2 h"), (3 * 86400, "3 days")]
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert in_minutes(seconds) == words


def running(settled: dict[int, int], waiting: int = 0) -> CrawlJob:
    """A job that has settled so many pictures so many seconds ago, and has others waiting."""
    ada = factories.identity()
    job = factories.job([ada])
    job.discoveries.update(state="done")
    now = timezone.now()
    CrawlJob.objects.filter(pk=job.pk).update(created_at=now - timedelta(hours=5))
    for ago, count in settled.items():
        for _ in range(count):
            factories.candidate(ada, factories.photo(), job=job, finished_at=now - timedelta(seconds=ago))
    for _ in range(waiting):
        factories.candidate(ada, factories.photo(), job=job, state="fetched", finished_at=None)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_the_speed_is_that_of_the_last_minutes_and_so_is_the_time_left() -> None:
    job = running({60: 10, 3600: 40}, waiting=5)
    now = pace(job, progress(job), [])
    assert now.a_minute == pytest.approx(2.0, rel=0.05)  # ten in five minutes
    assert now.speed_in_words == "2.0"
    assert now.left == pytest.approx(150, rel=0.05)
    assert now.left_in_words == "2 min"


@pytest.mark.django_db
def test_after_a_pause_the_speed_is_counted_from_when_it_went_on() -> None:
    job = running({30: 10})
    JobEvent.objects.create(job=job, kind="resumed", by=job.started_by)
    JobEvent.objects.update(at=timezone.now() - timedelta(seconds=60))
    assert pace(job, progress(job), list(job.events.all())).a_minute == pytest.approx(10.0, rel=0.05)


@pytest.mark.django_db
def test_there_is_no_speed_from_too_little_nor_while_it_stands_still() -> None:
    few, many = running({60: 2}), running({60: 20})
    assert pace(few, progress(few), []).a_minute is None
    pause(many, by=many.started_by)
    many.refresh_from_db()
    assert pace(many, progress(many), []).a_minute is None
    asking = running({60: 20})
    asking.discoveries.update(state="waiting")
    assert pace(asking, progress(asking), []).left is None  # nobody knows how many will be found


@pytest.mark.django_db
def test_took_is_empty_while_it_runs() -> None:
    job = running({})
    assert took(job, []) == ""
    job.finished_at = job.created_at + timedelta(seconds=30)
    assert took(job, []) == "30 s"
