"""The archive on the demo's site, asked as Wikimedia Commons is."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image
from PIL.ExifTags import Base

from demo.commons import ARCHIVE, CONTRADICTORY, PAGE, PER_PERSON
from demo.people import PEOPLE
from demo.site import DemoSite, running


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running() as running_site:
        yield running_site


def ask(site: DemoSite, words: str, **more: str) -> dict[str, Any]:
    query = {"action": "query", "generator": "search", "gsrsearch": words} | more
    answer: dict[str, Any] = requests.get(site.address + "/w/api.php", params=query, timeout=20).json()
    return answer


def test_every_person_has_pictures_with_a_licence_and_a_creator(site: DemoSite) -> None:
    for person in PEOPLE:
        pages = ask(site, f'"{person.name}"')["query"]["pages"]
        assert len(pages) >= PER_PERSON
        said = pages[0]["imageinfo"][0]["extmetadata"]
        assert said["LicenseUrl"]["value"].startswith("https://creativecommons.org/licenses/by")
        assert said["Artist"]["value"]


def test_answers_continue_until_all_is_told(site: DemoSite) -> None:
    everybody = " ".join(person.name for person in PEOPLE)
    answer = ask(site, everybody)
    told = answer["query"]["pages"]
    while "continue" in answer:
        answer = ask(site, everybody, gsroffset=str(answer["continue"]["gsroffset"]))
        told += answer["query"]["pages"]
    assert len(told) == len({page["title"] for page in told}) == len(ARCHIVE) > PAGE


def test_nobody_else_is_found(site: DemoSite) -> None:
    assert "query" not in ask(site, "Nobody Atall")


def test_one_file_contradicts_the_archive(site: DemoSite) -> None:
    page = requests.get(f"{site.address}/archive/{CONTRADICTORY}", timeout=20).text
    picture = requests.get(f"{site.address}/archive/{CONTRADICTORY}.jpg", timeout=20)
    assert "CC BY 4.0" in page
    with Image.open(BytesIO(picture.content)) as image:
        assert image.getexif()[Base.Copyright] == "All rights reserved"


@pytest.mark.parametrize("path", ["/archive/nobody-archive-1", "/archive/ada-marlow-1", "/w/api.php?action=delete"])
def test_anything_else_is_refused(site: DemoSite, path: str) -> None:
    assert requests.get(site.address + path, timeout=20).status_code in (400, 404)
