"""Pictures of Commons to compare faces with while none is accepted: reduced, kept as a preview, never released."""

import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from PIL import Image

from ingest import pictures, store
from ingest.access import check_contact, guarded_session
from ingest.crops import preview
from ingest.hashes import perceptual_hash
from ingest.identity_csv import Reference
from ingest.network import IMAGE_TYPES, FetchFailed, FetchRefused, GuardedSession
from ingest.pending import Refused
from ingest.sentences import Sentence
from ingest.sources.base import SourceError
from ingest.sources.commons_file import IMAGE_INFO, CommonsFile, read_file
from ingest.sources.json_api import JsonApi, text_of
from ingest.sources.mediawiki import QUERY, ask
from ingest.tombstones import check_bytes, check_phash, is_erased_address

WIDTH = 640
MAX_BYTES = 10_000_000
TITLES_A_CALL = 10  # names are long, and a question is an address
COMMONS = "Wikimedia Commons"
MAX_TITLE = 40  # of a credit: names of files can be stories

ERASED = Sentence("The reference picture has been erased and must not enter again.")
NOT_THERE = Sentence("The reference picture is not on Commons.")
API_SECONDS = 15.0  # for one answer of an API: somebody waits for the page

Outcome = Reference | str  # a sentence where there is no picture


def api_session() -> GuardedSession:
    """For the documented APIs of Wikidata and Commons."""
    return replace(guarded_session(heeds_robots=False), total_timeout=API_SECONDS)


def fetch_references(names: Sequence[str], *, seconds: float) -> dict[str, Outcome]:
    """By name of file. What does not come, or not within so many seconds, is a sentence: nothing here raises."""
    until = time.monotonic() + seconds
    late = Sentence("The reference picture did not come within %(n)s s.", n=f"{seconds:g}")
    outcomes: dict[str, Outcome] = dict.fromkeys(names, late)
    wanted = list(dict.fromkeys(names))
    for start in range(0, len(wanted), TITLES_A_CALL):
        if time.monotonic() < until:
            outcomes |= _batch(wanted[start : start + TITLES_A_CALL], until)
    return outcomes


def _batch(names: Sequence[str], until: float) -> dict[str, Outcome]:
    try:
        files = _files(names)
    except (SourceError, FetchRefused, FetchFailed) as error:
        return dict.fromkeys(names, Sentence("The reference picture could not be looked up: %(why)s", why=str(error)))
    outcomes: dict[str, Outcome] = {name: NOT_THERE for name in names if name not in files}
    for name in files:
        if (seconds := until - time.monotonic()) > 0:
            outcomes[name] = _kept(files[name], seconds)
    return outcomes


def _files(names: Sequence[str]) -> dict[str, CommonsFile]:
    """What Commons knows of these files; a name may lead to another by spelling or by a redirect."""
    base = settings.SOURCE_URLS["commons"].rstrip("/")
    check_contact(base)
    titles = "|".join(f"File:{name}" for name in names)
    question = {**QUERY, **IMAGE_INFO, "titles": titles, "redirects": "1", "iiurlwidth": str(WIDTH)}
    api = JsonApi(COMMONS, api_session())
    query = api.part(ask(api, f"{base}/w/api.php", question), "query", dict)
    leads = {text_of(step, "from"): text_of(step, "to") for step in _steps(api, query)}
    found = {text_of(page, "title"): file for page in api.objects(query, "pages") if (file := read_file(page))}
    ends = {name: _followed(f"File:{name}", leads) for name in names}
    return {name: found[title] for name, title in ends.items() if title in found}


def _steps(api: JsonApi, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("normalized", "redirects"):
        yield from api.objects(query, kind) if kind in query else []


def _followed(title: str, leads: Mapping[str, str]) -> str:
    for _ in range(len(leads)):
        title = leads.get(title, title)
    return title


def _kept(file: CommonsFile, seconds: float) -> Outcome:
    url = file.thumb_url or file.url
    if not file.is_picture:
        return Sentence("The reference picture is no photograph (%(kind)s).", kind=file.mime or "–")
    if is_erased_address(file.url, url, file.page_url):
        return ERASED
    try:
        check_contact(url)
        session = replace(guarded_session(), total_timeout=seconds)
        data = session.fetch(url, accept=IMAGE_TYPES, max_bytes=MAX_BYTES).body
        image = Image.fromarray(pictures.reduced(data, WIDTH * WIDTH * 2).rgb)
        check_bytes(store.digest(data))
        check_phash(perceptual_hash(image), settings.PHOTO_HASH_BITS)
        preview_sha256 = store.put("previews", preview(image, WIDTH))
    except Refused:
        return ERASED
    except (FetchRefused, FetchFailed, pictures.PictureRefused, OSError) as error:
        return Sentence("The reference picture could not be fetched: %(why)s", why=str(error))
    page_url = file.page_url if file.page_url.startswith(("http://", "https://")) else ""
    return Reference(preview_sha256, page_url, _credit(file))


def _credit(file: CommonsFile) -> str:
    title = textwrap.shorten(file.title, MAX_TITLE, placeholder=" …")
    return " · ".join(part for part in (title, file.creator, file.licence_name, COMMONS) if part)
