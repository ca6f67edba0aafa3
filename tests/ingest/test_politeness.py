"""The session with its gate, against local servers and a real Redis."""

import itertools
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as project

from ingest import politeness
from ingest.network import PAGE_TYPES, FetchFailed, FetchRefused, GuardedSession
from ingest.pending import UNCOUNTED
from ingest.politeness import Gate
from ingest.sources.base import Query, SourceError
from ingest.sources.bing import BingSource
from mtf_site import services
from tests.servers import Reply, Site, serve

QUICK, SLOW = 1000.0, 0.01
CAPTCHA = Reply(b"<title>Just a moment...</title>")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({"/a": Reply(b"a"), "/b": Reply(b"b")}) as running:
        yield running


@pytest.fixture
def other() -> Iterator[Site]:
    with serve({"/a": Reply(b"other")}) as running:
        yield running


def session(*sites: Site, rate: float = QUICK, burst: int = 50, **rules: Any) -> GuardedSession:
    services.join(project.VAR_DIR, postgres=False, redis=True)
    gate = Gate(project.REDIS_URL, rate, burst, keys=f"mtf:test:{uuid.uuid4().hex}")
    known: dict[str, Any] = {"read_timeout": 5.0, "total_timeout": 10.0, "gate": gate}
    return GuardedSession("MTF-Curator/0.3", frozenset(site.host_port for site in sites), **(known | rules))


def robots(*lines: str, **reply: Any) -> Reply:
    return Reply("\n".join(lines).encode(), content_type="text/plain", **reply)


def asked(site: Site) -> list[str]:
    return [request.path for request in site.requests]


def refusal(asks: GuardedSession, url: str) -> FetchRefused:
    with pytest.raises(FetchRefused) as caught:
        asks.fetch(url)
    return caught.value


def failure(asks: GuardedSession, url: str, **kwargs: Any) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        asks.fetch(url, **kwargs)
    return caught.value


class TestRobots:
    def test_it_is_asked_once_and_obeyed(self, site: Site) -> None:
        site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /b")
        asks = session(site)
        assert asks.fetch(site.url("/a")).body == b"a"
        assert refusal(asks, site.url("/b?x=1")).code == "robots"
        assert asks.fetch(site.url("/a")).body == b"a"
        assert asked(site) == ["/robots.txt", "/a", "/a"]
        assert {request.headers["User-Agent"] for request in site.requests} == {"MTF-Curator/0.3"}

    def test_our_own_group_goes_before_everybodys(self, site: Site) -> None:
        site.pages["/robots.txt"] = robots(
            "User-agent: *", "Disallow: /", "", "User-agent: mtf-curator", "Disallow: /b"
        )
        asks = session(site)
        assert asks.fetch(site.url("/a")).body == b"a"
        assert refusal(asks, site.url("/b")).code == "robots"

    @pytest.mark.parametrize(
        "reply", [Reply(status=404), Reply(status=403), Reply(status=410), Reply(b"<html>"), robots()]
    )
    def test_no_rules_allow_everything(self, site: Site, reply: Reply) -> None:
        site.pages["/robots.txt"] = reply
        assert session(site).fetch(site.url("/a")).body == b"a"

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_server_in_trouble_is_asked_again_later_and_not_refused(self, site: Site, status: int) -> None:
        site.pages["/robots.txt"] = Reply(status=status)
        asks = session(site)
        error = failure(asks, site.url("/a"))
        assert (error.code, error.retry_after) == ("robots_unreachable", politeness.UNREACHABLE_SECONDS)
        site.pages["/robots.txt"] = robots()
        assert failure(asks, site.url("/b")).code == "robots_unreachable"  # known for some minutes
        assert asked(site) == ["/robots.txt"]

    def test_one_that_hangs_is_unreachable(self, site: Site) -> None:
        site.pages["/robots.txt"] = Reply(chunks=site.endless(b"x", pause=60))
        assert failure(session(site, read_timeout=0.2), site.url("/a")).code == "robots_unreachable"

    def test_its_redirects_are_followed_and_guarded(self, site: Site, other: Site) -> None:
        site.pages["/robots.txt"] = Reply(status=301, headers={"Location": other.url("/r")})
        other.pages["/r"] = robots("User-agent: *", "Disallow: /a")
        assert refusal(session(site, other), site.url("/a")).code == "robots"
        site.pages["/robots.txt"] = Reply(status=301, headers={"Location": "http://169.254.169.254/r"})
        assert session(site, other).fetch(site.url("/a")).body == b"a"  # 4xx and the like: no rules
        assert asked(other) == ["/r"]

    def test_what_lies_beyond_the_limit_is_not_read(self, site: Site) -> None:
        fill = "#" * 99 + "\n"
        site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /b", fill * 5000, "Disallow: /a")
        asks = session(site)
        assert asks.fetch(site.url("/a")).body == b"a"
        assert refusal(asks, site.url("/b")).code == "robots"

    def test_every_hop_is_asked_for(self, site: Site, other: Site) -> None:
        site.pages["/from"] = Reply(status=302, headers={"Location": other.url("/a")})
        other.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /")
        assert refusal(session(site, other), site.url("/from")).code == "robots"
        assert asked(other) == ["/robots.txt"]

    def test_a_documented_api_has_a_bucket_and_no_robots(self, site: Site) -> None:
        site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /")
        asks = session(site, rate=SLOW, burst=1, heeds_robots=False)
        assert asks.fetch(site.url("/a")).body == b"a"
        assert failure(asks, site.url("/a")).code == "throttled"
        assert asked(site) == ["/a"]

    @pytest.mark.parametrize(
        ("lines", "seconds"),
        [
            (["Crawl-delay: 30"], 30),
            (["Crawl-delay: 99999"], 60),
            (["Request-rate: 1/20"], 20),
            (["Crawl-delay: 0.001"], 1),
        ],
    )
    def test_a_slower_pace_that_it_asks_for_wins(self, site: Site, lines: list[str], seconds: float) -> None:
        site.pages["/robots.txt"] = robots("User-agent: *", *lines)
        asks = session(site, rate=1.0, burst=2)
        asks = replace(asks, gate=replace(asks.gate, patience=0.0))  # type: ignore[type-var]
        told = []
        for _ in range(4):
            try:
                asks.fetch(site.url("/a"))
            except FetchFailed as error:
                told.append(error.retry_after or 0.0)
        steps = [later - earlier for earlier, later in itertools.pairwise(told)]
        assert steps
        assert steps == [pytest.approx(seconds, abs=0.5)] * len(steps)


class TestBucket:
    def test_a_short_wait_is_slept_and_a_long_one_is_for_later(self, site: Site) -> None:
        asks = session(site, rate=20.0, burst=1)
        for _ in range(3):
            asks.fetch(site.url("/a"))
        slow = session(site, rate=SLOW, burst=2)
        slow.fetch(site.url("/a"))
        told = [failure(slow, site.url("/a")) for _ in range(3)]
        assert {error.code for error in told} == {"throttled"}
        assert [round(error.retry_after or 0, -1) for error in told] == [100, 200, 300]
        assert asked(site) == ["/robots.txt", "/a", "/a", "/a", "/robots.txt", "/a"]

    def test_a_redirect_is_waited_for_else_the_row_would_begin_anew_for_ever(self, site: Site) -> None:
        site.pages |= {
            "/robots.txt": robots("User-agent: *", "Crawl-delay: 0.3"),
            "/from": Reply(status=302, headers={"Location": "/a"}),
        }
        asks = session(site)
        assert asks.gate is not None
        asks = replace(asks, gate=replace(asks.gate, patience=0.05))
        began = time.monotonic()
        assert asks.fetch(site.url("/from")).body == b"a"
        assert time.monotonic() - began >= 0.3

    def test_a_redirect_that_would_be_waited_for_too_long_is_an_attempt_that_counts(self, site: Site) -> None:
        site.pages |= {
            "/robots.txt": robots("User-agent: *", "Crawl-delay: 60"),
            "/from": Reply(status=302, headers={"Location": "/a"}),
        }
        asks = session(site)
        error = failure(replace(asks, total_timeout=5.0), site.url("/from"))
        assert (error.code, error.code in UNCOUNTED, asked(site)) == ("timeout", False, ["/robots.txt", "/from"])

    def test_no_wait_is_begun_that_the_deadline_would_cut(self, site: Site) -> None:
        asks = session(site, rate=1.0, burst=2, total_timeout=0.5)
        asks.fetch(site.url("/a"))
        assert failure(asks, site.url("/a")).code == "throttled"

    def test_hosts_do_not_wait_for_each_other(self, site: Site, other: Site) -> None:
        asks = session(site, other, rate=SLOW, burst=2)
        asks.fetch(site.url("/a"))
        assert failure(asks, site.url("/a")).code == "throttled"
        assert asks.fetch(other.url("/a")).body == b"other"

    @pytest.mark.parametrize(
        ("status", "headers", "pause"),
        [(429, {"Retry-After": "70"}, 70), (503, {}, 30), (429, {}, 30), (500, {"Retry-After": "80"}, 80)],
    )
    def test_a_host_that_wants_a_pause_gets_it_from_everybody(
        self, site: Site, other: Site, status: int, headers: dict[str, str], pause: float
    ) -> None:
        site.pages["/busy"] = Reply(status=status, headers=headers)
        asks = session(site, other)
        assert failure(asks, site.url("/busy")).code == f"http_{status}"
        error = failure(asks, site.url("/a"))
        assert error.code == "throttled"
        assert error.retry_after == pytest.approx(pause, abs=2)
        assert asked(site) == ["/robots.txt", "/busy"]
        assert asks.fetch(other.url("/a")).body == b"other"

    def test_a_plain_error_closes_nothing(self, site: Site) -> None:
        asks = session(site)
        assert refusal(asks, site.url("/none")).code == "http_404"
        assert asks.fetch(site.url("/a")).body == b"a"

    def test_without_redis_nobody_is_asked(self, site: Site) -> None:
        asks = replace(session(site), gate=Gate("unix:///nowhere/redis.sock", QUICK, 1))
        assert failure(asks, site.url("/a")).code == "redis_away"
        assert failure(replace(asks, heeds_robots=False), site.url("/a")).code == "redis_away"
        assert asked(site) == []

    def test_an_address_that_is_refused_costs_no_turn(self, site: Site) -> None:
        asks = session(site, rate=SLOW, burst=2)
        assert refusal(asks, "http://169.254.169.254/").code == "blocked_address"
        assert asks.fetch(site.url("/a")).body == b"a"


class TestCaptcha:
    @pytest.mark.parametrize("status", [200, 403, 429, 503])
    @pytest.mark.parametrize("accept", [PAGE_TYPES, ("image/",)])
    def test_a_question_in_the_place_of_an_answer_closes_the_host(
        self, site: Site, status: int, accept: tuple[str, ...]
    ) -> None:
        site.pages["/asks"] = replace(CAPTCHA, status=status)
        asks = session(site)
        assert failure(asks, site.url("/asks"), accept=accept).code == "captcha"
        assert failure(asks, site.url("/a")).code == "throttled"

    def test_a_page_that_is_no_question_is_what_it_is(self, site: Site) -> None:
        with pytest.raises(FetchRefused) as caught:
            session(site).fetch(site.url("/a"), accept=("image/",))
        assert caught.value.code == "wrong_type"


class TestContact:
    def test_foreign_hosts_are_not_even_looked_up_without_one(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def look_up(*_: Any, **__: Any) -> Any:
            raise AssertionError("looked up")

        asks = session(site, contact_required=True)
        site.pages["/from"] = Reply(status=302, headers={"Location": "https://example.org/"})
        assert refusal(asks, site.url("/from")).code == "no_contact"
        monkeypatch.setattr("socket.getaddrinfo", look_up)
        assert refusal(asks, "https://example.org/").code == "no_contact"
        with pytest.raises(FetchRefused):
            asks.get("https://example.org/api", {"q": "x"})

    def test_it_is_told_to_whom_is_asked(self, site: Site) -> None:
        session(site, contact_required=True, contact="mailto:a@example.org").fetch(site.url("/a"))
        told = {request.headers["User-Agent"] for request in site.requests}
        assert told == {"MTF-Curator/0.3 (+mailto:a@example.org)"}


class TestBingChild:
    def discover(self, asks: GuardedSession, site: Site) -> SourceError:
        source = BingSource(time_limit=30, pause=0)
        with pytest.raises(SourceError) as caught:
            list(source.discover(Query("Ada", base_address=site.url()), asks))
        return caught.value

    def test_it_heeds_robots(self, site: Site) -> None:
        site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /images/")
        error = self.discover(session(site), site)
        assert "robots.txt" in error.message
        assert (error.transient, error.code, asked(site)) == (False, "robots", ["/robots.txt"])

    def test_it_shares_the_bucket(self, site: Site) -> None:
        asks = session(site, rate=SLOW, burst=2)
        asks.fetch(site.url("/a"))
        error = self.discover(asks, site)
        assert (error.transient, error.code, round(error.retry_after or 0, -1)) == (True, "throttled", 100)
        assert json.loads(BingSource()._order(Query("Ada"), asks))["session"]["gate"]["rate"] == SLOW
