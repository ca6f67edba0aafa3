"""The site that plays an image search, its pages and its pictures."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
import requests
from bs4 import BeautifulSoup
from PIL import Image, ImageChops, ImageStat
from PIL.ExifTags import IFD, Base

from demo import site as demo_site
from demo.collection import BY_ID, PER_PERSON, PICTURES, QUIRKS, Expected, Quirk, expected_counts, image_of
from demo.people import BY_SLUG, PEOPLE
from demo.site import PAGE_SIZE, DemoSite, running

EMPTY = '<div class="dgControl"></div>'
EVERYBODY = " ".join(person.name for person in PEOPLE)
REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running() as running_site:
        yield running_site


def get(site: DemoSite, path: str) -> requests.Response:
    return requests.get(site.address + path, timeout=20)


def search(site: DemoSite, query: str) -> list[dict[str, str]]:
    soup = BeautifulSoup(get(site, f"/images/async?{query}").text, "html.parser")
    return [json.loads(str(link["m"])) for link in soup.select("div.dgControl li > div.imgpt > a.iusc")]


def ids(hits: list[dict[str, str]]) -> set[str]:
    return {hit["murl"].rsplit("/", 1)[1].removesuffix(".jpg") for hit in hits}


def image(site: DemoSite, picture_id: str) -> Image.Image:
    return Image.open(BytesIO(get(site, f"/img/{picture_id}.jpg").content))


def licence_links(site: DemoSite, picture_id: str) -> list[str]:
    soup = BeautifulSoup(get(site, f"/photo/{picture_id}").text, "html.parser")
    return [str(link["href"]) for link in soup.select("a[rel=license]")]


def picture_with(quirk: Quirk) -> str:
    return next(key for key, (what, _) in QUIRKS.items() if what == quirk)


def test_search_finds_a_person_with_page_image_and_title_on_this_site(site: DemoSite) -> None:
    hits = search(site, "q=Ada Marlow&first=0")
    assert len(hits) == PER_PERSON
    assert hits[0] == {
        "purl": f"{site.address}/photo/ada-marlow-1",
        "murl": f"{site.address}/img/ada-marlow-1.jpg",
        "turl": f"{site.address}/thumb/ada-marlow-1.jpg",
        "t": BY_ID["ada-marlow-1"].title,
    }


@pytest.mark.parametrize("query", ["ada+MARLOW", "Ada%20Marlow%20actor", "A.+Marlow"])
def test_search_finds_names_however_written(site: DemoSite, query: str) -> None:
    assert len(search(site, f"q={query}&first=0")) == PER_PERSON


def test_search_pages_end_in_an_empty_one(site: DemoSite) -> None:
    starts = range(0, len(PICTURES), PAGE_SIZE)
    pages = [search(site, f"q={EVERYBODY}&first={first}") for first in starts]
    assert [len(page) for page in pages] == [35, 35, 35, 3]
    assert set.union(*map(ids, pages)) == set(BY_ID)
    assert get(site, f"/images/async?q={EVERYBODY}&first=140").text == EMPTY


@pytest.mark.parametrize("query", ["q=Nobody+Atall&first=0", "q=Ada&first=0", "first=0"])
def test_search_finds_nothing_for_anybody_else(site: DemoSite, query: str) -> None:
    assert get(site, f"/images/async?{query}").text == EMPTY


def test_search_honours_the_licence_filter_as_icrawler_writes_it(site: DemoSite) -> None:
    base = "q=Ada%20Marlow&first=0&qft=+filterui:"
    free = ids(search(site, f"{base}license-L1"))
    adaptable = ids(search(site, f"{base}photo-photo+filterui:license-L2_L3"))
    assert free & adaptable
    assert free - adaptable
    assert adaptable - free
    assert free | adaptable == ids(search(site, f"{base}licenseType-Any"))


def test_search_refuses_a_start_that_is_no_number(site: DemoSite) -> None:
    assert get(site, "/images/async?q=Ada+Marlow&first=-1").status_code == 400


@pytest.mark.parametrize("path", ["/nothing", "/img/nobody-1.jpg", "/photo/ada-marlow-99", "/photo/"])
def test_unknown_addresses_are_not_found(site: DemoSite, path: str) -> None:
    assert get(site, path).status_code == 404


def test_photo_page_names_title_creator_and_licence(site: DemoSite) -> None:
    page, picture = get(site, "/photo/ada-marlow-1").text, BY_ID["ada-marlow-1"]
    assert picture.title in page
    assert f'<span property="cc:attributionName">{picture.creator}</span>' in page
    assert licence_links(site, picture.id) == [f"https://creativecommons.org/{picture.licence}/"]


@pytest.mark.parametrize(
    ("quirk", "links"),
    [
        ("noncommercial", ["https://creativecommons.org/licenses/by-nc/2.0/"]),
        ("no_derivatives", ["https://creativecommons.org/licenses/by-nd/4.0/"]),
        ("no_licence", []),
    ],
)
def test_photo_page_of_a_picture_that_mtf_refuses(site: DemoSite, quirk: Quirk, links: list[str]) -> None:
    assert licence_links(site, picture_with(quirk)) == links


def test_image_is_a_jpeg_with_camera_and_time(site: DemoSite) -> None:
    with image(site, "ada-marlow-1") as opened:
        exif = opened.getexif()
        assert opened.format == "JPEG"
        assert exif[Base.Make]
        assert exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal].startswith(f"{BY_ID['ada-marlow-1'].taken}:")


def test_images_say_where_they_were_taken_on_every_third(site: DemoSite) -> None:
    places = [bool(image(site, f"ada-marlow-{number}").getexif().get_ifd(IFD.GPSInfo)) for number in (3, 4, 6)]
    assert places == [True, False, True]


def test_image_that_is_missing(site: DemoSite) -> None:
    assert get(site, f"/img/{picture_with('missing')}.jpg").status_code == 404


def test_image_that_is_a_page(site: DemoSite) -> None:
    response = get(site, f"/img/{picture_with('not_an_image')}.jpg")
    assert response.headers["content-type"] == "image/jpeg"
    assert response.content.startswith(b"<!doctype html>")


def test_image_that_lies_on_its_side_stands_up_by_its_exif(site: DemoSite) -> None:
    key = picture_with("rotated")
    with image(site, key) as lying:
        assert lying.getexif()[Base.Orientation] == 6
        upright = lying.transpose(Image.Transpose.ROTATE_270)
    straight = image_of(BY_ID[key])
    assert sum(ImageStat.Stat(ImageChops.difference(upright, straight)).mean) < 15


def test_duplicates_are_exact_or_near(site: DemoSite) -> None:
    exact, near = BY_ID[picture_with("exact_duplicate")], BY_ID[picture_with("near_duplicate")]
    pairs = [get(site, f"/img/{key}.jpg").content for key in (exact.id, exact.original.id)]
    assert pairs[0] == pairs[1]
    with image(site, near.id) as small, image(site, near.original.id) as large:
        assert small.width < large.width
        change = ImageChops.difference(small.resize((64, 64)), large.resize((64, 64)))
    assert sum(ImageStat.Stat(change).mean) < 15


def test_slow_image_takes_its_time(site: DemoSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_site, "SLOW_SECONDS", 0.3)
    started = time.monotonic()
    assert get(site, f"/img/{picture_with('slow')}.jpg").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_thumbnail_is_small_and_there_even_where_the_image_is_not(site: DemoSite) -> None:
    for key in ("ada-marlow-1", picture_with("missing"), picture_with("rotated")):
        with Image.open(BytesIO(get(site, f"/thumb/{key}.jpg").content)) as opened:
            assert max(opened.size) == 236


def test_robots_and_index_are_for_everybody(site: DemoSite) -> None:
    assert get(site, "/robots.txt").text == "User-agent: *\nAllow: /\n"
    assert all(person.name in get(site, "/").text for person in PEOPLE)


def test_head_answers_without_a_body(site: DemoSite) -> None:
    response = requests.head(f"{site.address}/robots.txt", timeout=20)
    assert (response.status_code, response.content, response.headers["content-length"]) == (200, b"", "23")


def test_requests_are_counted_by_path(site: DemoSite) -> None:
    before = site.asked["/photo/bo-lindqvarn-1"]
    get(site, "/photo/bo-lindqvarn-1?x=1")
    assert site.asked["/photo/bo-lindqvarn-1"] == before + 1


def test_every_quirk_is_somewhere_in_the_collection() -> None:
    assert set(QUIRKS) <= set(BY_ID)
    assert {quirk for quirk, _ in QUIRKS.values()} == set(get_args(Quirk))
    assert BY_ID["lin-yaoqing-3"].shows == (BY_SLUG["ishani-vardekar"],)


def test_expected_counts_of_all_and_of_one() -> None:
    refused = {"noncommercial": 2, "no_derivatives": 1, "no_licence": 1}
    assert expected_counts() == Expected(108, 35, 92, refused, 1, 1, 101, 2, 102)
    none_refused = dict.fromkeys(refused, 0)
    assert expected_counts(PEOPLE[:1]) == Expected(9, 3, 8, none_refused, 0, 0, 8, 0, 9)


def test_module_runs_by_itself_and_tells_its_port(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "demo.site", "--port-file", str(port_file)]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            assert address == f"http://127.0.0.1:{port_file.read_text()}"
            assert requests.get(f"{address}/robots.txt", timeout=20).status_code == 200
        finally:
            process.terminate()
