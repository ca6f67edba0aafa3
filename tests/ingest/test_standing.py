"""Who may have a photo at all, and how many."""

import threading
from typing import Any

import pytest
from pytest_django import Settings

from ingest import discovery, fetching, pipeline
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, Identity, Photo
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import crawl, drain, outcomes, urls_csv
from tests.ingest.test_pending import in_threads
from tests.servers import Site

pytestmark = pytest.mark.django_db


def found(site: Site, *paths: str) -> CrawlJob:
    """A job whose candidates are found and not looked at."""
    factories.identity("Ada")
    csv = urls_csv(*(("Ada", site.url(path), site.url("/by")) for path in paths))
    job = start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": csv})
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    return job


@pytest.mark.parametrize("state", ["retired", "proposed", "merged"])
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_identity_that_loses_its_approval_gets_nothing_more(site: Site, state: str, steps: int) -> None:
    job = found(site, "/ada.jpg")
    candidate = job.candidates.get()
    for step in ["found", "licensed"][:steps]:
        pipeline.advance(candidate.pk, step)
    heir = factories.identity("Bo") if state == "merged" else None
    Identity.objects.filter(name="Ada").update(state=state, merged_into=heir)
    asked = len(site.requests)
    drain(job)
    assert outcomes(job) == [("refused", "identity_not_approved")]
    assert (len(site.requests), job.state) == (asked, "done")


def test_one_that_loses_it_while_its_picture_is_fetched_gets_no_photo(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = found(site, "/ada.jpg")
    keep = fetching._keep

    def keep_and_retire(data: bytes) -> Photo:
        Identity.objects.filter(name="Ada").update(state="retired")
        return keep(data)

    monkeypatch.setattr(fetching, "_keep", keep_and_retire)
    drain(job)
    assert outcomes(job) == [("refused", "identity_not_approved")]
    assert job.candidates.get().photo is None


def test_beyond_the_cap_nothing_is_downloaded_until_it_is_raised(site: Site, settings: Settings) -> None:
    settings.MAX_PHOTOS = 1
    factories.identity("Ada")
    assert outcomes(crawl(site, ("Ada", "/ada.jpg", "/by"))) == [("done", "")]
    asked = len(site.requests)
    second = crawl(site, ("Ada", "/two.jpg", "/by"))  # the cap is over all jobs
    assert (outcomes(second), len(site.requests)) == ([("refused", "cap_reached")], asked)
    settings.MAX_PHOTOS = 2
    third = crawl(site, ("Ada", "/two.jpg", "/by"))
    assert (outcomes(second), outcomes(third)) == ([], [("done", "")])


def test_what_gave_no_face_leaves_room(site: Site, settings: Settings) -> None:
    settings.MAX_PHOTOS = 1
    factories.identity("Ada")
    crawl(site, ("Ada", "/hills.jpg", "/by"))
    assert outcomes(crawl(site, ("Ada", "/ada.jpg", "/by"))) == [("done", "")]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_arrive_at_once_the_cap_takes_one(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_PHOTOS = 1
    job = found(site, "/ada.jpg", "/two.jpg")
    for candidate in job.candidates.all():
        pipeline.advance(candidate.pk, "found")
    at_once = threading.Barrier(2)
    download = fetching._download

    def download_together(candidate: Candidate) -> Any:
        data = download(candidate)
        at_once.wait(20)
        return data

    monkeypatch.setattr(fetching, "_download", download_together)
    in_threads(lambda row: pipeline.advance(row.pk, "licensed"), list(job.candidates.all()))
    assert sorted(outcomes(job)) == [("fetched", ""), ("refused", "cap_reached")]
