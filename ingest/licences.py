"""Licences by their SPDX ids: read from URLs and pages, judged by a table, named for people.

Creative Commons ports that SPDX does not list ("CC BY 2.0 FR") get our own id: `LicenseRef-CC-BY-2.0-FR`.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from license_expression import ExpressionError, LicenseSymbol, get_spdx_licensing

US_GOV_WORK = "LicenseRef-US-Gov-Work"
NO_KNOWN_COPYRIGHT = "LicenseRef-No-Known-Copyright"
ALL_RIGHTS_RESERVED = "LicenseRef-All-Rights-Reserved"

CC_CODES = {"by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"}
CC_VERSIONS = {"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"}
# Creative Commons 1.0 wrote the parts in another order.
OLD_CODES = {"by-nd-nc": "by-nc-nd"}
# The ports that SPDX gives an id of their own.
SPDX_PORTS = {
    *("CC-BY-2.5-AU", "CC-BY-3.0-AT", "CC-BY-3.0-AU", "CC-BY-3.0-DE", "CC-BY-3.0-IGO", "CC-BY-3.0-NL"),
    *("CC-BY-3.0-US", "CC-BY-NC-3.0-DE", "CC-BY-NC-ND-3.0-DE", "CC-BY-NC-ND-3.0-IGO", "CC-BY-NC-SA-2.0-DE"),
    *("CC-BY-NC-SA-2.0-FR", "CC-BY-NC-SA-2.0-UK", "CC-BY-NC-SA-3.0-DE", "CC-BY-NC-SA-3.0-IGO"),
    *("CC-BY-ND-3.0-DE", "CC-BY-SA-2.0-UK", "CC-BY-SA-2.1-JP", "CC-BY-SA-3.0-AT", "CC-BY-SA-3.0-DE"),
    "CC-BY-SA-3.0-IGO",
}
CC_HOSTS = {"creativecommons.org", "www.creativecommons.org"}
PUBLIC_DOMAIN_PATHS = {
    "publicdomain/zero/1.0": "CC0-1.0",
    "publicdomain/mark/1.0": "CC-PDM-1.0",
    "licenses/publicdomain": "CC-PDDC",
    "publicdomain/certification/1.0/us": "CC-PDDC",
}
# Deeds and legal texts in any language name the same licence: deed.de, legalcode.zh-hant, rdf.
PAGE_OF_LICENCE = re.compile(r"/(?:(?:deed|legalcode)(?:\.[a-z_-]+)?|rdf)$")
CC_PATH = re.compile(r"licenses/([a-z-]+)/(\d\.\d)(?:/([a-z]{2,8}))?")
CC_ID = re.compile(r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-([A-Z]{2,8}))?")

# Exact addresses outside Creative Commons, without scheme, "www." and trailing slash.
OTHER_URLS = {
    "usa.gov/copyright.shtml": US_GOV_WORK,
    "usa.gov/government-works": US_GOV_WORK,
    "flickr.com/commons/usage": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/vocab/nkc/1.0": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/page/nkc/1.0": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/vocab/inc/1.0": ALL_RIGHTS_RESERVED,
    "rightsstatements.org/page/inc/1.0": ALL_RIGHTS_RESERVED,
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
    "artlibre.org/licence/lal": "LAL-1.3",
    "gnu.org/licenses/old-licenses/fdl-1.2.html": "GFDL-1.2-only",
    "gnu.org/licenses/fdl-1.3.html": "GFDL-1.3-only",
}

NAMES = {
    "CC0-1.0": "CC0 1.0",
    "CC-PDM-1.0": "Public Domain Mark 1.0",
    "CC-PDDC": "Creative Commons Public Domain Dedication",
    US_GOV_WORK: "Work of the US government",
    NO_KNOWN_COPYRIGHT: "No known copyright restrictions",
    ALL_RIGHTS_RESERVED: "All rights reserved",
}

Verdict = Literal["take", "refuse", "ask"]


@dataclass(frozen=True)
class Rule:
    pattern: str
    verdict: Verdict
    reason: str


# MTF needs: modify, use commercially, pass on. A crop is an adaptation, so ND forbids it. First match counts.
POLICY = (
    Rule(r"(LicenseRef-)?CC-BY-NC-.+", "refuse", "nc"),
    Rule(r"(LicenseRef-)?CC-BY-ND-.+", "refuse", "nd"),
    Rule(r"CC0-1\.0|CC-PDM-1\.0|CC-PDDC|LicenseRef-US-Gov-Work", "take", "public_domain"),
    Rule(r"(LicenseRef-)?CC-BY-SA-\d\.\d(-[A-Z]+)?", "take", "share_alike"),
    Rule(r"(LicenseRef-)?CC-BY-\d\.\d(-[A-Z]+)?", "take", "attribution"),
    Rule(r"LicenseRef-All-Rights-Reserved", "refuse", "all_rights_reserved"),
    Rule(r"LicenseRef-No-Known-Copyright", "ask", "no_known_copyright"),
    Rule(r"OGL-UK-\d\.\d|LAL-1\.\d|GFDL-1\.\d(-.+)?", "ask", "unusual_licence"),
)
UNKNOWN = Rule(r".*", "refuse", "unknown")


@dataclass(frozen=True)
class Judgement:
    """`reason` for "refuse": nc (also where ND stands beside it), nd, all_rights_reserved, unknown;
    for "ask": no_known_copyright, unusual_licence; for "take": public_domain, attribution, share_alike."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class LicenceLink:
    url: str  # absolute
    spdx: str | None  # None: a licence that we do not know
    how: str  # "a rel=license" or "link rel=license"


# Where pages name the one to credit, the surest first: Creative Commons' own markup, microdata, links.
CREDIT = ('[property~="cc:attributionName"]', '[itemprop~="creator"]', '[rel~="author"]', 'meta[name="author" i]')
MAX_CREATOR = 300


@dataclass(frozen=True)
class PageLicence:
    """What all licence links of one page say together."""

    spdx: str | None
    contradiction: bool  # the links name different licences: a person decides, nothing is proved
    links: tuple[LicenceLink, ...]
    creator: str = ""  # whom the page says to credit


def parse_licence_url(url: str) -> str | None:
    """The SPDX id of the licence that lives at this URL, going by host and path alone."""
    try:
        parts = urlsplit(url.strip())
        host, odd = parts.hostname or "", parts.port not in (None, 80, 443) or parts.username is not None
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "") or odd:
        return None
    path = parts.path.lower().strip("/")
    if host in CC_HOSTS:
        return _creative_commons(path)
    return OTHER_URLS.get(f"{host.removeprefix('www.')}/{path}")


def _creative_commons(path: str) -> str | None:
    path = PAGE_OF_LICENCE.sub("", path)
    if path in PUBLIC_DOMAIN_PATHS:
        return PUBLIC_DOMAIN_PATHS[path]
    match = CC_PATH.fullmatch(path)
    if not match:
        return None
    code, version, port = match.groups()
    code = OLD_CODES.get(code, code)
    if code not in CC_CODES or version not in CC_VERSIONS or (version == "4.0" and port):
        return None
    return _cc_id(code.upper(), version, (port or "").upper())


def _cc_id(code: str, version: str, port: str) -> str:
    if not port:
        return f"CC-{code}-{version}"
    ported = f"CC-{code}-{version}-{port}"
    return ported if ported in SPDX_PORTS else f"LicenseRef-{ported}"


def read_licence(text: str) -> str:
    """The SPDX id from an id in any case or a licence URL; ValueError with a sentence for anything else."""
    text = text.strip()
    if "/" in text:
        found = parse_licence_url(text)
    elif text in {US_GOV_WORK, NO_KNOWN_COPYRIGHT, ALL_RIGHTS_RESERVED} or _is_own_port(text):
        found = text
    else:
        found = _spdx_id(text)
    if found is None:
        raise ValueError(f"{text!r} is neither an SPDX licence id nor the URL of a licence that we know.")
    return found


def _is_own_port(text: str) -> bool:
    match = CC_ID.fullmatch(text)
    return match is not None and bool(match[3]) and text == _cc_id(match[1], match[2], match[3])


def _spdx_id(text: str) -> str | None:
    try:
        symbol = get_spdx_licensing().parse(text, validate=True)
    except ExpressionError:
        return None
    return str(symbol.key) if isinstance(symbol, LicenseSymbol) else None


def licence_links(html: bytes | str, base_url: str) -> list[LicenceLink]:
    """Every `rel=license` on <a> and <link>, in the order of the page, each address once."""
    return _licence_links(BeautifulSoup(html, "lxml"), base_url)


def _licence_links(soup: BeautifulSoup, base_url: str) -> list[LicenceLink]:
    links: dict[str, LicenceLink] = {}
    for tag in soup.find_all(["a", "link"], href=True):
        # rel is a list of tokens in any case: "noopener License".
        if "license" not in " ".join(filter(None, tag.get_attribute_list("rel"))).lower().split():
            continue
        url = _join(base_url, str(tag["href"]))
        links.setdefault(url, LicenceLink(url, parse_licence_url(url), f"{tag.name} rel=license"))
    return list(links.values())


def _creator(soup: BeautifulSoup) -> str:
    """Whom the page says to credit: in Creative Commons' own markup, as rel=author, or as its author; "" for nobody."""
    for selector in CREDIT:
        tag = soup.select_one(selector)
        words = " ".join(str(tag.get("content") or tag.get_text(" ")).split()) if tag else ""
        if words:
            return words[:MAX_CREATOR]
    return ""


def _join(base_url: str, href: str) -> str:
    try:
        return urljoin(base_url, href.strip())
    except ValueError:
        return href


def page_licence(html: bytes | str, base_url: str) -> PageLicence:
    """The licence that the page states, if its links agree on one, and whom it credits."""
    soup = BeautifulSoup(html, "lxml")
    links = tuple(_licence_links(soup, base_url))
    named = {link.spdx or link.url for link in links}
    agreed = links[0].spdx if len(named) == 1 else None
    return PageLicence(agreed, len(named) > 1, links, _creator(soup))


def judge(spdx: str | None) -> Judgement:
    """What the policy says of one licence; None and every id without a rule are refused as unknown."""
    rule = next((rule for rule in POLICY if re.fullmatch(rule.pattern, spdx or "")), UNKNOWN)
    return Judgement(rule.verdict, rule.reason)


def needs_attribution(spdx: str | None) -> bool:
    """False only for what is known to be free of it."""
    return judge(spdx).reason not in ("public_domain", "no_known_copyright")


def licence_name(spdx: str | None) -> str:
    """For people: "CC BY-SA 4.0"."""
    if match := CC_ID.fullmatch(spdx or ""):
        return " ".join(["CC", *(part for part in match.groups() if part)])
    return NAMES.get(spdx or "", spdx or "unknown licence")


def licence_url(spdx: str) -> str:
    """The canonical address of the licence, "" where there is none that we know."""
    if match := CC_ID.fullmatch(spdx):
        parts = "/".join(part.lower() for part in match.groups() if part)
        return f"https://creativecommons.org/licenses/{parts}/"
    for path, known in PUBLIC_DOMAIN_PATHS.items():
        if known == spdx:
            return f"https://creativecommons.org/{path}/"
    return next((f"https://www.{address}" for address, known in OTHER_URLS.items() if known == spdx), "")
