"""Licences by their addresses: the path of the URL counts, never the words beside it."""

import re
from urllib.parse import urlsplit

from ingest.licences.ids import CC_VERSIONS, OTHER_URLS, PUBLIC_DOMAIN_PATHS, cc_id

CC_HOSTS = {"creativecommons.org", "www.creativecommons.org"}
# Deeds and legal texts in any language name the same licence: deed.de, legalcode.zh-hant, legalcode.txt, rdf.
PAGE_OF_LICENCE = re.compile(r"/(?:(?:deed|legalcode)(?:\.[a-z_-]+)?|rdf)$")
CC_PATH = re.compile(r"licenses/([a-z-]+)/(\d\.\d)(?:/([a-z]{2,8}))?")


def parse_licence_url(url: str) -> str | None:
    """The SPDX id of the licence that lives at this URL, going by host and path alone."""
    try:
        parts = urlsplit(url.strip())
        host, odd = parts.hostname or "", parts.port not in (None, 80, 443) or parts.username is not None
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "") or odd:
        return None
    path = re.sub(r"//+", "/", parts.path.lower()).strip("/")
    if host in CC_HOSTS:
        return _creative_commons(path)
    return OTHER_URLS.get(f"{host.removeprefix('www.')}/{path}")


def _creative_commons(path: str) -> str | None:
    path = PAGE_OF_LICENCE.sub("", path)
    if path in PUBLIC_DOMAIN_PATHS:
        return PUBLIC_DOMAIN_PATHS[path]
    match = CC_PATH.fullmatch(path)
    if not match or match[2] not in CC_VERSIONS:
        return None
    return cc_id(match[1], match[2], match[3] or "")
