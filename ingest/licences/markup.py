"""What the markup of a page says of licences: rel=license, microdata, RDFa, meta tags, and plain links."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from ingest.licences.urls import CC_HOSTS, parse_licence_url
from ingest.licences.words import licence_in_words

RDFA = {"cc:license", "dct:license", "dcterms:license", "dc:license", "xhv:license"}
META = {"dcterms.license", "dc.license", "dc.rights.license", "dcterms:license", "og:license", "license"}
PICTURE_TYPES = ("/imageobject", "/photograph")
# Where pages name the one to credit, the surest first: Creative Commons' own markup, microdata, links.
CREDIT = ('[property~="cc:attributionName"]', '[itemprop~="creator"]', '[rel~="author"]', 'meta[name="author" i]')
MAX_CREATOR = 300


@dataclass(frozen=True)
class LicenceLink:
    """One statement of a page. `about` are the addresses of the picture it speaks of; none: of the whole page."""

    url: str  # absolute; "" where only words stand there
    spdx: str | None  # None: a licence that we do not know
    how: str  # "a rel=license", "JSON-LD license"
    about: tuple[str, ...] = ()
    words: str = ""

    @property
    def named(self) -> str:
        return self.spdx or self.url or self.words


def stated(soup: BeautifulSoup, base_url: str) -> list[LicenceLink]:
    """Every statement that is marked as one, in the order of the page, each address once for each picture."""
    links: dict[tuple[str, tuple[str, ...]], LicenceLink] = {}
    for link in _stated(soup, Scopes(base_url)):
        links.setdefault((link.url or link.words, link.about), link)
    return list(links.values())


def plain_links(soup: BeautifulSoup, base_url: str) -> list[LicenceLink]:
    """Links to Creative Commons that are not marked as the licence of anything."""
    found: dict[str, LicenceLink] = {}
    scopes = Scopes(base_url)
    for tag in soup.find_all("a", href=True):
        url = join(base_url, str(tag["href"]))
        spdx = parse_licence_url(url)
        if spdx and (urlsplit(url).hostname or "") in CC_HOSTS and "license" not in tokens(tag, "rel"):
            found.setdefault(url, LicenceLink(url, spdx, "a plain link", scopes.about(tag)))
    return list(found.values())


def _stated(soup: BeautifulSoup, scopes: "Scopes") -> Iterator[LicenceLink]:
    for tag in soup.find_all(True):
        how = _how(tag)
        if how is None:
            continue
        value = str(tag.get("href") or tag.get("resource") or tag.get("content") or "").strip()
        if value or (how.startswith(("microdata", "RDFa")) and (value := tag.get_text(" ").strip())):
            yield _statement(tag, value, how, scopes)


def _how(tag: Tag) -> str | None:
    if tag.name in ("a", "link") and tag.has_attr("href") and "license" in tokens(tag, "rel"):
        return f"{tag.name} rel=license"
    for name in sorted(RDFA & set(tokens(tag, "rel") + tokens(tag, "property"))):
        return f"meta {name}" if tag.name == "meta" else f"RDFa {name}"
    if "license" in tokens(tag, "itemprop"):
        return "microdata license"
    if tag.name == "meta":
        for name in sorted(META & set(tokens(tag, "name") + tokens(tag, "property"))):
            return f"meta {name}"
    return None


def _statement(tag: Tag, value: str, how: str, scopes: "Scopes") -> LicenceLink:
    is_link = tag.has_attr("href") or tag.has_attr("resource") or value.startswith(("http://", "https://", "//"))
    if is_link:
        url = join(scopes.base_url, value)
        return LicenceLink(url, parse_licence_url(url), how, scopes.about(tag))
    return LicenceLink("", licence_in_words(value), how, scopes.about(tag), " ".join(value.split())[:300])


class Scopes:
    """What the parts of one page speak of; each microdata object is looked through once, however many links it has."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._known: dict[int, tuple[str, ...]] = {}  # by the tag's id(): the soup outlives this

    def about(self, tag: Tag) -> tuple[str, ...]:
        """The picture that the nearest `about` or the microdata object around the tag names; () for the page."""
        for place in (tag, *tag.parents):
            if place.has_attr("about"):
                address = join(self.base_url, str(place["about"]))
                return () if address.split("#")[0] == self.base_url.split("#")[0] else (address,)
            if place.has_attr("itemscope") and place is not tag:
                return self._of(place)
        return ()

    def _of(self, scope: Tag) -> tuple[str, ...]:
        if id(scope) not in self._known:
            self._known[id(scope)] = _addresses(scope, self.base_url)
        return self._known[id(scope)]


def _addresses(scope: Tag, base_url: str) -> tuple[str, ...]:
    if not str(scope.get("itemtype", "")).lower().endswith(PICTURE_TYPES):
        return ()
    own = scope.select('[itemprop~="contentUrl"], [itemprop~="url"], [itemprop~="image"]')
    said = [tag.get("href") or tag.get("src") or tag.get("content") for tag in own]
    return tuple(join(base_url, str(url)) for url in (scope.get("itemid"), *said) if url)


def creator(soup: BeautifulSoup) -> str:
    """Whom the page says to credit: in Creative Commons' own markup, as rel=author, or as its author; "" for nobody."""
    for selector in CREDIT:
        tag = soup.select_one(selector)
        words = " ".join(str(tag.get("content") or tag.get_text(" ")).split()) if tag else ""
        if words:
            return words[:MAX_CREATOR]
    return ""


def tokens(tag: Tag, attribute: str) -> list[str]:
    """rel and its like are lists of words in any case: "noopener License"."""
    return " ".join(filter(None, tag.get_attribute_list(attribute))).lower().split()


def join(base_url: str, href: str) -> str:
    try:
        return urljoin(base_url, href.strip())
    except ValueError:
        return href
