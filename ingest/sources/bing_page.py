"""Reading one page of Bing's image results: hits, a genuine end, or something else."""

import json
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

# The markers that highlight the query's words in titles.
HIGHLIGHT = re.compile("[\ue000\ue001]")
CAPTCHA = re.compile(rb"captcha|unusual traffic|are you (?:a )?(?:human|robot)|turnstile", re.IGNORECASE)
# What Bing puts around results; it is there, and empty, where there are none.
CONTAINERS = ".dgControl, .dgControl_list, [id^=mmComponent_images]"


class NotResults(Exception):
    """The page is not a page of results; says what it looks like."""


@dataclass(frozen=True)
class Result:
    image_url: str
    page_url: str
    thumbnail_url: str
    title: str


def read_results(body: bytes, *, may_be_blank: bool = False) -> list[Result]:
    """The results of a page, none for a genuine page without results.

    `may_be_blank`: past the last result a body of nothing is an end too. Raises NotResults.
    """
    if may_be_blank and not body.strip():
        return []
    soup = BeautifulSoup(body, "lxml")
    anchors = soup.select("a.iusc")
    results = [result for anchor in anchors if (result := _result(anchor))]
    if results or (not anchors and _is_empty_container(soup)):
        return results
    if CAPTCHA.search(body):
        raise NotResults("it asks for a captcha instead of showing results")
    raise NotResults("its pages no longer have the shape of results that we can read")


def _is_empty_container(soup: BeautifulSoup) -> bool:
    """A container that still holds pictures means renamed anchors, not an end of results."""
    containers = soup.select(CONTAINERS)
    return bool(containers) and not any(container.find(["li", "img"]) for container in containers)


def _result(anchor: Tag) -> Result | None:
    try:
        said = json.loads(str(anchor.get("m", "")))
    except ValueError:
        return None
    if not isinstance(said, dict) or not _text(said, "murl").startswith(("http://", "https://")):
        return None
    title = HIGHLIGHT.sub("", _text(said, "t"))
    return Result(_text(said, "murl"), _text(said, "purl"), _text(said, "turl"), title)


def _text(said: dict[str, object], key: str) -> str:
    value = said.get(key)
    return value.strip() if isinstance(value, str) else ""
