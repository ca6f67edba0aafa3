"""Identities from Wikidata: looked at first, approved afterwards, all or none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from ingest.access import NO_CONTACT, may_ask
from ingest.csv_input import CsvError, Problem
from ingest.identities import IdentityRefused, Outlook, RowReport, import_identities, outlook
from ingest.identity_csv import IdentityRow, Reference
from ingest.models import Identity
from ingest.network import FetchFailed
from ingest.reference_pictures import api_session, fetch_references
from ingest.sources.base import SourceError
from ingest.sources.json_api import JsonApi
from ingest.sources.mediawiki import ask
from ingest.wikidata import IDS_A_CALL, QUESTION, NotEntities, Person, read_people, why_not

PATIENCE = 600.0  # seconds for all reference pictures of a command
PREVIEW_AGE = 3600  # seconds in which a preview may be confirmed
SALT = "ingest.wikidata_people"
NOT_YET = "-"  # stands for the basis, which is asked for after the preview


@dataclass(frozen=True)
class Prospect:
    """Somebody whom an admin considers. `reasons` speak against an import; `note` is about the picture only."""

    asked: str  # the id as it was typed
    row: IdentityRow
    picture: str = ""  # name of a file on Commons
    reasons: tuple[str, ...] = ()
    existing: Identity | None = None
    note: str = ""

    @property
    def may_enter(self) -> bool:
        return not self.reasons and self.existing is None


def look_up(ids: Sequence[str]) -> list[Person]:
    """What Wikidata says of these ids. Raises SourceError, and IdentityRefused without a contact."""
    base = settings.SOURCE_URLS["wikidata"].rstrip("/")
    if not may_ask(base):
        raise IdentityRefused(_(NO_CONTACT))
    try:
        api = JsonApi("Wikidata", api_session())
    except FetchFailed as error:
        raise SourceError(f"Wikidata could not be asked: {error}", True) from error
    batches = [ids[start : start + IDS_A_CALL] for start in range(0, len(ids), IDS_A_CALL)]
    return [person for batch in batches for person in _asked(api, f"{base}/w/api.php", batch)]


def _asked(api: JsonApi, address: str, ids: Sequence[str]) -> list[Person]:
    answer = ask(api, address, {**QUESTION, "ids": "|".join(ids)})
    try:
        return read_people(answer, ids)
    except NotEntities as error:
        raise api.changed(str(error)) from error


def consider(people: Sequence[Person], *, basis: str = NOT_YET, today: date | None = None) -> list[Prospect]:
    """Each person with all that speaks against them, in Wikidata and here."""
    rows = [person.row(line) for line, person in enumerate(people, start=1)]
    outlooks = outlook(rows, basis=basis)
    repeated = {row.line: text for row, text in _repeats(rows)}
    day = today or timezone.localdate()
    return [
        _prospect(person, row, outlooks[row.line], why_not(person, day), repeated.get(row.line))
        for person, row in zip(people, rows, strict=True)
    ]


def _prospect(
    person: Person, row: IdentityRow, seen: Outlook, by_wikidata: Sequence[str], repeated: str | None
) -> Prospect:
    """Of an entry that does not exist nothing else is said."""
    if not person.wikidata_id:
        return Prospect(person.asked, row, reasons=tuple(by_wikidata))
    reasons = (*by_wikidata, *seen.problems, *([repeated] if repeated else []))
    return Prospect(person.asked, row, person.picture, reasons, seen.existing)


def _repeats(rows: Sequence[IdentityRow]) -> Iterator[tuple[IdentityRow, str]]:
    """Redirects may lead two ids to one person, and two people may have one name."""
    first: dict[str, IdentityRow] = {}
    for row in rows:
        for key in filter(None, (row.wikidata_id, row.name.casefold())):
            earlier = first.setdefault(key, row)
            if earlier is not row:
                if earlier.wikidata_id == row.wikidata_id:
                    words = _("The same person as %(id)s, which stands before.")
                else:
                    words = _("The same name as %(id)s, which stands before.")
                yield row, words % {"id": earlier.wikidata_id}
                break


def with_pictures(prospects: Sequence[Prospect], *, seconds: float, also_known: bool = False) -> list[Prospect]:
    """The same with their reference pictures, or with a note why there is none.

    `also_known`: those too who are there already and lack one.
    """
    wanting = [one for one in prospects if one.picture and (one.may_enter or (also_known and _lacks_picture(one)))]
    outcomes = fetch_references([one.picture for one in wanting], seconds=seconds)
    return [_with_picture(one, outcomes) if one in wanting else one for one in prospects]


def _lacks_picture(one: Prospect) -> bool:
    return one.existing is not None and not one.existing.reference_preview_sha256 and not one.reasons


def _with_picture(one: Prospect, outcomes: dict[str, Reference | str]) -> Prospect:
    outcome = outcomes[one.picture]
    if isinstance(outcome, Reference):
        return replace(one, row=replace(one.row, reference=outcome))
    return replace(one, note=outcome)


def import_people(
    ids: Sequence[str], *, approved_by: User, basis: str, note: Callable[[str], None] = lambda text: None
) -> list[RowReport]:
    """Approve all, or raise: SourceError, IdentityRefused, or CsvError whose lines count the ids from 1."""
    prospects = consider(look_up(ids), basis=basis)
    problems: list[Problem] = [(one.row.line, f"{one.asked}: {reason}") for one in prospects for reason in one.reasons]
    if problems:
        raise CsvError(problems)
    prospects = with_pictures(prospects, seconds=PATIENCE, also_known=True)
    for one in prospects:
        if one.note:
            note(f"{one.asked}: {one.note}")
    return import_identities([one.row for one in prospects], approved_by=approved_by, basis=basis)


# ---- From the preview to its confirmation: signed, so that what is approved is what was seen


def importable(prospects: Iterable[Prospect]) -> list[IdentityRow]:
    return [one.row for one in prospects if one.may_enter]


def sealed(rows: Iterable[IdentityRow]) -> str:
    return signing.dumps([_plain(row) for row in rows], salt=SALT, compress=True)


def unsealed(text: str) -> list[IdentityRow]:
    """IdentityRefused where it is not ours, or too old."""
    try:
        rows = signing.loads(text, salt=SALT, max_age=PREVIEW_AGE)
    except signing.BadSignature as error:
        raise IdentityRefused(
            _("This preview is older than an hour, or not ours: look the people up again.")
        ) from error
    return [_row(row) for row in rows]


def _plain(row: IdentityRow) -> dict[str, Any]:
    return asdict(row) | {"birth_date": row.birth_date and row.birth_date.isoformat()}


def _row(plain: dict[str, Any]) -> IdentityRow:
    born, reference = plain["birth_date"], plain["reference"]
    exact = {
        "aliases": tuple(plain["aliases"]),
        "former_ids": tuple(plain["former_ids"]),
        "birth_date": date.fromisoformat(born) if born else None,
        "reference": Reference(**reference) if reference else None,
    }
    return IdentityRow(**plain | exact)
