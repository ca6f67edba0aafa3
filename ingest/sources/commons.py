"""Wikimedia Commons: pictures that say whom they show, each with its licence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from ingest.network import GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, Statement
from ingest.sources.commons_file import IMAGE_INFO, CommonsFile, read_file
from ingest.sources.json_api import JsonApi
from ingest.sources.mediawiki import QUERY, ask

BATCH = 50  # files an answer; with extmetadata more are not given
MAX_QUESTIONS = 80  # of one pass: at one a second, two passes end within a task's time


@dataclass(frozen=True)
class _Pass:
    """One way of asking; `shown` is how evidence names it."""

    shown: str
    generator: Mapping[str, str]


@dataclass(frozen=True)
class CommonsSource:
    """Files that state the person, and those of the person's category; by name only where neither brings any."""

    name: ClassVar[str] = "commons"
    label: ClassVar[str] = "Wikimedia Commons"
    about: ClassVar[str] = Sentence("Finds pictures that say whom they show; its API states the licence of every one.")
    searches: ClassVar[bool] = True
    heeds_robots: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    default_address: ClassVar[str] = "https://commons.wikimedia.org"

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        base = (query.base_address or self.default_address).rstrip("/")
        api = _Commons(JsonApi(self.label, session), f"{base}/w/api.php")
        seen: set[str] = set()
        for step in _known_passes(query):
            if len(seen) < query.limit:
                yield from _hits(api, step, seen, query.limit)
        if not seen:
            yield from _hits(api, _by_name(query), seen, query.limit)


def _hits(api: "_Commons", step: _Pass, seen: set[str], limit: int) -> Iterator[Hit]:
    """One pass, up to so many pictures over all; `seen` are the addresses of those that there were."""
    for rank, (file, page) in enumerate(_fresh(api.files(step), seen), start=1):
        yield _hit(file, page, step, rank, api.address)
        if len(seen) >= limit:
            return


def _known_passes(query: Query) -> Iterator[_Pass]:
    if query.wikidata_id:
        yield _search(f"haswbstatement:P180={query.wikidata_id}")
    if category := query.commons_category.strip():
        title = f"Category:{category.removeprefix('Category:')}"
        asked = {"generator": "categorymembers", "gcmtitle": title, "gcmtype": "file", "gcmlimit": str(BATCH)}
        yield _Pass(title, asked)


def _by_name(query: Query) -> _Pass:
    return _search(f"{query.phrase} filetype:bitmap")


def _search(words: str) -> _Pass:
    asked = {"generator": "search", "gsrnamespace": "6", "gsrlimit": str(BATCH), "gsrsearch": words}
    return _Pass(words, asked)


def _fresh(
    found: Iterator[tuple[CommonsFile, dict[str, Any]]], seen: set[str]
) -> Iterator[tuple[CommonsFile, dict[str, Any]]]:
    """Pictures that no earlier page or pass brought."""
    for file, page in found:
        if file.is_picture and file.url not in seen:
            seen.add(file.url)
            yield file, page


@dataclass(frozen=True)
class _Commons:
    api: JsonApi
    address: str

    def files(self, step: _Pass) -> Iterator[tuple[CommonsFile, dict[str, Any]]]:
        """Follow `continue`. An answer may name a page before it tells its file: that comes with a later one."""
        onward: dict[str, str] = {}
        for _ in range(MAX_QUESTIONS):
            data = ask(self.api, self.address, {**QUERY, **IMAGE_INFO, **step.generator, **onward})
            pages = self._pages(data)
            files = [(file, page) for page in pages if (file := read_file(page)) is not None]
            yield from files
            following = {key: str(value) for key, value in self._onward(data).items()}
            if pages and not files and not following:
                raise self.api.changed("no file has “imageinfo”")
            if not following or following == onward:
                return
            onward = following

    def _pages(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """In the order of the search; an answer without hits has no "query" at all."""
        if "query" not in data:
            if data.keys() & {"batchcomplete", "continue"}:
                return []
            raise self.api.changed("“query” is missing")
        pages = self.api.objects(self.api.part(data, "query", dict), "pages")
        return sorted(pages, key=lambda page: index if isinstance(index := page.get("index"), int) else 0)

    def _onward(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return self.api.part(data, "continue", dict) if "continue" in data else {}


def _hit(file: CommonsFile, page: dict[str, Any], step: _Pass, rank: int, address: str) -> Hit:
    again = {**QUERY, **IMAGE_INFO, "pageids": str(file.number)}
    del again["maxlag"]
    return Hit(
        image_url=file.url,
        page_url=file.page_url,
        title=file.title,
        creator=file.creator,
        licence_url=file.licence_url,
        rank=rank,
        query=step.shown,
        evidence=file.facts | {"page": file.number, "search": address},
        statement=Statement(
            licence_url=file.licence_url, at_url=f"{address}?{urlencode(again)}", record=page, says=file.says
        ),
    )
