"""A second source on the demo's site: a free archive with a licence API in the shape of Wikimedia Commons'.

Two photographs of each person that the image search does not know, a smaller copy of one that it does, and one
whose file says "All rights reserved" although the archive says CC BY: a person has to decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image
from PIL.ExifTags import Base

from demo import drawing
from demo.collection import BY_ID, CREATORS, SIZES, exif_of, image_of
from demo.people import PEOPLE, Person

PER_PERSON = 2
CONTRADICTORY = "greta-halvorsen-pym-archive-2"
LICENCES = (("cc-by-4.0", "CC BY 4.0", "licenses/by/4.0"), ("cc-by-sa-4.0", "CC BY-SA 4.0", "licenses/by-sa/4.0"))
COPIED = ("bo-lindqvarn-2", "lin-yaoqing-2")
PAGE = 5  # results a page, so that `continue` is followed
FIRST_SEED = 5000  # far from those of the search's pictures


@dataclass(frozen=True)
class Archived:
    id: str
    person: Person
    number: int
    copy_of: str = ""

    @property
    def seed(self) -> int:
        return FIRST_SEED + PEOPLE.index(self.person) * 100 + self.number

    @property
    def licence(self) -> tuple[str, str, str]:
        return LICENCES[self.seed % 2] if self.id != CONTRADICTORY else LICENCES[0]

    @property
    def creator(self) -> str:
        return BY_ID[self.copy_of].creator if self.copy_of else CREATORS[self.seed % len(CREATORS)]

    @property
    def title(self) -> str:
        return f"File:{self.person.name} ({self.number}).jpg"

    @property
    def taken(self) -> int:
        return 2017 + self.seed % 8

    def image(self) -> Image.Image:
        if self.copy_of:
            original = image_of(BY_ID[self.copy_of])
            return original.resize((original.width // 2, original.height // 2), Image.Resampling.LANCZOS)
        return drawing.portrait(self.person, self.seed, SIZES[self.seed % len(SIZES)])


def _pictures() -> Iterator[Archived]:
    for person in PEOPLE:
        for number in range(1, PER_PERSON + 1):
            yield Archived(f"{person.slug}-archive-{number}", person, number)
    for key in COPIED:
        person = BY_ID[key].person
        yield Archived(f"{person.slug}-archive-{PER_PERSON + 1}", person, PER_PERSON + 1, key)


ARCHIVE = tuple(_pictures())
ARCHIVE_BY_ID = {picture.id: picture for picture in ARCHIVE}


@lru_cache(maxsize=32)
def archived_jpeg(picture: Archived) -> bytes:
    exif = exif_of(BY_ID[picture.copy_of]) if picture.copy_of else Image.Exif()
    if picture.id == CONTRADICTORY:
        exif[Base.Copyright] = "All rights reserved"
    return drawing.encode(picture.image(), exif=exif)


def search(address: str, words: str, start: int) -> dict[str, Any]:
    """One answer of `action=query&generator=search`, formatversion 2; `start` is its gsroffset."""
    wanted = set(re.findall(r"\w+", words.casefold()))
    found = [p for p in ARCHIVE if set(re.findall(r"\w+", p.person.name.casefold())) <= wanted]
    pages = [_page(address, picture, index) for index, picture in enumerate(found, start=1)]
    answer: dict[str, Any] = {"batchcomplete": True}
    if start + PAGE < len(found):
        answer["continue"] = {"gsroffset": start + PAGE, "continue": "gsroffset||"}
    if shown := pages[start : start + PAGE]:
        answer["query"] = {"pages": shown}
    return answer


def _page(address: str, picture: Archived, index: int) -> dict[str, Any]:
    code, name, path = picture.licence
    said = {
        "LicenseShortName": name,
        "License": code,
        "LicenseUrl": f"https://creativecommons.org/{path}",
        "Artist": f'<a href="{address}/">{picture.creator}</a>',
        "AttributionRequired": "true",
        "DateTimeOriginal": f"{picture.taken}-06-01 12:00:00",
        "Restrictions": "",
    }
    width, height = SIZES[picture.seed % len(SIZES)]
    info = {
        "timestamp": f"{picture.taken}-07-01T08:00:00Z",
        "user": "Archivist",
        "size": 400_000,
        "width": width,
        "height": height,
        "url": f"{address}/archive/{picture.id}.jpg",
        "descriptionurl": f"{address}/archive/{picture.id}",
        "sha1": "",
        "mime": "image/jpeg",
        "extmetadata": {key: {"value": value, "source": "commons-desc-page"} for key, value in said.items()},
    }
    return {"pageid": picture.seed, "ns": 6, "title": picture.title, "index": index, "imageinfo": [info]}
