from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from ingest import discovery
from ingest.addresses import url_key
from ingest.jobs import start_job
from ingest.models import CrawlJob, Identity
from ingest.network import FetchRefused
from ingest.sources import SOURCES, Hit, SourceError
from mtf_site.roles import Role
from tests import factories
from tests.ingest.api_sites import BY_SA, KEY, CommonsApi, FlickrApi, commons_page, flickr_photo
from tests.ingest.crawling import crawl, drain, outcomes
from tests.servers import Site

pytestmark = pytest.mark.django_db


def test_a_later_job_counts_what_is_known_and_takes_over_what_failed(site: Site) -> None:
    factories.identity("Ada")
    first = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/two.jpg", "/by"))
    first.candidates.filter(rank=2).update(state="failed", refusal="timeout", photo=None)
    second = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/two.jpg", "/by"))
    assert outcomes(first) == [("done", "")]
    assert outcomes(second) == [("done", "")]
    assert second.discoveries.values_list("hits", "known").get() == (2, 1)


def test_addresses_that_differ_in_nothing_that_matters_are_one() -> None:
    assert url_key("HTTPS://Photos.Example.org:443/a?b#c") == url_key("https://photos.example.org/a?b")
    assert url_key("https://photos.example.org/A") != url_key("https://photos.example.org/a")


class Oracle:
    """A source that answers what a test tells it to."""

    name, label, needs, heeds_robots = "oracle", "Oracle", (), True

    def __init__(self, *answers: list[Hit] | Exception) -> None:
        self.answers = list(answers)

    def discover(self, query: Any, session: Any) -> Iterator[Hit]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield from answer


def asked(monkeypatch: pytest.MonkeyPatch, *answers: list[Hit] | Exception) -> CrawlJob:
    monkeypatch.setitem(SOURCES, "oracle", Oracle(*answers))
    job = factories.job([factories.identity("Ada")], source="oracle", parameters={"limit": 5})
    drain(job)
    return job


def test_a_source_that_fails_for_good_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    job = asked(monkeypatch, SourceError("The page has not the shape of results."))
    assert job.discoveries.values_list("state", "error").get() == ("failed", "The page has not the shape of results.")
    assert job.state == "done"


def test_a_source_that_may_not_be_asked_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    job = asked(monkeypatch, FetchRefused("robots", "The robots.txt of x.example.org forbids this address."))
    assert job.discoveries.values_list("state", "error").get() == (
        "failed",
        "The robots.txt of x.example.org forbids this address.",
    )


def test_a_source_that_fails_for_now_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hit = Hit(image_url="https://x.example.org/1.jpg", title="with a zero \0 byte", evidence={"m\0": "\0"})
    job = asked(monkeypatch, SourceError("Bing answered 429.", True, 30.0), [hit])
    assert (job.state, job.discoveries.get().error) == ("running", "Bing answered 429.")
    job.discoveries.update(claimed_until=timezone.now())
    drain(job)
    assert job.discoveries.values_list("state", "hits", "error").get() == ("done", 1, "")
    assert job.candidates.get().title == "with a zero  byte"


def test_discovery_run_again_after_a_crash_enters_each_hit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hits = [Hit(image_url=f"https://x.example.org/{n}.jpg") for n in range(3)]
    job = asked(monkeypatch, [*hits[:2]], hits)
    job.discoveries.update(state="waiting")
    CrawlJob.objects.update(state="running", finished_at=None)
    found: list[int] = []
    discovery.discover(job.discoveries.get().pk, found.append)
    assert job.candidates.count() == 3
    assert found == [max(job.candidates.values_list("pk", flat=True))]
    assert job.discoveries.values_list("hits", "known").get() == (3, 0)


def test_an_identity_that_is_no_longer_approved_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SOURCES, "oracle", Oracle())
    job = factories.job([factories.identity("Ada", state="retired")], source="oracle")
    drain(job)
    assert job.discoveries.get().error == "Ada is no longer approved."


def test_without_a_contact_a_host_that_turns_up_later_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    job = asked(monkeypatch, [Hit(image_url="https://x.example.org/1.jpg", page_url="https://x.example.org/1")])
    assert outcomes(job) == [("refused", "no_contact")]
    assert "MTF_CONTACT" in job.candidates.get().detail


def test_a_source_is_asked_with_all_that_is_known_of_the_person_and_its_answer_is_kept(
    site: Site, settings: Settings
) -> None:
    settings.SOURCE_URLS = settings.SOURCE_URLS | {"commons": site.url()}
    found = {"haswbstatement:P180=Q42": [commons_page(1)], "Category:Ada (reader)": [commons_page(2)]}
    site.pages["/w/api.php"] = CommonsApi(found)
    ada = factories.identity("Ada", wikidata_id="Q42", commons_category="Ada (reader)")
    before = timezone.now()
    discovery.discover(_started("commons", ada).discoveries.get().pk, lambda pk: None)
    first, second = CrawlJob.objects.get().candidates.order_by("pk")
    assert (first.query, second.query) == tuple(found)
    assert (first.rank, first.title, first.creator) == (1, "Ada Marlow 1.jpg", "J. & K. Okafor")
    assert (first.image_url, first.page_url) == (
        "https://upload.example.org/commons/1.jpg",
        "https://commons.example.org/wiki/File:Ada_Marlow_1.jpg",
    )
    assert (first.claimed_licence, first.source, first.state) == (BY_SA, "commons", "found")
    assert first.evidence["restrictions"] == ["personality"]
    assert before < first.created_at < timezone.now()


def test_the_filter_is_kept_and_the_key_is_not(site: Site, settings: Settings) -> None:
    settings.SOURCE_URLS = settings.SOURCE_URLS | {"flickr": site.url()}
    settings.FLICKR_KEY = KEY
    site.pages["/services/rest/"] = FlickrApi([flickr_photo(1)])
    job = _started("flickr", factories.identity("Ada"))
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    assert job.candidates.get().query_filter == "license=4,5,7,8,9,10,11"
    rows = [*CrawlJob.objects.values(), *job.discoveries.values(), *job.candidates.values()]
    assert KEY not in str(rows)


def _started(source: str, *people: Identity) -> CrawlJob:
    return start_job(source=source, identities=people, by=factories.user(Role.ADMIN))
