"""Pictures that a page describes as schema.org ImageObjects in JSON-LD, as search engines read them."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup

from ingest.licences.markup import MAX_CREATOR, LicenceLink, join
from ingest.licences.urls import parse_licence_url
from ingest.licences.words import licence_in_words, licences_in_words

TYPES = {"imageobject", "photograph"}
MAX_DEPTH = 40
MAX_NODES = 5000


@dataclass(frozen=True)
class Picture:
    """One picture as a page describes it; `urls` are its addresses, `credits` whom it names."""

    urls: tuple[str, ...]
    links: tuple[LicenceLink, ...]
    creator: str = ""
    credit: str = ""
    notice: str = ""
    acquire_url: str = ""


def pictures(soup: BeautifulSoup, base_url: str) -> list[Picture]:
    """All ImageObjects, however deep; what is no JSON is passed over."""
    found = []
    for script in soup.find_all("script", type="application/ld+json"):
        found += [_picture(node, base_url) for node in _nodes(_loaded(script.get_text())) if _is_picture(node)]
    return found


def _loaded(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removeprefix("//<![CDATA[").removeprefix("<![CDATA[").strip()
    text = text.removesuffix("-->").removesuffix("//]]>").removesuffix("]]>").strip().removesuffix(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    waiting: deque[tuple[Any, int]] = deque([(data, 0)])
    seen = 0
    while waiting and seen < MAX_NODES:
        value, depth = waiting.popleft()
        seen += 1
        if isinstance(value, dict):
            yield value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(item, depth + 1) for item in inner if isinstance(item, dict | list) and depth < MAX_DEPTH]


def _is_picture(node: dict[str, Any]) -> bool:
    kinds = {str(kind).lower().rsplit("/", 1)[-1].rsplit(":", 1)[-1] for kind in _list(node.get("@type"))}
    return bool(kinds & TYPES)


def _picture(node: dict[str, Any], base_url: str) -> Picture:
    addresses = [text for key in ("contentUrl", "@id", "url", "thumbnailUrl") for text in _texts(node.get(key))]
    urls = tuple(dict.fromkeys(join(base_url, address) for address in addresses))
    notice = _words(node.get("copyrightNotice"))
    links = [_licence(text, base_url, urls) for text in _texts(node.get("license"))]
    links += [LicenceLink("", spdx, "JSON-LD copyrightNotice", urls, notice) for spdx in licences_in_words(notice)]
    acquire = next(iter(_texts(node.get("acquireLicensePage"))), "")
    return Picture(
        urls=urls,
        links=tuple(links),
        creator=_words(node.get("creator") or node.get("author")),
        credit=_words(node.get("creditText")),
        notice=notice,
        acquire_url=join(base_url, acquire) if acquire else "",
    )


def _licence(text: str, base_url: str, about: tuple[str, ...]) -> LicenceLink:
    if "/" in text and " " not in text.strip():
        url = join(base_url, text)
        return LicenceLink(url, parse_licence_url(url), "JSON-LD license", about)
    return LicenceLink("", licence_in_words(text), "JSON-LD license", about, " ".join(text.split())[:300])


def _texts(value: Any) -> list[str]:
    """The addresses or words in a value: itself, its @id or url or name, or those of a list."""
    found = []
    for item in _list(value):
        if isinstance(item, dict):
            item = item.get("@id") or item.get("url") or item.get("@value") or item.get("name")
        if isinstance(item, str) and item.strip():
            found.append(item.strip())
    return found


def _words(value: Any) -> str:
    """Names of people, or a sentence."""
    names = [item.get("name") or item.get("@value") if isinstance(item, dict) else item for item in _list(value)]
    said = [" ".join(name.split()) for name in names if isinstance(name, str) and name.strip()]
    return ", ".join(said)[:MAX_CREATOR]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
