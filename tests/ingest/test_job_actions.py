"""Pausing, resuming, cancelling, trying again: what they change, and what they leave alone."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from ingest import discovery, pipeline
from ingest.fetching import fetch
from ingest.jobs import JobUnchanged, cancel, finish_if_nothing_pends, pause, reopen, resume, retry_failed, start_job
from ingest.models import Candidate, CrawlJob, Identity, JobEvent
from ingest.pending import free, settle, take
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import crawl, drain, outcomes, urls_csv
from tests.servers import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


@pytest.fixture
def ada() -> Identity:
    return factories.identity("Ada")


def waiting_job(ada: Identity, state: str = "found", **fields: Any) -> tuple[CrawlJob, Candidate]:
    job = factories.job([ada])
    job.discoveries.update(state="done")
    return job, factories.candidate(ada, factories.photo(), job=job, state=state, finished_at=None, **fields)


def history(job: CrawlJob) -> list[tuple[str, str]]:
    return [(event.kind, event.by.username if event.by else "") for event in job.events.select_related("by")]


def test_of_a_paused_job_nothing_is_taken_until_it_goes_on(admin: User, ada: Identity) -> None:
    job, candidate = waiting_job(ada)
    pause(job, by=admin)
    assert take(Candidate.objects.all(), candidate.pk, "found") is None
    assert not free(job.candidates.all()).exists()
    assert not finish_if_nothing_pends()
    resume(job, by=admin)
    assert take(Candidate.objects.all(), candidate.pk, "found") is not None
    assert history(job) == [("paused", admin.username), ("resumed", admin.username)]


def test_a_step_under_way_when_its_job_is_paused_settles_and_nothing_is_fetched_twice(
    site: Site, admin: User, ada: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv = urls_csv(("Ada", site.url("/ada.jpg"), site.url("/by")))
    job = start_job(source="urls", by=admin, parameters={"csv": csv})
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    candidate = job.candidates.get()
    pipeline.advance(candidate.pk, "found")

    def paused_meanwhile(row: Candidate) -> None:
        pause(job, by=admin)
        fetch(row)

    monkeypatch.setitem(pipeline.STEPS, "licensed", paused_meanwhile)
    assert pipeline.advance(candidate.pk, "licensed") == "fetched"
    assert pipeline.advance(candidate.pk, "fetched") is None
    resume(job, by=admin)
    drain(job)
    assert outcomes(job) == [("done", "")]
    assert [request.path for request in site.requests].count("/ada.jpg") == 1


def test_a_job_whose_last_step_settled_while_it_was_paused_ends_when_it_goes_on(admin: User, ada: Identity) -> None:
    job, candidate = waiting_job(ada, state="fetched")
    row = take(Candidate.objects.all(), candidate.pk, "fetched")
    assert row is not None
    pause(job, by=admin)
    settle(row, state="done")
    assert not finish_if_nothing_pends(job.pk)
    resume(job, by=admin)
    job.refresh_from_db()
    assert (job.state, history(job)[-1]) == ("done", ("finished", ""))


def test_what_a_paused_job_has_waiting_is_not_taken_over_by_another(site: Site, admin: User, ada: Identity) -> None:
    csv = urls_csv(("Ada", site.url("/ada.jpg"), site.url("/by")))
    first, second = (start_job(source="urls", by=admin, parameters={"csv": csv}) for _ in range(2))
    discovery.discover(first.discoveries.get().pk, lambda pk: None)
    pause(first, by=admin)
    discovery.discover(second.discoveries.get().pk, lambda pk: None)
    assert (first.candidates.count(), second.candidates.count()) == (1, 0)


@pytest.mark.parametrize(
    ("state", "act", "words"),
    [
        ("paused", pause, "paused already"),
        ("done", pause, "over already"),
        ("running", resume, "is running"),
        ("cancelled", resume, "stays so"),
        ("done", cancel, "over already"),
        ("cancelled", retry_failed, "stays so"),
        ("running", retry_failed, "Nothing of this job failed"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_no_trace(
    admin: User, ada: Identity, state: str, act: Callable[..., object], words: str
) -> None:
    job = factories.job([ada])
    cancel(job, by=admin) if state == "cancelled" else None
    pause(job, by=admin) if state == "paused" else None
    if state == "done":
        job.discoveries.update(state="done")
        finish_if_nothing_pends()
    before = history(job)
    with pytest.raises(JobUnchanged, match=words):
        act(job, by=admin)
    job.refresh_from_db()
    assert (job.state, history(job)) == (state, before)


def test_retry_gives_back_what_failed_and_nothing_else(admin: User, ada: Identity) -> None:
    job, other = factories.job([ada, factories.identity("Bo")]), factories.job([ada])
    job.discoveries.update(state="done")
    job.discoveries.filter(identity=ada).update(state="failed", error="The source is away.", attempts=4)
    failed: dict[str, Any] = {"job": job, "state": "failed", "refusal": "timeout", "detail": "Too slow.", "attempts": 4}
    seen = factories.candidate(ada, factories.photo(), **failed)
    unseen = factories.candidate(ada, factories.photo(), **failed)
    adopted = factories.candidate(ada, factories.photo(), **failed | {"job": other})
    refused = factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="no_face")
    Candidate.objects.filter(pk__in=[unseen.pk, adopted.pk]).update(photo=None)
    finish_if_nothing_pends(job.pk)
    assert retry_failed(job, by=admin) == 3
    rows = {row.pk: (row.state, row.refusal, row.detail, row.attempts) for row in Candidate.objects.all()}
    assert (rows[seen.pk], rows[unseen.pk]) == (("fetched", "", "", 0), ("found", "", "", 0))
    assert rows[adopted.pk][:2] == ("failed", "timeout")
    assert rows[refused.pk][:2] == ("refused", "no_face")
    asked = job.discoveries.get(identity=ada)
    assert (asked.state, asked.error, asked.attempts) == ("waiting", "", 0)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("running", None)
    assert job.events.last().note == "pictures: 2; identities to ask again: 1"  # type: ignore[union-attr]  # just written


def test_a_picture_that_failed_comes_through_when_tried_again(site: Site, admin: User, ada: Identity) -> None:
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    job.candidates.update(state="failed", refusal="timeout", photo=None)
    retry_failed(job, by=admin)
    drain(job)
    assert (outcomes(job), job.state) == ([("done", "")], "done")


def test_a_paused_job_whose_failed_ones_wait_again_stays_paused(admin: User, ada: Identity) -> None:
    job, _ = waiting_job(ada, state="failed", refusal="timeout")
    pause(job, by=admin)
    retry_failed(job, by=admin)
    job.refresh_from_db()
    assert job.state == "paused"


def test_reopen_makes_a_done_job_run_again_and_leaves_others_alone(admin: User, ada: Identity) -> None:
    job = factories.job([ada])
    assert not reopen(job, by=admin)
    job.discoveries.update(state="done")
    finish_if_nothing_pends()
    assert reopen(job, by=admin, note="a licence was decided on")
    job.refresh_from_db()
    assert (job.state, job.finished_at, history(job)[-1]) == ("running", None, ("reopened", admin.username))
    cancel(job, by=admin)
    assert not reopen(job, by=admin)


def test_an_event_says_by_whom(ada: Identity) -> None:
    with pytest.raises(IntegrityError, match="jobevent_says_by_whom"), transaction.atomic():
        JobEvent.objects.create(job=factories.job([ada]), kind="paused")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_pause_at_once_one_does(admin: User, ada: Identity) -> None:
    job = factories.job([ada])
    together = threading.Barrier(2)
    said: list[str] = []

    def act() -> None:
        together.wait(10)
        try:
            pause(job, by=admin)
            said.append("paused")
        except JobUnchanged:
            said.append("unchanged")
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == ["paused", "unchanged"]
    assert job.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_ends_a_job_that_is_just_getting_new_work(admin: User, ada: Identity) -> None:
    """The one who ends jobs has looked already when the other's work comes: it has to look again."""
    job, candidate = waiting_job(ada, state="failed", refusal="timeout")

    def end() -> None:
        finish_if_nothing_pends(job.pk)
        connection.close()

    ending = threading.Thread(target=end)
    with transaction.atomic():
        retry_failed(job, by=admin)
        ending.start()
        ending.join(0.5)  # it waits for our lock
        assert ending.is_alive()
    ending.join(20)
    job.refresh_from_db()
    candidate.refresh_from_db()
    assert (job.state, candidate.state) == ("running", "fetched")
