"""Openverse: pictures under open licences from many archives, each with its licence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from ingest.licences import parse_licence_url
from ingest.network import GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, Statement
from ingest.sources.json_api import JsonApi, text_of

PAGE_SIZE, MAX_PAGES = 20, 20  # what is granted to those who have not signed up
LICENCES = "by,by-sa,cc0,pdm"
PICTURES = frozenset({"", "jpg", "jpeg", "png", "webp", "gif"})
PUBLIC_DOMAIN = {"cc0": "zero", "pdm": "mark"}
KEPT = ("id", "provider", "source", "category", "filetype", "width", "height", "attribution", "indexed_on", "thumbnail")


@dataclass(frozen=True)
class OpenverseSource:
    name: ClassVar[str] = "openverse"
    label: ClassVar[str] = "Openverse"
    about: ClassVar[str] = Sentence("Searches many open archives by name; its API states the licence of every picture.")
    searches: ClassVar[bool] = True
    heeds_robots: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    default_address: ClassVar[str] = "https://api.openverse.org"

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        base = (query.base_address or self.default_address).rstrip("/")
        words = query.phrase
        seen: set[str] = set()
        for record in _records(JsonApi(self.label, session), base, words):
            url = text_of(record, "url")
            if not url or url in seen or text_of(record, "filetype").lower() not in PICTURES:
                continue
            seen.add(url)
            yield _hit(record, words, len(seen), base)
            if len(seen) >= query.limit:
                return


def _records(api: JsonApi, base: str, words: str) -> Iterator[dict[str, Any]]:
    """Page after page, until there are no more, the last allowed one, or one that brings nothing new."""
    known: set[str] = set()
    for number in range(1, MAX_PAGES + 1):
        asked = {"q": words, "license": LICENCES, "page": str(number), "page_size": str(PAGE_SIZE)}
        data = api.ask(f"{base}/v1/images/", asked).data
        records = api.objects(data, "results")
        if records and not any(text_of(record, "url") for record in records):
            raise api.changed("no result has a “url”")
        yield from records
        ids = {text_of(record, "id") or text_of(record, "url") for record in records}
        if ids <= known or text_of(data, "page_count") == str(number):
            return
        known |= ids


def _hit(record: dict[str, Any], words: str, rank: int, base: str) -> Hit:
    licence_url = text_of(record, "license_url")
    return Hit(
        image_url=text_of(record, "url"),
        page_url=text_of(record, "foreign_landing_url"),
        title=text_of(record, "title"),
        creator=text_of(record, "creator"),
        licence_url=licence_url,
        rank=rank,
        query=words,
        filter=f"license={LICENCES}",
        evidence={key: record[key] for key in KEPT if record.get(key) is not None} | {"search": base},
        statement=Statement(
            licence_url=licence_url,
            at_url=f"{base}/v1/images/{text_of(record, 'id')}/",
            record=record,
            says="" if licence_url else _spdx(record),
        ),
    )


def _spdx(record: dict[str, Any]) -> str:
    """From the licence's short name and version, for records without its address."""
    code, version = text_of(record, "license").lower(), text_of(record, "license_version")
    path = f"publicdomain/{PUBLIC_DOMAIN[code]}/1.0" if code in PUBLIC_DOMAIN else f"licenses/{code}/{version}"
    return parse_licence_url(f"https://creativecommons.org/{path}/") or ""
