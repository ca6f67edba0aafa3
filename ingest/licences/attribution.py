"""The line that credits a picture: title, author, source, licence, and what was changed.

As Creative Commons recommends (https://wiki.creativecommons.org/wiki/Best_practices_for_attribution).
"""

from html import escape

from ingest.licences.families import needs_attribution
from ingest.licences.ids import licence_name, licence_url

UNTITLED = "Photograph"
UNNAMED = "an author who is not named"
MAX_PART = 300


def attribution_line(title: str, creator: str, source_url: str, spdx: str, modified: str = "cropped") -> str:
    """Plain text; "" for a licence that asks for none. Empty parts are said to be missing, never left out."""
    if not needs_attribution(spdx):
        return ""
    name, address, source = licence_name(spdx), licence_url(spdx), _web(source_url)
    parts = [
        f"{_title(title)} by {_short(creator) or UNNAMED}" + (f", {source}" if source else ""),
        f"{name} ({address})" if address else name,
        modified,
    ]
    return ", ".join(part for part in parts if part)


def attribution_html(title: str, creator: str, source_url: str, spdx: str, modified: str = "cropped") -> str:
    """The same with links, safe to put into a page: every text is escaped, and only http(s) becomes a link."""
    if not needs_attribution(spdx):
        return ""
    work = _link(source_url, _title(title))
    licence = _link(licence_url(spdx), licence_name(spdx), "license ")
    parts = [f"{work} by {escape(_short(creator) or UNNAMED)}", licence, escape(modified)]
    return ", ".join(part for part in parts if part)


def _title(title: str) -> str:
    return f"“{_short(title)}”" if title.strip() else UNTITLED


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_PART else text[: MAX_PART - 1] + "…"


def _web(url: str) -> str:
    return url if url.startswith(("http://", "https://")) and not set(url) & set(" \n\t\"'<>") else ""


def _link(url: str, words: str, rel: str = "") -> str:
    if not _web(url):
        return escape(words)
    return f'<a href="{escape(url)}" rel="{rel}noopener noreferrer" target="_blank">{escape(words)}</a>'
