"""Rows that wait for nobody's fault of their own: attempts are kept, and the job page says what is waited for."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from ingest import discovery, pending, pipeline, store
from ingest.jobs import cancel
from ingest.models import Candidate, CrawlJob, Face
from ingest.network import FetchFailed
from ingest.pending import MAX_ATTEMPTS
from ingest.progress import progress, troubles
from ingest.sources import SOURCES, Hit, SourceError
from tests import factories
from tests.ingest.crawling import crawl, drain, face_jpeg, open_buckets, outcomes, picture
from tests.ingest.test_discovery import Oracle
from tests.servers import Reply, Site

pytestmark = pytest.mark.django_db


def time_passes(job: CrawlJob) -> None:
    """Until everything that was put off is due."""
    job.candidates.update(claimed_until=timezone.now())
    open_buckets()
    drain(job)


def told(job: CrawlJob) -> list[tuple[str, str, int]]:
    return [(trouble.host, trouble.code, trouble.count) for trouble in troubles(job)]


def test_rows_of_a_busy_host_come_back_one_after_the_other_and_lose_no_attempt(site: Site, settings: Settings) -> None:
    settings.HOST_RATE, settings.HOST_BURST = 0.01, 2  # robots.txt and one page
    factories.identity("Ada")
    site.pages |= {f"/{n}.jpg": picture(face_jpeg(n)) for n in range(4)}
    began = timezone.now()
    job = crawl(site, *(("Ada", f"/{n}.jpg", "/by") for n in range(4)))
    assert [request.path for request in site.requests] == ["/robots.txt", "/by"]
    rows = job.candidates.order_by("claimed_until").values_list("refusal", "attempts", "claimed_until")
    assert [row[:2] for row in rows] == [("throttled", 0)] * 4
    # One of them got as far as its picture, so that five asked; each was told a time of its own.
    due = [round((until - began) / timedelta(seconds=100)) for _, _, until in rows if until]
    assert due == [1, 2, 3, 4]
    assert told(job) == [(site.host_port, "throttled", 4)]
    for _ in range(MAX_ATTEMPTS + 1):
        job.candidates.update(claimed_until=timezone.now())
        drain(job)  # and is told again that it is too early
    assert set(job.candidates.values_list("attempts", flat=True)) == {0}
    settings.HOST_RATE = 1000
    time_passes(job)
    assert (outcomes(job), told(job), job.state) == ([("done", "")] * 4, [], "done")


def test_the_rows_of_a_cancelled_job_leave_no_gap_in_the_queue(site: Site, settings: Settings) -> None:
    settings.HOST_RATE, settings.HOST_BURST = 0.01, 2
    for name in ("Ada", "Bo"):
        factories.identity(name)
    first = crawl(site, *(("Ada", f"/{n}.jpg", "/by") for n in range(30)))
    second = crawl(site, *(("Bo", f"/{n}.jpg", "/by") for n in range(2)))
    assert soonest(second) > timedelta(seconds=2500)
    cancel(first, by=first.started_by)
    drain(second)
    assert soonest(second) < timedelta(seconds=200)
    assert set(second.candidates.values_list("refusal", "attempts")) == {("throttled", 0)}


def soonest(job: CrawlJob) -> timedelta:
    until = job.candidates.filter(claimed_until__isnull=False).order_by("claimed_until")[0].claimed_until
    assert until is not None
    return until - timezone.now()


def test_waking_takes_nothing_from_who_is_at_work() -> None:
    ada = factories.identity()
    later = timezone.now() + timedelta(seconds=250)
    waits = factories.candidate(ada, factories.photo(), state="fetched", refusal="throttled", claimed_until=later)
    works = factories.candidate(ada, factories.photo(), state="fetched", refusal="throttled")
    taken = pending.take(Candidate.objects.all(), works.pk, "fetched")
    assert taken is not None
    job = factories.job([ada], state="paused")
    paused = factories.candidate(
        ada, factories.photo(), job=job, state="found", refusal="throttled", claimed_until=later
    )
    pending.wake_throttled()
    for row in (waits, works, paused):
        row.refresh_from_db()
    assert (works.claimed_until, paused.claimed_until) == (taken.claimed_until, later)
    assert waits.claimed_until is not None
    assert waits.claimed_until <= timezone.now()


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_discovery_that_is_throttled_loses_no_attempt(monkeypatch: pytest.MonkeyPatch, wrapped: bool) -> None:
    class Throttled(Oracle):
        def discover(self, query: Any, session: Any) -> Iterator[Any]:
            failure = FetchFailed("throttled", "The host is busy.", 2000)
            if wrapped:
                raise SourceError("The source is busy.", True, 2000) from failure
            raise failure

    monkeypatch.setitem(SOURCES, "oracle", Throttled())
    job = factories.job([factories.identity("Ada")], source="oracle", parameters={"limit": 5})
    for _ in range(MAX_ATTEMPTS + 1):
        job.discoveries.update(claimed_until=timezone.now())
        drain(job)
    waits = job.discoveries.get()
    assert (waits.state, waits.attempts) == ("waiting", 0)
    assert waits.claimed_until is not None
    assert waits.claimed_until - timezone.now() > timedelta(seconds=1900)


def test_a_host_that_asks_for_a_human_is_told_by_its_name(site: Site) -> None:
    site.pages["/guarded"] = Reply(b"<title>Just a moment...</title>", 403)
    site.pages["/guarded.jpg"] = Reply(b"<h1>Verify you are human</h1>")
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/guarded"))
    assert told(job) == [(site.host_port, "captcha", 1)]
    for _ in range(MAX_ATTEMPTS):
        time_passes(job)
    assert (outcomes(job), told(job)) == ([("failed", "captcha")], [(site.host_port, "captcha", 1)])
    open_buckets()
    job = crawl(site, ("Ada", "/guarded.jpg", "/by"))
    assert (job.candidates.get().state, told(job)) == ("licensed", [(site.host_port, "captcha", 1)])


def test_pages_in_the_place_of_pictures_are_told_by_host(site: Site) -> None:
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/typed.jpg", "/by"), ("Ada", "/hills.jpg", "/by"))
    assert told(job) == [(site.host_port, "wrong_type", 1)]


@contextmanager
def files_end_after(size: int) -> Iterator[None]:
    """Writing beyond fails in the middle, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    with files_end_after(5000), pytest.raises(OSError) as caught:
        default_storage.save("photos/ab/x.jpg", ContentFile(b"x" * 6000))
    assert caught.value.errno == errno.EFBIG
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert default_storage.save("photos/ab/x.jpg", ContentFile(b"x" * 6000)) == "photos/ab/x.jpg"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_store_refuses_nothing_and_the_row_waits_for_room(
    site: Site, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(fault, "No space left on device")

    factories.identity("Ada")
    with monkeypatch.context() as disk:
        disk.setattr(store, "put", full)
        job = crawl(site, ("Ada", "/ada.jpg", "/by"))
        for _ in range(MAX_ATTEMPTS + 1):
            time_passes(job)
        # Not even the page that tells the licence can be kept.
        assert job.candidates.values_list("state", "refusal", "attempts").get() == ("found", "disk_full", 0)
        assert told(job) == [(site.host_port, "disk_full", 1)]
        assert progress(job).tally.refused == progress(job).tally.failed == 0
    time_passes(job)
    assert (outcomes(job), Face.objects.count(), job.state) == ([("done", "")], 1, "done")


def cut(*_: Any, **__: Any) -> Any:
    """PostgreSQL ends the connection in the middle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["taking", "working", "writing"])
def test_a_candidate_whose_connection_is_cut_is_soon_free_again(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    candidate = factories.candidate(factories.identity(), factories.photo(), state="fetched", finished_at=None)
    if when == "taking":
        take = pending._take

        def take_and_cut(*args: Any) -> Any:
            take(*args)
            cut()

        monkeypatch.setattr(pending, "_take", take_and_cut)
    else:
        step = cut if when == "working" else transaction.atomic(cut)
        monkeypatch.setitem(pipeline.STEPS, "fetched", step)
    with pytest.raises(OperationalError):
        pipeline.advance(candidate.pk, "fetched")
    candidate.refresh_from_db()
    assert candidate.claimed_until is not None
    assert candidate.claimed_until - timezone.now() <= timedelta(seconds=1)


def test_a_row_whose_taking_fails_in_other_words_is_free_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """psycopg's error has no kind where the server ended without a word."""
    candidate = factories.candidate(factories.identity(), factories.photo(), state="fetched", finished_at=None)
    take = pending._take

    def take_and_fail(*args: Any) -> Any:
        take(*args)
        raise DatabaseError("server closed the connection unexpectedly")

    monkeypatch.setattr(pending, "_take", take_and_fail)
    with pytest.raises(DatabaseError):
        pipeline.advance(candidate.pk, "fetched")
    assert pipeline.waiting_candidates("fetched", 1) == [candidate.pk]


@pytest.mark.django_db(transaction=True)
def test_a_discovery_whose_connection_is_cut_is_soon_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(Oracle):
        def discover(self, query: Any, session: Any) -> Iterator[Any]:
            yield Hit("https://photos.example.org/1.jpg")
            cut()

    monkeypatch.setitem(SOURCES, "oracle", Cut())
    job = factories.job([factories.identity("Ada")], source="oracle", parameters={"limit": 5})
    with pytest.raises(OperationalError):
        discovery.discover(job.discoveries.get().pk, lambda pk: None)
    waits = job.discoveries.get()
    assert waits.claimed_until is not None
    assert waits.claimed_until - timezone.now() <= timedelta(seconds=1)
    assert job.candidates.count() == 1


@pytest.mark.parametrize("fault", [OperationalError("terminating connection"), RuntimeError("no such thing")])
def test_a_row_is_given_back_once_the_database_is_there_again(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    candidate = factories.candidate(factories.identity(), factories.photo(), state="fetched", finished_at=None)

    def fall_over(row: Candidate) -> None:
        raise fault

    away = [OperationalError("starting up")] * 3
    settle = pending.settle

    def settle_later(row: Any, **changes: Any) -> None:
        if away:
            raise away.pop()
        settle(row, **changes)

    monkeypatch.setitem(pipeline.STEPS, "fetched", fall_over)
    monkeypatch.setattr(pending, "settle", settle_later)
    monkeypatch.setattr(pending, "DATABASE_POLL", 0.0)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction hangs on it
    with pytest.raises(type(fault)):
        pipeline.advance(candidate.pk, "fetched")
    candidate.refresh_from_db()
    assert candidate.claimed_until is not None
    longest = 1 if isinstance(fault, DatabaseError) else 13
    assert candidate.claimed_until - timezone.now() <= timedelta(seconds=longest)


def test_a_database_that_stays_away_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Oracle):
        def discover(self, query: Any, session: Any) -> Iterator[Any]:
            raise OperationalError("gone")

    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setitem(SOURCES, "oracle", Gone())
    monkeypatch.setattr(pending, "settle", gone)
    monkeypatch.setattr(pending, "DATABASE_PATIENCE", 0.05)
    monkeypatch.setattr(pending, "DATABASE_POLL", 0.01)
    monkeypatch.setattr(connection, "close", lambda: None)
    job = factories.job([factories.identity("Ada")], source="oracle", parameters={"limit": 5})
    with pytest.raises(OperationalError):
        discovery.discover(job.discoveries.get().pk, lambda pk: None)


def test_rows_that_fail_together_do_not_come_back_together() -> None:
    pauses = {pending._after(None, 1, 900) - timezone.now() for _ in range(20)}
    assert len({round(pause.total_seconds(), 2) for pause in pauses}) > 5
    assert all(timedelta(seconds=9.9) < pause <= timedelta(seconds=12.5) for pause in pauses)
