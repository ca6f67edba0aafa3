"""Pictures from a list of URLs that somebody put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from ingest.addresses import parse_target
from ingest.csv_input import CsvError, Problem, Row, read_rows
from ingest.network import FetchRefused, GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, SourceError

COLUMNS = ("identity", "image_url", "page_url", "licence_url", "creator")


@dataclass(frozen=True)
class UrlRow:
    line: int
    identity: str
    image_url: str
    page_url: str
    licence_url: str
    creator: str


@dataclass(frozen=True)
class UrlsSource:
    """Answers the rows of the job's CSV that name the identity or one of its aliases."""

    name: ClassVar[str] = "urls"
    label: ClassVar[str] = Sentence("List of URLs (CSV)")
    about: ClassVar[str] = Sentence(
        "Pictures that somebody put together; each one’s source page must prove its licence."
    )
    searches: ClassVar[bool] = False
    heeds_robots: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("csv",)

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        try:
            rows = _read_once(query.parameters.get("csv", ""))
        except CsvError as error:
            raise SourceError(f"The list of URLs cannot be read: {error}") from error
        wanted = {name.casefold() for name in (query.identity_name, *query.aliases)}
        mine = [row for row in rows if row.identity.casefold() in wanted]
        for rank, row in enumerate(mine[: query.limit], start=1):
            yield _hit(row, rank)


@lru_cache(maxsize=1)
def _read_once(data: str) -> list[UrlRow]:
    """A job asks for one identity after the other, always with the same list."""
    return read_urls_csv(data)


def _hit(row: UrlRow, rank: int) -> Hit:
    return Hit(
        image_url=row.image_url,
        page_url=row.page_url,
        creator=row.creator,
        licence_url=row.licence_url,
        rank=rank,
        query=row.identity,
        evidence={"csv_line": str(row.line)},
    )


def read_urls_csv(data: str | bytes) -> list[UrlRow]:
    """All rows, or CsvError with every faulty line.

    A licence URL that we do not know is kept: the licence check refuses it where a person can see that.
    """
    rows = read_rows(data, COLUMNS)
    problems = [problem for row in rows for problem in _faults(row)]
    problems += _repeats(rows)
    if problems:
        raise CsvError(sorted(problems))
    return [UrlRow(row.line, **row.values) for row in rows]


def _faults(row: Row) -> Iterator[Problem]:
    for column in ("identity", "image_url"):
        if not row.values[column]:
            yield row.line, Sentence("The %(column)s is missing.", column=column)
    for column in ("image_url", "page_url", "licence_url"):
        if row.values[column] and (fault := _url_fault(row.values[column])):
            yield row.line, Sentence("The %(column)s is no usable URL. %(fault)s", column=column, fault=fault)


def _url_fault(url: str) -> str:
    try:
        parse_target(url)
    except FetchRefused as refusal:
        return refusal.message
    return ""


def _repeats(rows: list[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.values["identity"].casefold(), row.values["image_url"])
        if all(key) and (line := first.setdefault(key, row.line)) != row.line:
            yield row.line, Sentence("The same identity and image_url as line %(line)s.", line=line)
