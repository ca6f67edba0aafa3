import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from ingest.job_orders import JobRefused
from ingest.jobs import JobUnchanged
from ingest.models import CrawlJob, Identity
from ingest.sources import SOURCES
from ingest.sources.bing import BingSource
from ingest.trials import start_jobs, start_trials, start_whole, whole_order
from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_sources(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    settings.SOURCE_URLS = settings.SOURCE_URLS | {"other": "https://other.example.org"}
    monkeypatch.setitem(SOURCES, "other", BingSource())


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


@pytest.fixture
def people() -> list[Identity]:
    return [factories.identity(name) for name in ("Ada", "Bo")]


def tried(admin: User, people: list[Identity], **order: Any) -> list[CrawlJob]:
    known: dict[str, Any] = {"sources": ["bing", "other"], "identities": people, "parameters": {"limit": 40}}
    return start_trials(**known | {"everybody": False, "allow_unproved": True, "by": admin} | order)


def test_several_sources_become_a_job_each_or_none_at_all(
    admin: User, people: list[Identity], settings: Settings
) -> None:
    order: dict[str, Any] = {"identities": people, "parameters": {"limit": 9}, "allow_unproved": False, "by": admin}
    jobs = start_jobs(sources=["bing", "other"], **order)
    assert [(job.source, job.identities.count(), job.is_trial) for job in jobs] == [
        ("bing", 2, False),
        ("other", 2, False),
    ]
    settings.INGEST_CONTACT = ""
    settings.INGEST_ALLOWED_HOSTS = frozenset({"www.bing.com:443"})
    with pytest.raises(JobRefused, match="Bing image search: MTF_CONTACT is not set") as refused:
        start_jobs(sources=["bing", "other"], **order)
    assert refused.value.field == "source"
    assert CrawlJob.objects.count() == 2


def test_a_trial_looks_for_five_pictures_of_the_first_and_carries_the_order(
    admin: User, people: list[Identity]
) -> None:
    trials = tried(admin, people)
    assert [(job.is_trial, job.parameters["limit"], list(job.identities.all())) for job in trials] == [
        (True, 5, people[:1])
    ] * 2
    jobs = start_whole(trials[1], by=admin)
    assert [(job.source, job.is_trial, job.allow_unproved, job.parameters) for job in jobs] == [
        ("bing", False, True, {"limit": 40}),
        ("other", False, True, {"limit": 40}),
    ]
    assert set(jobs[0].identities.all()) == set(people)
    for trial in CrawlJob.objects.filter(is_trial=True):
        assert whole_order(trial)["jobs"] == [job.pk for job in jobs]


def test_everybody_are_those_approved_when_the_whole_is_started(admin: User, people: list[Identity]) -> None:
    trial, _ = tried(admin, people, everybody=True)
    factories.identity("Cleo")
    assert start_whole(trial, by=admin)[0].identities.count() == 3


def test_the_whole_is_started_once_whichever_trial_is_asked(admin: User, people: list[Identity]) -> None:
    first, second = tried(admin, people)
    start_whole(first, by=admin)
    for trial in (first, second):
        with pytest.raises(JobUnchanged, match="started already"):
            start_whole(trial, by=admin)
    with pytest.raises(JobUnchanged, match="no trial"):
        start_whole(CrawlJob.objects.filter(is_trial=False)[0], by=admin)
    assert CrawlJob.objects.filter(is_trial=False).count() == 2


def test_the_whole_is_refused_when_somebody_is_approved_no_more(admin: User, people: list[Identity]) -> None:
    trial, _ = tried(admin, people)
    Identity.objects.filter(name="Bo").update(state="retired")
    with pytest.raises(JobRefused, match="Not approved: Bo"):
        start_whole(trial, by=admin)
    trial.refresh_from_db()
    assert whole_order(trial)["jobs"] == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_the_whole_at_once_one_does(admin: User, people: list[Identity]) -> None:
    trials = tried(admin, people)
    together = threading.Barrier(2)
    said: list[str] = []

    def act(trial: CrawlJob) -> None:
        together.wait(10)
        try:
            start_whole(trial, by=admin)
            said.append("started")
        except JobUnchanged:
            said.append("unchanged")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[trial]) for trial in trials]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == ["started", "unchanged"]
    assert CrawlJob.objects.filter(is_trial=False).count() == 2
