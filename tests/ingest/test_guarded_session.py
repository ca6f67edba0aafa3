"""The session as the settings say, and what each step asks for with it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from ingest import access, discovery
from ingest.access import DISCOVERY_PATIENCE, guarded_session
from ingest.network import FetchFailed, GuardedSession
from ingest.sources import SOURCES
from mtf_site import services
from tests import factories
from tests.ingest.crawling import crawl, drain, outcomes
from tests.ingest.test_discovery import Oracle
from tests.servers import Reply, Site


def test_it_follows_the_settings(settings: Settings) -> None:
    settings.INGEST_CONTACT, settings.HOST_RATE, settings.HOST_BURST = "mailto:a@example.org", 0.5, 7
    settings.READ_SECONDS, settings.INGEST_ALLOWED_HOSTS = 3.0, {"127.0.0.1:8001"}
    asks = guarded_session(heeds_robots=False, patience=9)
    assert asks.gate is not None
    assert (asks.gate.rate, asks.gate.burst, asks.gate.patience) == (0.5, 7, 9)
    assert (asks.contact, asks.contact_required, asks.heeds_robots) == ("mailto:a@example.org", True, False)
    assert (asks.read_timeout, asks.allow) == (3.0, frozenset({"127.0.0.1:8001"}))


def test_an_embedded_redis_that_cannot_be_had_is_a_failure_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    def join(*_: Any, **__: Any) -> None:
        raise services.ServicesError("No room for Redis.")

    monkeypatch.setattr(services, "join", join)
    with pytest.raises(FetchFailed) as caught:
        guarded_session()
    assert (caught.value.code, caught.value.message) == ("redis_away", "No room for Redis.")


@pytest.mark.django_db
@pytest.mark.parametrize("heeds", [True, False])
def test_a_source_is_asked_as_it_says(monkeypatch: pytest.MonkeyPatch, heeds: bool) -> None:
    seen: list[GuardedSession] = []

    class Looked(Oracle):
        heeds_robots = heeds

        def discover(self, query: Any, session: GuardedSession) -> Iterator[Any]:
            seen.append(session)
            yield from ()

    monkeypatch.setitem(SOURCES, "oracle", Looked())
    job = factories.job([factories.identity("Ada")], source="oracle", parameters={"limit": 5})
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    assert [(session.heeds_robots, session.gate and session.gate.patience) for session in seen] == [
        (heeds, DISCOVERY_PATIENCE)
    ]


@pytest.mark.django_db
def test_pictures_and_pages_heed_robots_also_on_hosts_let_through(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: MTF-Curator\nDisallow: /two.jpg\n", content_type="text/plain")
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/two.jpg", "/by"))
    assert outcomes(job) == [("done", ""), ("refused", "robots")]
    assert [request.path for request in site.requests].count("/robots.txt") == 1
    assert "/two.jpg" not in [request.path for request in site.requests]


@pytest.mark.django_db
def test_without_redis_everything_waits_and_nothing_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**rules: Any) -> GuardedSession:
        asks = guarded_session(**rules)
        assert asks.gate is not None
        return replace(asks, gate=replace(asks.gate, redis_url="unix:///nowhere/redis.sock"))

    monkeypatch.setattr("ingest.licence_check.guarded_session", away)
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    for _ in range(5):
        job.candidates.update(claimed_until=None)
        drain(job)
    assert job.candidates.values_list("state", "refusal", "attempts").get() == ("found", "redis_away", 0)
    assert site.requests == []


@pytest.mark.django_db
def test_a_redirect_to_a_foreign_host_needs_a_contact(site: Site) -> None:
    site.pages["/away.jpg"] = Reply(status=302, headers={"Location": "https://photos.example.org/1.jpg"})
    factories.identity("Ada")
    assert outcomes(crawl(site, ("Ada", "/away.jpg", "/by"))) == [("refused", "no_contact")]
    assert access.may_ask(site.url("/"))
