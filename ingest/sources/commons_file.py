"""What the MediaWiki API of Wikimedia Commons says of one file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup

from ingest.licences import US_GOV_WORK, parse_licence_url
from ingest.sources.json_api import text_of

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
METADATA = (
    *("LicenseShortName", "License", "LicenseUrl", "UsageTerms", "Artist", "Credit", "Attribution"),
    *("AttributionRequired", "Copyrighted", "DateTimeOriginal", "Restrictions", "Categories", "NonFree"),
)
IMAGE_INFO = {
    "prop": "imageinfo",
    "iiprop": "url|size|sha1|mime|timestamp|user|extmetadata",
    "iiextmetadatafilter": "|".join(METADATA),
    "iiextmetadatalanguage": "en",
}
MAX_TEXT = 300
SHORT_CODE = re.compile(r"cc-(by(?:-nc)?(?:-sa|-nd)?)-(\d\.\d)(?:-([a-z]{2,8}))?")
PUBLIC_DOMAIN = {"cc0": "zero", "cc-zero": "zero", "cc-pd-mark": "mark", "cc-pdm": "mark"}
# Commons says "public domain" of many reasons; these categories name the one that is a licence of its own.
US_GOVERNMENT = re.compile(
    r"PD (US Government|US(GOV)? (Military|Army|Navy|Air Force|Marine|Coast Guard|Congress)|NASA)\b"
)


@dataclass(frozen=True)
class CommonsFile:
    number: int  # of its page
    title: str  # without "File:"
    url: str
    page_url: str
    thumb_url: str  # "" where none was asked for
    mime: str
    creator: str  # plain text
    licence_url: str
    licence_name: str
    says: str  # SPDX, where Commons names a licence without its address
    facts: dict[str, Any]  # worth keeping as evidence

    @property
    def is_picture(self) -> bool:
        """No drawing, document, sound or scan in a format that is not looked at."""
        return self.mime in PICTURES and bool(self.url)


def read_file(page: Mapping[str, Any]) -> CommonsFile | None:
    """None where the page says nothing of a file: the API spreads long answers over several."""
    infos = page.get("imageinfo")
    if not isinstance(infos, list) or not infos or not isinstance(infos[0], dict):
        return None
    info = infos[0]
    said = _metadata(info)
    licence_url = plain(said.get("LicenseUrl", ""))
    return CommonsFile(
        number=number if isinstance(number := page.get("pageid"), int) else 0,
        title=text_of(page, "title").partition(":")[2] or text_of(page, "title"),
        url=text_of(info, "url"),
        page_url=text_of(info, "descriptionurl"),
        thumb_url=text_of(info, "thumburl"),
        mime=text_of(info, "mime").lower(),
        creator=plain(said.get("Artist", "")) or plain(said.get("Attribution", "")),
        licence_url=licence_url,
        licence_name=plain(said.get("LicenseShortName", "")),
        says="" if licence_url else _spdx(said),
        facts=_facts(info, said),
    )


def _metadata(info: Mapping[str, Any]) -> dict[str, str]:
    """extmetadata as texts by name; files without any have [] in its place."""
    said = info.get("extmetadata")
    entries = said.items() if isinstance(said, dict) else ()
    return {name: text_of(entry, "value") for name, entry in entries if isinstance(entry, dict)}


def _facts(info: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: info[key] for key in ("width", "height", "size", "sha1", "mime", "timestamp", "user") if key in info}
    words = {
        "date": plain(said.get("DateTimeOriginal", "")),
        "licence_name": plain(said.get("LicenseShortName", "")),
        "credit": plain(said.get("Credit", "")),
        "attribution": plain(said.get("Attribution", "")),
    }
    restrictions = [word for word in plain(said.get("Restrictions", "")).split("|") if word]
    return kept | {key: text for key, text in words.items() if text} | {"restrictions": restrictions}


def _spdx(said: Mapping[str, str]) -> str:
    code = said.get("License", "").strip().lower()
    if code in PUBLIC_DOMAIN:
        return parse_licence_url(f"https://creativecommons.org/publicdomain/{PUBLIC_DOMAIN[code]}/1.0/") or ""
    if match := SHORT_CODE.fullmatch(code):
        path = "/".join(part for part in match.groups() if part)
        return parse_licence_url(f"https://creativecommons.org/licenses/{path}/") or ""
    categories = said.get("Categories", "").split("|")
    is_government = code.startswith("pd-usgov") or any(US_GOVERNMENT.match(name) for name in categories)
    return US_GOV_WORK if is_government and code.startswith("pd") else ""


def plain(html: str) -> str:
    """The words that a reader of the page would see, as one line."""
    if "<" not in html and "&" not in html:
        return " ".join(html.split())[:MAX_TEXT]
    soup = BeautifulSoup(f"<div>{html}</div>", "lxml")
    for hidden in soup.select('style, script, [style*="display:none"], [style*="display: none"]'):
        hidden.decompose()
    return " ".join(soup.get_text().split())[:MAX_TEXT]
