from collections.abc import Iterator
from typing import Any

import pytest

from ingest.licences import US_GOV_WORK
from ingest.sources.commons_file import plain, read_file
from tests.ingest.api_sites import BY_SA, CommonsApi, as_json, ask, asked, commons_page, complaint
from tests.servers import Reply, Site, serve

DEPICTS, CATEGORY, NAME = "haswbstatement:P180=Q42", "Category:Ada Marlow", '"Ada Marlow" filetype:bitmap'


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


def answers(site: Site, found: dict[str, list[dict[str, Any]]], step: int = 50) -> None:
    site.pages["/w/api.php"] = CommonsApi(found, step)


def test_a_hit_carries_all_that_commons_says(site: Site) -> None:
    page = commons_page(7)
    answers(site, {DEPICTS: [page]})
    (hit,) = ask("commons", site, wikidata_id="Q42")
    assert (hit.image_url, hit.page_url, hit.title) == (
        "https://upload.example.org/commons/7.jpg",
        "https://commons.example.org/wiki/File:Ada_Marlow_7.jpg",
        "Ada Marlow 7.jpg",
    )
    assert (hit.creator, hit.licence_url, hit.rank, hit.query) == ("J. & K. Okafor", BY_SA, 1, DEPICTS)
    kept = {name: hit.evidence[name] for name in ("width", "height", "mime", "timestamp", "date", "restrictions")}
    assert kept == {
        "width": 3000,
        "height": 4000,
        "mime": "image/jpeg",
        "timestamp": "2019-06-01T08:15:00Z",
        "date": "2019-05-04 12:30:11",
        "restrictions": ["personality"],
    }
    assert hit.evidence["sha1"] == f"{7:040x}"
    assert hit.statement is not None
    assert (hit.statement.licence_url, hit.statement.says, hit.statement.record) == (BY_SA, "", page)
    assert hit.statement.at_url.startswith(site.url("/w/api.php?action=query"))
    assert hit.statement.at_url.endswith("&pageids=7")


def test_the_question_is_the_documented_one(site: Site) -> None:
    answers(site, {DEPICTS: [commons_page(1)]})
    ask("commons", site, limit=1, wikidata_id="Q42")
    (said,) = asked(site)
    assert (
        said.items()
        >= {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "generator": "search",
            "gsrnamespace": "6",
            "gsrsearch": DEPICTS,
            "prop": "imageinfo",
            "iiprop": "url|size|sha1|mime|timestamp|user|extmetadata",
            "maxlag": "5",
        }.items()
    )


def test_the_statement_then_the_category_each_file_once_and_ranked_within_its_pass(site: Site) -> None:
    answers(site, {DEPICTS: [commons_page(1), commons_page(2)], CATEGORY: [commons_page(2), commons_page(3)]})
    hits = ask("commons", site, wikidata_id="Q42", commons_category="Ada Marlow")
    assert [(hit.query, hit.rank, hit.evidence["page"]) for hit in hits] == [
        (DEPICTS, 1, 1),
        (DEPICTS, 2, 2),
        (CATEGORY, 1, 3),
    ]


@pytest.mark.parametrize("known", [{}, {"wikidata_id": "Q42"}, {"commons_category": "Category:Ada Marlow"}])
def test_the_name_is_asked_where_nothing_else_brings_a_picture(site: Site, known: dict[str, Any]) -> None:
    answers(site, {NAME: [commons_page(4)]})
    assert [hit.query for hit in ask("commons", site, name='Ada "Marlow"', **known)] == [NAME]


def test_continuation_is_followed_to_the_end_and_no_further_than_the_limit(site: Site) -> None:
    answers(site, {DEPICTS: [commons_page(number) for number in range(1, 121)]})
    hits = ask("commons", site, limit=500, wikidata_id="Q42")
    assert [hit.rank for hit in hits] == [hit.evidence["page"] for hit in hits] == list(range(1, 121))
    assert [said.get("gsroffset") for said in asked(site)] == [None, "50", "100"]
    site.requests.clear()
    assert len(ask("commons", site, limit=60, wikidata_id="Q42")) == 60
    assert len(site.requests) == 2


def test_a_file_that_is_told_only_with_the_next_answer_is_not_lost(site: Site) -> None:
    full = [commons_page(1), commons_page(2)]
    bare = {key: full[1][key] for key in ("pageid", "ns", "title", "index")}
    first = {"continue": {"iistart": "2", "continue": "||"}, "query": {"pages": [full[0], bare]}}
    second = {"batchcomplete": True, "query": {"pages": [full[0], full[1]]}}
    site.pages["/w/api.php"] = lambda request: as_json(second if "iistart" in request.query else first)
    assert [hit.evidence["page"] for hit in ask("commons", site, wikidata_id="Q42")] == [1, 2]


def test_a_continuation_that_leads_nowhere_ends(site: Site) -> None:
    stuck = {"continue": {"gsroffset": 50, "continue": "gsroffset||"}, "query": {"pages": [commons_page(1)]}}
    site.pages["/w/api.php"] = as_json(stuck)
    assert len(ask("commons", site, wikidata_id="Q42")) == 1
    assert len(site.requests) == 2


@pytest.mark.parametrize("mime", ["image/svg+xml", "image/tiff", "application/pdf", "audio/ogg", "image/vnd.djvu", ""])
def test_what_is_no_photograph_is_left_out(site: Site, mime: str) -> None:
    answers(site, {DEPICTS: [commons_page(1, mime=mime), commons_page(2)]})
    assert [hit.evidence["page"] for hit in ask("commons", site, wikidata_id="Q42")] == [2]


def test_nothing_found_is_no_error(site: Site) -> None:
    answers(site, {})
    assert ask("commons", site, wikidata_id="Q42", commons_category="Ada Marlow") == []
    assert len(site.requests) == 3


def test_lag_is_waited_for_as_long_as_commons_says(site: Site) -> None:
    lag = {"error": {"code": "maxlag", "info": "Waiting for 10.0.0.1: 6.2 seconds lagged.", "lag": 6.2}}
    site.pages["/w/api.php"] = as_json(lag, retry_after=7)
    error = complaint("commons", site, wikidata_id="Q42")
    assert (error.transient, error.retry_after) == (True, 7.0)
    assert "maxlag" in str(error)
    site.pages["/w/api.php"] = as_json(lag)
    assert complaint("commons", site, wikidata_id="Q42").retry_after == 5.0


@pytest.mark.parametrize(
    ("reply", "words", "transient"),
    [
        (as_json({"error": {"code": "ratelimited", "info": "Slow down."}}), "ratelimited", True),
        (as_json({"error": {"code": "internal_api_error_DBQueryError", "info": "x"}}), "internal_api", True),
        (as_json({"error": {"code": "badvalue", "info": "Unrecognized value."}}), "badvalue", False),
        (as_json({"error": "no"}), "shape", False),
        (as_json({"batchcomplete": True, "query": {"pages": {"1": commons_page(1)}}}), "shape", False),
        (as_json({"batchcomplete": True, "query": {"pages": [1]}}), "shape", False),
        (as_json({"batchcomplete": True, "query": {"pages": [{"pageid": 1, "title": "File:A"}]}}), "shape", False),
        (as_json({"pages": []}), "shape", False),
        (Reply(b"<html>captcha</html>"), "captcha", False),
    ],
)
def test_anything_but_results_is_an_error(site: Site, reply: Reply, words: str, transient: bool) -> None:
    site.pages["/w/api.php"] = reply
    error = complaint("commons", site, wikidata_id="Q42")
    assert words in str(error)
    assert str(error).startswith("Wikimedia Commons ")
    assert error.transient is transient


GOVERNMENT = {"License": "pd", "LicenseUrl": "", "Categories": "People|PD US Government|1990s portraits"}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (GOVERNMENT, US_GOV_WORK),
        (GOVERNMENT | {"Categories": "PD US Navy portraits"}, US_GOV_WORK),
        (GOVERNMENT | {"Categories": "PD US expired"}, ""),
        (GOVERNMENT | {"Categories": "PD-self"}, ""),
        (GOVERNMENT | {"License": "cc-by-nc-4.0"}, "CC-BY-NC-4.0"),
        ({"License": "cc-by-2.0-fr", "LicenseUrl": ""}, "LicenseRef-CC-BY-2.0-FR"),
        ({"License": "cc0", "LicenseUrl": ""}, "CC0-1.0"),
        ({"License": "attribution", "LicenseUrl": ""}, ""),
        ({"License": "cc0"}, ""),
    ],
)
def test_a_licence_without_an_address_is_read_from_its_code(said: dict[str, str], says: str) -> None:
    file = read_file(commons_page(1, said=said))
    assert file is not None
    assert file.says == says


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("J. Okafor", "J. Okafor"),
        ('<a href="x">J. Okafor</a>,\n <b>Lagos</b>', "J. Okafor, Lagos"),
        ('Jo<span style="display: none;">creator QS:P170,Q1</span>', "Jo"),
        ("A &amp; B", "A & B"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_html_of_the_artist_becomes_plain_words(html: str, words: str) -> None:
    assert plain(html) == words


def test_a_file_without_metadata_is_still_a_file() -> None:
    file = read_file(commons_page(1, extmetadata=[]))
    assert file is not None
    assert (file.creator, file.licence_url, file.says, file.facts["restrictions"]) == ("", "", "", [])
