from collections.abc import Iterator

import pytest

from tests.ingest.api_sites import OpenverseApi, as_json, ask, asked, complaint, openverse_record
from tests.servers import Reply, Site, serve

ADDRESS = "/v1/images/"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


def test_a_hit_carries_all_that_openverse_says(site: Site) -> None:
    record = openverse_record(3)
    site.pages[ADDRESS] = OpenverseApi([record])
    (hit,) = ask("openverse", site)
    assert (hit.image_url, hit.page_url, hit.title, hit.creator, hit.rank) == (
        "https://live.example.org/3_b.jpg",
        "https://photos.example.org/okafor/3",
        "Ada Marlow at a reading 3",
        "J. Okafor",
        1,
    )
    assert (hit.query, hit.filter) == ('"Ada Marlow"', "license=by,by-sa,cc0,pdm")
    assert hit.evidence["attribution"] == record["attribution"]
    assert hit.statement is not None
    assert (hit.statement.licence_url, hit.statement.says) == (record["license_url"], "")
    assert hit.statement.record == record
    assert hit.statement.at_url == site.url(f"{ADDRESS}{record['id']}/")
    assert asked(site) == [{"q": '"Ada Marlow"', "license": "by,by-sa,cc0,pdm", "page": "1", "page_size": "20"}]


@pytest.mark.parametrize(
    ("code", "version", "says"),
    [("by", "2.0", "CC-BY-2.0"), ("cc0", "1.0", "CC0-1.0"), ("pdm", "1.0", "CC-PDM-1.0"), ("sampling+", "1.0", "")],
)
def test_a_record_without_the_licences_address_says_its_code_and_version(
    site: Site, code: str, version: str, says: str
) -> None:
    site.pages[ADDRESS] = OpenverseApi([openverse_record(1, license=code, license_version=version, license_url=None)])
    (hit,) = ask("openverse", site)
    assert hit.statement is not None
    assert (hit.licence_url, hit.statement.licence_url, hit.statement.says) == ("", "", says)


def test_pages_are_turned_to_the_end_the_limit_and_what_is_granted(site: Site) -> None:
    site.pages[ADDRESS] = OpenverseApi([openverse_record(number) for number in range(45)])
    assert [hit.rank for hit in ask("openverse", site)] == list(range(1, 46))
    assert len(site.requests) == 3
    assert len(ask("openverse", site, limit=25)) == 25
    assert len(site.requests) == 5
    site.pages[ADDRESS] = OpenverseApi([openverse_record(number) for number in range(500)])
    site.requests.clear()
    assert len(ask("openverse", site, limit=1000)) == 400
    assert asked(site)[-1]["page"] == "20"


def test_what_comes_twice_is_one_hit_and_a_page_that_only_repeats_is_the_last(site: Site) -> None:
    twice = [openverse_record(number) for number in range(20)]
    site.pages[ADDRESS] = OpenverseApi([*twice[:10], *twice, *twice[:10], *twice, *twice], pages=9)
    assert len(ask("openverse", site)) == 20
    assert len(site.requests) == 3


def test_drawings_and_records_without_an_address_are_left_out(site: Site) -> None:
    odd = [openverse_record(1, filetype="svg"), openverse_record(2, url=None), openverse_record(3, filetype=None)]
    site.pages[ADDRESS] = OpenverseApi(odd)
    assert [hit.image_url for hit in ask("openverse", site)] == ["https://live.example.org/3_b.jpg"]


def test_nothing_found_is_no_error(site: Site) -> None:
    site.pages[ADDRESS] = OpenverseApi([])
    assert ask("openverse", site) == []


def test_throttling_keeps_what_was_found_and_says_how_long_to_wait(site: Site) -> None:
    api = OpenverseApi([openverse_record(number) for number in range(45)])
    slow = as_json({"detail": "Request was throttled. Expected available in 60 seconds."}, 429, 60)
    site.pages[ADDRESS] = lambda request: slow if len(site.requests) > 1 else api(request)
    error = complaint("openverse", site)
    assert (error.transient, error.retry_after) == (True, 60.0)
    assert "too often" in str(error)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (as_json({"detail": "Invalid page."}, 401), "answered 401 instead of results: Invalid page."),
        (as_json({"page_count": 1, "images": []}), "shape"),
        (as_json({"page_count": 1, "results": [openverse_record(1, url=None)]}), "shape"),
        (as_json({"page_count": 1, "results": ["x"]}), "shape"),
    ],
)
def test_anything_but_results_is_an_error(site: Site, reply: Reply, words: str) -> None:
    site.pages[ADDRESS] = reply
    error = complaint("openverse", site)
    assert words in str(error)
    assert not error.transient
