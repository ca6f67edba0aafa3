"""What a page says of the licence of one of its pictures.

The more a statement is about this picture, the more it counts: an ImageObject with its address; then what is marked
as the licence of the page; then, if nothing else is said and they agree, plain links to Creative Commons.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from ingest.licences import jsonld, markup
from ingest.licences.agencies import agency_in, sells
from ingest.licences.ids import CC_FAMILY, agree
from ingest.licences.jsonld import Picture
from ingest.licences.markup import LicenceLink

# On these sites rel=license is the licence of the texts, on the page of every picture.
TEXT_LICENCE_SITES = re.compile(
    r"(?:.+\.)?(?:wikimedia|wikipedia|wikidata|wikinews|wikivoyage|wikiquote|wikisource)\.org"
)
PICTURE_SUFFIX = re.compile(r"\.(?:jpe?g|png|webp|gif|tiff?|avif)$", re.IGNORECASE)


@dataclass(frozen=True)
class PageLicence:
    """What one page says, put together. `links` are the statements that count for the picture."""

    spdx: str | None
    contradiction: bool  # the statements name different licences: a person decides, nothing is proved
    links: tuple[LicenceLink, ...]
    creator: str = ""  # whom the page says to credit
    sellers: tuple[str, ...] = ()  # signs that the picture is sold, in the page's words


def licence_links(html: bytes | str, base_url: str) -> list[LicenceLink]:
    """Every `rel=license` on <a> and <link>, in the order of the page, each address once."""
    found = markup.stated(BeautifulSoup(html, "lxml"), base_url)
    return [link for link in found if link.how in ("a rel=license", "link rel=license")]


def page_licence(html: bytes | str, base_url: str, image_url: str = "") -> PageLicence:
    """The licence that the page states of the picture, if its statements agree on one, and whom it credits."""
    soup = BeautifulSoup(html, "lxml")
    stated = markup.stated(soup, base_url)
    pictures = _relevant([*jsonld.pictures(soup, base_url), *_described(stated)], image_url)
    links = [link for picture in pictures for link in picture.links]
    if not TEXT_LICENCE_SITES.fullmatch(urlsplit(base_url).hostname or ""):
        links += [link for link in stated if not link.about]
        links = links or _standing_alone(markup.plain_links(soup, base_url), image_url)
    named = _different(link.named for link in links)
    agreed = next((link.spdx for link in links if link.named in named), None) if len(named) == 1 else None
    return PageLicence(
        agreed, len(named) > 1, tuple(links), _creator(pictures, soup), tuple(_sellers(pictures, base_url))
    )


def _described(stated: Sequence[LicenceLink]) -> list[Picture]:
    """Pictures that the markup speaks of by their address."""
    by_address: dict[tuple[str, ...], list[LicenceLink]] = {}
    for link in stated:
        if link.about:
            by_address.setdefault(link.about, []).append(link)
    return [Picture(urls, tuple(links)) for urls, links in by_address.items()]


def _relevant(pictures: list[Picture], image_url: str) -> list[Picture]:
    """Those with the picture's address. Where none has it, the page may mean ours with any of them."""
    key = _key(image_url)
    mine = [picture for picture in pictures if key and key in map(_key, picture.urls)]
    return mine or pictures


def _key(url: str) -> str:
    """An address without scheme, and without the query with which servers of pictures choose a size."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    path = unquote(parts.path)
    query = "" if PICTURE_SUFFIX.search(path) else parts.query
    return f"{(parts.hostname or '')}{path}?{query}" if url.strip() else ""


def _standing_alone(links: list[LicenceLink], image_url: str) -> list[LicenceLink]:
    """Plain links, if they say one thing; a page that links to several licences says nothing."""
    mine = [link for link in links if not link.about or _key(image_url) in map(_key, link.about)]
    return mine if len({link.spdx for link in mine}) == 1 else []


def _different(named: Iterable[str]) -> set[str]:
    """The licences named; one without a version is not another one than the same with it."""
    said = set(named)
    return {one for one in said if not (CC_FAMILY.fullmatch(one) and any(agree(one, other) for other in said - {one}))}


def _creator(pictures: list[Picture], soup: BeautifulSoup) -> str:
    said = [picture.creator or picture.credit for picture in pictures if picture.creator or picture.credit]
    return said[0] if len(set(said)) == 1 else markup.creator(soup)


def _sellers(pictures: list[Picture], base_url: str) -> Iterable[str]:
    if sells(base_url):
        yield f"the page is an agency’s: {base_url}"
    for picture in pictures:
        if sells(picture.acquire_url):
            yield f"acquireLicensePage: {picture.acquire_url}"
        for words in (picture.creator, picture.credit, picture.notice):
            if agency_in(words):
                yield words
