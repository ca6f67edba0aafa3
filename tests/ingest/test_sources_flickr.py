import dataclasses
import json
from collections.abc import Iterator

import pytest

from ingest.sources import Query
from tests.ingest.api_sites import FLICKR_LICENCES, KEY, FlickrApi, as_json, ask, asked, complaint, flickr_photo
from tests.servers import Reply, Request, Site, serve

ADDRESS = "/services/rest/"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


def test_a_hit_carries_all_that_flickr_says_and_never_the_key(site: Site) -> None:
    photo = flickr_photo(5)
    site.pages[ADDRESS] = FlickrApi([photo])
    (hit,) = ask("flickr", site, key=KEY)
    assert (hit.image_url, hit.page_url, hit.title, hit.creator, hit.rank, hit.query) == (
        photo["url_k"],
        "https://www.flickr.com/photos/41000000@N01/5",
        "Ada Marlow 5",
        "J. Okafor",
        1,
        '"Ada Marlow"',
    )
    assert (hit.evidence["width"], hit.evidence["height"], hit.evidence["tags"]) == (1366, 2048, "ada marlow reading")
    assert hit.statement is not None
    assert hit.statement.licence_url == hit.licence_url == "https://creativecommons.org/licenses/by/2.0/"
    assert hit.statement.record == photo
    assert hit.statement.at_url == site.url(f"{ADDRESS}?method=flickr.photos.getInfo&photo_id=5&format=json")
    assert KEY not in json.dumps(dataclasses.asdict(hit))
    assert KEY not in repr(Query("Ada", key=KEY))


def test_licences_are_the_known_ones_and_those_that_flickr_adds(site: Site) -> None:
    photos = [flickr_photo(number, license=entry["id"]) for number, entry in enumerate(FLICKR_LICENCES)]
    site.pages[ADDRESS] = FlickrApi([*photos, flickr_photo(90, license="8")])
    found = {hit.evidence["license"]: hit.licence_url for hit in ask("flickr", site, key=KEY)}
    assert set(found) == {"4", "8", "9", "11"}
    assert found["11"] == "https://creativecommons.org/licenses/by/4.0/deed.en"
    assert asked(site)[1]["license"] == "4,5,7,8,9,10,11"


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [({"url_o": "https://x.example.org/o.png"}, "o.png"), ({"url_k": None, "url_l": "https://x.example.org/l"}, "l")],
)
def test_the_largest_picture_is_taken(site: Site, sizes: dict[str, str], shown: str) -> None:
    site.pages[ADDRESS] = FlickrApi([flickr_photo(1, **sizes)])
    assert [hit.image_url for hit in ask("flickr", site, key=KEY)] == [f"https://x.example.org/{shown}"]


def test_a_photo_without_a_picture_or_with_another_licence_than_asked_for_is_left_out(site: Site) -> None:
    odd = [flickr_photo(1, url_k=None, url_l=None), flickr_photo(2, license="3"), flickr_photo(3)]
    listed = as_json({"licenses": {"license": FLICKR_LICENCES}, "stat": "ok"})
    found = as_json({"photos": {"page": 1, "pages": "1", "photo": odd}, "stat": "ok"})
    site.pages[ADDRESS] = lambda request: found if "text" in request.query else listed
    assert [hit.evidence["id"] for hit in ask("flickr", site, key=KEY)] == ["3"]


def test_pages_are_turned_to_the_end_and_to_the_limit_each_photo_once(site: Site) -> None:
    photos = [flickr_photo(number) for number in range(560)]
    site.pages[ADDRESS] = FlickrApi([*photos[:300], *photos[200:]])
    assert [hit.rank for hit in ask("flickr", site, limit=1000, key=KEY)] == list(range(1, 561))
    assert [said.get("page") for said in asked(site)] == [None, "1", "2", "3"]
    site.requests.clear()
    assert len(ask("flickr", site, limit=30, key=KEY)) == 30
    assert [said.get("per_page") for said in asked(site)] == [None, "30"]


def test_nothing_found_is_no_error(site: Site) -> None:
    site.pages[ADDRESS] = FlickrApi([])
    assert ask("flickr", site, key=KEY) == []


def test_without_a_key_nothing_is_asked(site: Site) -> None:
    assert "MTF_FLICKR_KEY" in str(complaint("flickr", site))
    assert site.requests == []


def test_a_bad_key_is_an_error_for_good_that_does_not_tell_it(site: Site) -> None:
    site.pages[ADDRESS] = FlickrApi([])
    error = complaint("flickr", site, key="a-wrong-key")
    assert "MTF_FLICKR_KEY" in str(error)
    assert "a-wrong-key" not in str(error)
    assert not error.transient


def failing(code: int) -> Reply:
    return as_json({"stat": "fail", "code": code, "message": "Something"})


@pytest.mark.parametrize(
    ("reply", "words", "transient"),
    [
        (failing(105), "error 105: Something", True),
        (failing(10), "error 10", True),
        (failing(3), "error 3", False),
        (as_json({"photos": {}}), "shape", False),
        (as_json({"stat": "ok"}), "shape", False),
        (as_json({"stat": "ok", "photos": {"photo": {}}}), "shape", False),
        (as_json({"stat": "ok", "photos": {"photo": [{"title": "x"}], "pages": 1}}), "shape", False),
        (as_json({}, 429, 9), "too often", True),
    ],
)
def test_anything_but_results_is_an_error(site: Site, reply: Reply, words: str, transient: bool) -> None:
    api = FlickrApi([])

    def answer(request: Request) -> Reply:
        return reply if "text" in request.query else api(request)

    site.pages[ADDRESS] = answer
    error = complaint("flickr", site, key=KEY)
    assert words in str(error)
    assert error.transient is transient
    assert KEY not in str(error)
