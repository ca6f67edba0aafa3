from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingest.backlog import Backlog, backlog, nobody_works
from ingest.jobs import cancel, pause
from ingest.models import Candidate, CrawlJob
from ingest.pending import take
from tests import factories

pytestmark = pytest.mark.django_db


def ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def job() -> CrawlJob:
    made = factories.job([factories.identity("Ada")])
    made.discoveries.update(state="done")
    return made


def waits(job: CrawlJob, state: str, **fields: Any) -> Candidate:
    ada = job.identities.get()
    made = factories.candidate(ada, factories.photo(), job=job, state=state, finished_at=None, **fields)
    Candidate.objects.filter(pk=made.pk).update(created_at=ago(60))
    return made


def test_what_waits_is_counted_by_what_it_waits_for(job: CrawlJob) -> None:
    soon, late = ago(-40), ago(-400)
    for state, fields in (
        ("found", {}),
        ("licensed", {}),
        ("licensed", {"claimed_until": ago(5), "refusal": "http_429", "detail": "429."}),
        ("licensed", {"claimed_until": soon, "refusal": "http_429", "detail": "429."}),
        ("licensed", {"claimed_until": late, "refusal": "http_429", "detail": "429."}),
        ("fetched", {"claimed_until": late}),
        ("done", {}),
    ):
        waits(job, state, **fields)
    assert backlog(job) == Backlog(licence=1, fetch=2, detection=0, under_way=1, put_off=2, next_at=soon)
    cancel(job, by=job.started_by)
    job.refresh_from_db()
    assert backlog(job) == Backlog()


def test_what_is_tried_again_is_under_way_though_it_says_what_came_of_it_before(job: CrawlJob) -> None:
    again = waits(job, "licensed", refusal="http_429", detail="429.")
    waits(job, "found")
    assert take(Candidate.objects.all(), again.pk, "licensed") is not None
    found = backlog(job)
    assert (found.under_way, found.put_off, found.next_at) == (1, 0, None)
    assert not nobody_works(job, ago(60))


def test_rows_that_lie_free_and_nobody_takes_mean_that_no_worker_runs(job: CrawlJob) -> None:
    waits(job, "found")
    assert nobody_works(job, ago(60))
    assert not nobody_works(job, ago(5))  # it was started, or went on, a moment ago


def test_an_identity_that_nobody_asks_for_means_the_same(job: CrawlJob) -> None:
    assert not nobody_works(job, ago(60))
    job.discoveries.update(state="waiting")
    assert nobody_works(job, ago(60))


@pytest.mark.parametrize("sign", ["taken here", "settled here", "taken elsewhere", "asking elsewhere"])
def test_a_worker_that_does_anything_is_not_missed(job: CrawlJob, sign: str) -> None:
    waits(job, "found")
    other = factories.job([factories.identity("Bo")])
    other.discoveries.update(state="done")
    if sign == "taken here":
        waits(job, "licensed", claimed_until=ago(-100))
    elif sign == "settled here":
        factories.candidate(job.identities.get(), factories.photo(), job=job, finished_at=ago(3))
    elif sign == "taken elsewhere":
        waits(other, "fetched", claimed_until=ago(-100))
    else:
        other.discoveries.update(state="waiting", claimed_until=ago(-100))
    assert not nobody_works(job, ago(60))


def test_what_is_put_off_waits_for_no_worker(job: CrawlJob) -> None:
    waits(job, "licensed", claimed_until=ago(-100), refusal="http_429", detail="429.")
    assert not nobody_works(job, ago(60))


def test_a_paused_job_misses_nobody(job: CrawlJob) -> None:
    waits(job, "found")
    pause(job, by=job.started_by)
    job.refresh_from_db()
    assert not nobody_works(job, ago(60))
