import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ingest import detection, discovery, pipeline, store
from ingest.jobs import cancel, start_job
from ingest.models import Candidate, Detection, Face, Photo
from ingest.pending import MAX_ATTEMPTS, Lost, settle, take
from ingest.progress import troubles
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import crawl, drain, face_jpeg, open_buckets, outcomes, urls_csv
from tests.servers import Reply, Site

pytestmark = pytest.mark.django_db


def test_a_busy_server_is_asked_again_when_it_said_and_given_up_in_the_end(site: Site) -> None:
    site.pages["/ada.jpg"] = Reply(b"busy", 429, headers={"Retry-After": "40"})
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    candidate = job.candidates.get()
    assert candidate.claimed_until is not None
    wait = candidate.claimed_until - timezone.now()
    assert timedelta(seconds=30) < wait <= timedelta(seconds=40)
    assert (job.state, candidate.state, candidate.attempts) == ("running", "licensed", 1)
    for _ in range(MAX_ATTEMPTS - 1):
        Candidate.objects.update(claimed_until=timezone.now())
        drain(job)
        assert job.candidates.get().refusal == "throttled"  # the host is left alone, and that counts for nothing
        open_buckets()
        Candidate.objects.update(claimed_until=timezone.now())
        drain(job)
    assert outcomes(job) == [("failed", "http_429")]
    assert job.state == "done"


def test_work_that_kills_its_worker_each_time_is_given_up() -> None:
    ada = factories.identity()
    job = factories.job([ada])
    job.discoveries.update(state="done")
    candidate = factories.candidate(ada, factories.photo(), job=job, state="fetched", finished_at=None)
    for _ in range(MAX_ATTEMPTS):
        assert take(Candidate.objects.all(), candidate.pk, "fetched") is not None  # and nobody comes back
        Candidate.objects.update(claimed_until=timezone.now())
    drain(job)
    assert outcomes(job) == [("failed", "gave_up")]
    assert job.state == "done"


def test_what_nobody_foresaw_is_noted_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall_over(candidate: Candidate) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setitem(pipeline.STEPS, "fetched", fall_over)
    ada = factories.identity()
    candidate = factories.candidate(ada, factories.photo(), state="fetched")
    with pytest.raises(RuntimeError):
        pipeline.advance(candidate.pk, "fetched")
    candidate.refresh_from_db()
    assert (candidate.state, candidate.detail) == ("fetched", "RuntimeError: no such thing")
    assert candidate.claimed_until is not None
    assert [(trouble.code, trouble.words) for trouble in troubles(candidate.job)] == [
        ("unforeseen", "RuntimeError: no such thing")
    ]


def test_a_cancelled_job_does_nothing_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.identity("Ada")
    csv = urls_csv(("Ada", site.url("/ada.jpg"), site.url("/by")))
    job = start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": csv})
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    candidate = job.candidates.get()

    def work(row: Candidate) -> None:
        cancel(job, by=job.started_by)
        settle(row, state="licensed")

    monkeypatch.setitem(pipeline.STEPS, "found", work)
    assert pipeline.advance(candidate.pk, "found") is None  # cancelled while it was being worked on
    assert pipeline.waiting_candidates("found", 10) == []
    candidate.refresh_from_db()
    assert candidate.state == "found"


def test_a_row_is_settled_only_by_who_holds_it() -> None:
    ada = factories.identity()
    candidate = factories.candidate(ada, factories.photo(), state="fetched")
    slow = take(Candidate.objects.all(), candidate.pk, "fetched")
    assert slow is not None
    assert take(Candidate.objects.all(), candidate.pk, "fetched") is None
    Candidate.objects.update(claimed_until=timezone.now())
    quick = take(Candidate.objects.all(), candidate.pk, "fetched")
    assert quick is not None
    with pytest.raises(Lost):
        settle(slow, state="failed", refusal="late")
    settle(quick, state="done")
    assert outcomes(candidate.job) == [("done", "")]


@pytest.mark.django_db(transaction=True)
def test_two_candidates_on_one_photo_at_once_make_one_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = _kept(face_jpeg(1))
    people = [factories.identity("Ada"), factories.identity("Bo")]
    rows = [factories.candidate(shows, photo, state="fetched", finished_at=None) for shows in people]
    at_once = threading.Barrier(2)
    cut = detection._cut

    def cut_together(*args: Any) -> Any:
        made = cut(*args)
        at_once.wait(20)
        return made

    monkeypatch.setattr(detection, "_cut", cut_together)
    in_threads(lambda row: pipeline.advance(row.pk, "fetched"), rows)
    assert Face.objects.count() == Detection.objects.count() == 1
    assert [row.state for row in Candidate.objects.all()] == ["done", "done"]


def _kept(data: bytes) -> Photo:
    sha256 = store.put("photos", data)
    return factories.photo(sha256=sha256, file=store.name_of("photos", sha256), width=480, height=600)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_a_row() -> None:
    candidate = factories.candidate(factories.identity(), factories.photo(), state="fetched")
    at_once = threading.Barrier(8)
    taken: list[bool] = []

    def try_it(number: int) -> None:
        at_once.wait(20)
        taken.append(take(Candidate.objects.all(), candidate.pk, "fetched") is not None)

    in_threads(try_it, list(range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert Candidate.objects.get().attempts == 1


def in_threads(work: Callable[[Any], object], arguments: list[Any]) -> None:
    def run(argument: Any) -> None:
        try:
            work(argument)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
