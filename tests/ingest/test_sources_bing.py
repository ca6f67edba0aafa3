"""The Bing source, child process and all, against a local server of Bing's shape."""

import html
import json
import time
from collections.abc import Iterator

import psutil
import pytest

from ingest.network import GuardedSession
from ingest.sources import SOURCES
from ingest.sources.base import Hit, Query, SourceError
from ingest.sources.bing import BingSource
from ingest.sources.bing_page import NotResults, read_results
from tests.servers import Reply, Request, Site, serve

LICENCES = {"filterui:license-L1": "publicdomain", "filterui:license-L2_L3": "commercial,modify"}
EMPTY = b'<div class="dgControl"></div>'


def anchor(image_url: str, **fields: str) -> str:
    said = {
        "murl": image_url,
        "purl": f"{image_url}.html",
        "turl": f"{image_url}?t",
        "t": "A title",
        **fields,
    }
    return f'<a class="iusc" href="#" m="{html.escape(json.dumps(said))}"><img></a>'


def page(*image_urls: str) -> bytes:
    anchors = "".join(f"<li>{anchor(url)}</li>" for url in image_urls)
    return f'<div class="dgControl"><ul class="dgControl_list">{anchors}</ul></div>'.encode()


class Search:
    """Plays Bing: `totals` pictures a licence filter, pages of `size` from `first` on."""

    def __init__(self, totals: dict[str, int], size: int = 20) -> None:
        self.totals = totals
        self.size = size
        self.asked: list[tuple[str, str, int]] = []

    def __call__(self, request: Request) -> Reply:
        licence = LICENCES[request.query["qft"][0].strip("+ ")]
        first = int(request.query["first"][0])
        self.asked.append((request.query["q"][0], licence, first))
        names = range(first, min(first + self.size, self.totals[licence]))
        return Reply(page(*(f"https://p.example/{licence[:2]}/{name}.png" for name in names)))


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


def discover(site: Site, name: str = "Ada", limit: int = 100, time_limit: float = 30.0, **rules: float) -> list[Hit]:
    limits = {"read_timeout": 10.0, "total_timeout": 20.0, **rules}
    session = GuardedSession("MTF-Curator-test", frozenset({site.host_port}), **limits)  # type: ignore[arg-type]
    source = BingSource(time_limit=time_limit, pause=0.0)
    return list(source.discover(Query(name, limit=limit, base_address=site.url()), session))


def complaint(site: Site, **kwargs: float) -> SourceError:
    with pytest.raises(SourceError) as caught:
        discover(site, **kwargs)  # type: ignore[arg-type]
    return caught.value


def test_all_hits_of_both_passes_are_found(site: Site) -> None:
    search = Search({"publicdomain": 25, "commercial,modify": 47})
    site.pages["/images/async"] = search
    hits = discover(site)
    assert len({hit.image_url for hit in hits}) == len(hits) == 72
    assert [hit.rank for hit in hits] == [*range(1, 26), *range(1, 48)]
    assert hits[30] == Hit(
        image_url="https://p.example/co/5.png",
        page_url="https://p.example/co/5.png.html",
        title="A title",
        rank=6,
        query="Ada",
        filter="commercial,modify",
        evidence={"thumbnail_url": "https://p.example/co/5.png?t", "search": site.url()},
    )
    assert {request.headers["User-Agent"] for request in site.requests} == {"MTF-Curator-test"}
    assert {request.path for request in site.requests} == {"/images/async"}


def test_slow_pages_lose_nothing(site: Site) -> None:
    search = Search({"publicdomain": 60, "commercial,modify": 0})

    def slow(request: Request) -> Reply:
        site.stopping.wait(1.0)  # ten times what the child's queues wait for
        return search(request)

    site.pages["/images/async"] = slow
    assert len(discover(site)) == 60


def test_hits_of_both_passes_are_given_once(site: Site) -> None:
    site.pages["/images/async"] = Reply(page("https://p.example/1.jpg", "https://p.example/2.jpg"))
    assert [(hit.image_url[-5:], hit.filter) for hit in discover(site)] == [
        ("1.jpg", "publicdomain"),
        ("2.jpg", "publicdomain"),
    ]


def test_limit_holds_over_both_passes(site: Site) -> None:
    site.pages["/images/async"] = Search({"publicdomain": 3, "commercial,modify": 50})
    hits = discover(site, limit=7)
    assert [hit.filter for hit in hits] == ["publicdomain"] * 3 + ["commercial,modify"] * 4


@pytest.mark.parametrize("name", ["Ada #1 & Co?", "C+C 100%", "王菲", "a&qft=+filterui:license-none#"])
def test_name_is_encoded_and_the_licence_filter_stays(site: Site, name: str) -> None:
    search = Search({"publicdomain": 1, "commercial,modify": 1})
    site.pages["/images/async"] = search
    assert len(discover(site, name)) == 2
    assert {asked[:2] for asked in search.asked} == {(name, "publicdomain"), (name, "commercial,modify")}


def test_genuine_page_without_results_is_no_error(site: Site) -> None:
    site.pages["/images/async"] = Reply(EMPTY)
    assert discover(site) == []
    assert len(site.requests) == 2


def test_too_many_requests_is_an_error_with_the_time_to_wait(site: Site) -> None:
    site.pages["/images/async"] = Reply(b"slow down", 429, headers={"Retry-After": "30"})
    error = complaint(site)
    assert ("429" in str(error), error.transient, error.retry_after) == (True, True, 30.0)
    assert len(site.requests) == 1


def test_too_many_requests_in_the_middle_keeps_what_was_found(site: Site) -> None:
    search = Search({"publicdomain": 60, "commercial,modify": 0})
    site.pages["/images/async"] = lambda asked: Reply(b"", 429) if search.asked else search(asked)
    session = GuardedSession("t", frozenset({site.host_port}))
    found: list[Hit] = []
    hits = BingSource(pause=0.0).discover(Query("Ada", base_address=site.url()), session)
    with pytest.raises(SourceError, match="429"):
        found.extend(hits)
    assert len(found) == 20


@pytest.mark.parametrize(
    ("reply", "words", "transient"),
    [
        (Reply(b'<form id="captcha">Prove it</form>'), "captcha", False),
        (Reply(b"<html><h1>Welcome</h1></html>"), "shape", False),
        (Reply(b""), "shape", False),
        (Reply(page("https://p.example/1.jpg").replace(b"iusc", b"new")), "shape", False),
        (Reply(page("https://p.example/1.jpg").replace(b"murl", b"url")), "shape", False),
        (Reply(b"", 403), "403", False),
        (Reply(b"", 503), "503", True),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "not public", False),
        (Reply(b"x", length=50), "announced length", True),
    ],
)
def test_anything_but_results_is_an_error(site: Site, reply: Reply, words: str, transient: bool) -> None:
    site.pages["/images/async"] = reply
    error = complaint(site)
    assert words in str(error)
    assert error.transient is transient


def test_address_that_is_not_allowed_is_not_asked(site: Site) -> None:
    with serve({"/images/async": Reply(page("https://p.example/1.jpg"))}) as other:
        session = GuardedSession("t", frozenset({site.host_port}))
        with pytest.raises(SourceError, match="Port"):
            list(BingSource().discover(Query("Ada", base_address=other.url()), session))
        assert other.requests == []


def test_hang_ends_at_the_time_limit_and_leaves_no_process(site: Site) -> None:
    site.pages["/images/async"] = Reply(chunks=site.endless(b" ", pause=0.05))
    before = psutil.Process().children()
    started = time.monotonic()
    error = complaint(site, time_limit=2.0)
    assert "within 2 s" in str(error)
    assert error.transient
    assert time.monotonic() - started < 10
    assert psutil.Process().children() == before


def test_consumer_that_stops_half_way_leaves_no_process(site: Site) -> None:
    site.pages["/images/async"] = Search({"publicdomain": 20, "commercial,modify": 0})
    before = psutil.Process().children()
    session = GuardedSession("t", frozenset({site.host_port}))
    hits = BingSource().discover(Query("Ada", base_address=site.url()), session)
    next(hits)
    assert len(psutil.Process().children()) == len(before) + 1
    hits.close()  # type: ignore[attr-defined]
    assert psutil.Process().children() == before


def test_registry_has_the_source() -> None:
    assert SOURCES["bing"].label == "Bing image search"


class TestPage:
    def test_marks_of_the_query_are_taken_out_of_titles(self) -> None:
        body = anchor("https://p.example/a.webp?x=1&y=2", t="\ue000Ada\ue001 & Bo").encode()
        (result,) = read_results(body)
        assert (result.image_url, result.title) == ("https://p.example/a.webp?x=1&y=2", "Ada & Bo")

    @pytest.mark.parametrize("broken", ["<a class=iusc>", "<a class=iusc m='{'>", "<a class=iusc m='[1]'>"])
    def test_one_unreadable_hit_does_not_lose_the_others(self, broken: str) -> None:
        good = anchor("https://p.example/1.jpg")
        odd = anchor("javascript:alert(1)") + anchor("https://p.example/2.jpg", purl="")
        assert len(read_results(f"{broken}</a>{good}{odd}".encode())) == 2
        with pytest.raises(NotResults):
            read_results(f"{broken}</a>".encode())

    def test_blank_page_is_an_end_only_after_results(self) -> None:
        assert read_results(b" \n", may_be_blank=True) == []
        with pytest.raises(NotResults):
            read_results(b" \n")
