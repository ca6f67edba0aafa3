"""What a crawl job is to do, checked before anything is started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ingest.access import NO_CONTACT, may_ask_all
from ingest.csv_input import CsvError
from ingest.identities import named
from ingest.licence_policy import judge
from ingest.licences import licence_name, needs_attribution, read_licence
from ingest.models import Identity
from ingest.sentences import said
from ingest.sources import SOURCES, SourceError
from ingest.sources.flickr import NO_KEY
from ingest.sources.folder import scan_folder
from ingest.sources.urls import UrlRow, read_urls_csv
from ingest.tombstones import is_tombstoned

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
NAMES_SHOWN = 5
WHOM = "identities_wanted"


class JobRefused(Exception):
    """One sentence that says why nothing was started, and what of the order is to blame, by the name of its field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Order:
    """What a job is to do, after everything about it was checked."""

    source: str
    identities: tuple[Identity, ...]
    parameters: dict[str, Any]


def checked(
    source: str, identities: Sequence[Identity] | None, parameters: dict[str, Any], allow_unproved: bool
) -> Order:
    """JobRefused where it cannot be carried out; `identities` None means those whom the order itself names."""
    if source not in SOURCES:
        raise JobRefused(
            _("There is no source %(source)r; the sources are %(all)s.") % {"source": source, "all": ", ".join(SOURCES)}
        )
    if sentence := why_not_on_offer(source):
        raise JobRefused(sentence)
    missing = [name for name in SOURCES[source].needs if not parameters.get(name)]
    if missing:
        raise JobRefused(_("The source %(source)s needs: %(all)s.") % {"source": source, "all": ", ".join(missing)})
    parameters["limit"] = _limit(parameters.get("limit", DEFAULT_LIMIT))
    if source == "folder":
        named_by_order = _check_folder(parameters, allow_unproved)
    elif source == "urls":
        named_by_order = _check_urls(parameters)
    else:
        named_by_order = ()
    if SOURCES[source].searches:
        _check_contact([settings.SOURCE_URLS[source]])
    chosen = tuple(named_by_order if identities is None else identities)
    _check_identities(chosen)
    return Order(source, chosen, parameters)


def why_not_on_offer(source: str) -> str:
    """One sentence where the settings keep a job of this source from starting, "" where they do not."""
    return _(NO_KEY) if source == "flickr" and not settings.FLICKR_KEY else ""


def _limit(value: object) -> int:
    try:
        limit = int(str(value))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_LIMIT:
        raise JobRefused(
            _("The limit %(value)r is not a number from 1 to %(most)s.") % {"value": value, "most": MAX_LIMIT},
            "limit",
        )
    return limit


def _check_folder(parameters: dict[str, Any], allow_unproved: bool) -> tuple[Identity, ...]:
    try:
        scan = scan_folder(parameters["root"])
        spdx = read_licence(parameters["licence"]) if parameters.get("licence") else None
    except (SourceError, ValueError) as error:
        raise JobRefused(said(error, _), "root" if isinstance(error, SourceError) else "licence") from error
    if spdx is None and not allow_unproved:
        raise JobRefused(_("The pictures of a folder need a licence, or the leave to be reviewed unproved."), "licence")
    if spdx is not None and judge(spdx).verdict != "take":
        raise JobRefused(
            _("%(licence)s does not let us change, sell and pass on the pictures.") % {"licence": licence_name(spdx)},
            "licence",
        )
    if spdx is not None and needs_attribution(spdx) and not parameters.get("creator"):
        raise JobRefused(
            _("%(licence)s asks that the creator is named: say who.") % {"licence": licence_name(spdx)}, "creator"
        )
    parameters |= {"root": str(Path(parameters["root"]).resolve()), "licence": spdx or ""}
    return _approved_or_refused(scan.identity_names, "root")


def _check_urls(parameters: dict[str, Any]) -> tuple[Identity, ...]:
    try:
        rows = read_urls_csv(parameters["csv"])
    except CsvError as error:
        raise JobRefused(_("The list of URLs cannot be used. %(error)s") % {"error": _faults(error)}, "csv") from error
    if isinstance(parameters["csv"], bytes):  # which has just been read as UTF-8
        parameters["csv"] = parameters["csv"].decode("utf-8-sig")
    _check_contact(_urls(rows))
    return _approved_or_refused((row.identity for row in rows), "csv")


def _faults(error: CsvError) -> str:
    words = [(line, said(text, _)) for line, text in error.problems]
    return " ".join(
        _("Line %(line)s: %(text)s") % {"line": line, "text": text} if line else text for line, text in words
    )


def _urls(rows: Iterable[UrlRow]) -> list[str]:
    return [url for row in rows for url in (row.image_url, row.page_url) if url]


def _check_contact(urls: Iterable[str]) -> None:
    if not may_ask_all(urls):
        raise JobRefused(_(NO_CONTACT), "source")


def _approved_or_refused(names: Iterable[str], field: str) -> tuple[Identity, ...]:
    people = named(names)
    if people.missing:
        missing = _shown(people.missing)
        raise JobRefused(
            _("Not among the approved identities: %(missing)s. Nothing was started.") % {"missing": missing}, field
        )
    return people.found


def _check_identities(identities: Sequence[Identity]) -> None:
    if not identities:
        raise JobRefused(_("There is no identity to look for: import and approve identities first."), WHOM)
    unapproved = [identity.name for identity in identities if identity.state != Identity.State.APPROVED]
    if unapproved:
        raise JobRefused(_("Not approved: %(names)s. Nothing was started.") % {"names": _shown(unapproved)}, WHOM)
    erased = [identity.name for identity in identities if is_tombstoned(identity)]
    if erased:
        raise JobRefused(
            _("Erased, not to be looked for again: %(names)s. Nothing was started.") % {"names": _shown(erased)}, WHOM
        )


def _shown(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
