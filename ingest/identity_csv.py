"""The list of public figures that somebody approved, as CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.csv_input import CsvError, Problem, Row, read_rows
from ingest.sentences import Sentence

REQUIRED = ("name",)
OPTIONAL = ("aliases", "wikidata_id", "birth_date", "race", "gender", "basis")
WIKIDATA_ID = re.compile(r"Q[1-9]\d*", re.ASCII)
BIRTH_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
MAX_NAME = 200
ADULT = 18

Precision = Literal["", "year", "month", "day"]


@dataclass(frozen=True)
class Reference:
    """A picture to compare with while no face is accepted."""

    preview_sha256: str
    page_url: str
    credit: str


@dataclass(frozen=True)
class IdentityRow:
    """One person to approve; the last four are known of people from Wikidata only."""

    line: int
    name: str
    aliases: tuple[str, ...] = ()
    wikidata_id: str = ""
    birth_date: date | None = None  # the first day of what is known
    birth_precision: Precision = ""
    race: str = ""  # claimed; the text as given
    gender: str = ""
    basis: str = ""  # why this is a public figure; "" leaves the import's own
    former_ids: tuple[str, ...] = ()  # Wikidata ids that lead to this one
    about: str = ""
    commons_category: str = ""
    reference: Reference | None = None


def read_identities_csv(data: str | bytes) -> list[IdentityRow]:
    """All rows, or CsvError with every faulty line."""
    rows = read_rows(data, REQUIRED, OPTIONAL)
    problems = [problem for row in rows for problem in _faults(row)]
    problems += _repeats(rows, "name")
    problems += _repeats(rows, "wikidata_id")
    if problems:
        raise CsvError(sorted(problems))
    return [_identity(row) for row in rows]


def read_birth_date(text: str) -> tuple[date | None, Precision]:
    """The date and how much of it is known; ValueError for anything but YYYY, YYYY-MM or YYYY-MM-DD."""
    if not text:
        return None, ""
    match = BIRTH_DATE.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day = match.groups()
    precision: Precision = "day" if day else "month" if month else "year"
    return date(int(year), int(month or 1), int(day or 1)), precision


def _identity(row: Row) -> IdentityRow:
    values = row.values
    birth_date, precision = read_birth_date(values["birth_date"])
    aliases = dict.fromkeys(_one_line(alias) for alias in values["aliases"].split("|"))
    return IdentityRow(
        line=row.line,
        name=_one_line(values["name"]),
        aliases=tuple(alias for alias in aliases if alias),
        wikidata_id=values["wikidata_id"],
        birth_date=birth_date,
        birth_precision=precision,
        race=values["race"],
        gender=values["gender"],
        basis=values["basis"],
    )


def may_be_minor(born: date | None, precision: Precision, today: date) -> bool:
    """Counted from the last day that the date allows. An unknown date speaks against nobody: a person decides."""
    if born is None:
        return False
    last = {"year": (12, 31), "month": (born.month, 31)}.get(precision, (born.month, born.day))
    return (today.year, today.month, today.day) < (born.year + ADULT, *last)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _faults(row: Row) -> Iterator[Problem]:
    if not row.values["name"]:
        yield row.line, Sentence("The name is missing.")
    if len(row.values["name"]) > MAX_NAME:
        yield row.line, Sentence("The name is longer than %(most)s characters.", most=MAX_NAME)
    if (wikidata_id := row.values["wikidata_id"]) and not WIKIDATA_ID.fullmatch(wikidata_id):
        yield row.line, Sentence("The wikidata_id %(wikidata_id)r is not Q and a number.", wikidata_id=wikidata_id)
    try:
        born, precision = read_birth_date(row.values["birth_date"])
    except ValueError:
        yield (
            row.line,
            Sentence("The birth_date %(date)r is not YYYY, YYYY-MM or YYYY-MM-DD.", date=row.values["birth_date"]),
        )
    else:
        if born and born > date.today():
            yield row.line, Sentence("The birth_date lies in the future.")
        elif may_be_minor(born, precision, date.today()):
            yield row.line, Sentence("Under %(age)s, or may be, by the birth_date.", age=ADULT)


def _repeats(rows: list[Row], column: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        key = _one_line(row.values[column]).casefold()
        if key and (line := first.setdefault(key, row.line)) != row.line:
            yield row.line, Sentence("The same %(column)s as line %(line)s.", column=column, line=line)
