"""Reading a CSV that people wrote: every fault listed with its line, nothing half accepted."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.sentences import Sentence

MAX_BYTES = 20_000_000
Problem = tuple[int, str]


class CsvError(Exception):
    """The file is refused. `problems` are (line, message), line 0 for the file as a whole."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        return " ".join(f"Line {line}: {text}" if line else text for line, text in self.problems)


@dataclass(frozen=True)
class Row:
    line: int  # where the row begins, the header being line 1
    values: dict[str, str]  # every allowed column, "" where the file has none; stripped


def read_file(path: Path) -> bytes:
    """OSError where it cannot be read; CsvError where it is larger than a list of people or pictures can be."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise CsvError([(0, Sentence("The file is larger than %(most)s MB.", most=MAX_BYTES // 1_000_000))])
    return data


def read_rows(data: str | bytes, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """Rows of a table whose header names all of `required` and nothing beyond `optional`, in any order."""
    records = _records(_text(data))
    header_line, header = next(records, (0, []))
    if not header_line:
        raise CsvError([(0, Sentence("The file is empty."))])
    _check_header(header_line, header, required, optional)
    rows, problems = [], []
    for line, cells in records:
        if len(cells) != len(header):
            problems.append(
                (line, Sentence("%(values)s values under %(columns)s columns.", values=len(cells), columns=len(header)))
            )
        else:
            rows.append(_row(line, header, cells, required + optional))
    if problems:
        raise CsvError(problems)
    if not rows:
        raise CsvError([(0, Sentence("The file has a header and no rows."))])
    return rows


def _text(data: str | bytes) -> str:
    text = _decoded(data) if isinstance(data, bytes) else data
    if "\0" in text:
        raise CsvError([(text[: text.index("\0")].count("\n") + 1, Sentence("Not text: it holds a zero byte."))])
    return text.removeprefix("\ufeff")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CsvError([(line, Sentence("Not UTF-8 text; save the file as CSV UTF-8."))]) from error


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, stripped cells) of every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise CsvError([(line, Sentence("Not readable as CSV: %(error)s.", error=error))]) from error


def _check_header(line: int, header: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    problems: list[Problem] = []
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise CsvError([(line, Sentence("The columns are not separated by commas; save the file as CSV with commas."))])
    for name in required:
        if name not in header:
            problems.append((line, Sentence("The column %(name)s is missing.", name=name)))
    for name in dict.fromkeys(header):
        if name not in required + optional:
            known = ", ".join(required + optional)
            problems.append(
                (line, Sentence("Unknown column %(name)r; the columns are %(known)s.", name=name, known=known))
            )
        if header.count(name) > 1:
            problems.append(
                (line, Sentence("The column %(name)s is there %(count)s times.", name=name, count=header.count(name)))
            )
    if problems:
        raise CsvError(problems)


def _row(line: int, header: list[str], cells: list[str], columns: tuple[str, ...]) -> Row:
    given = dict(zip(header, cells, strict=True))
    return Row(line, {name: given.get(name, "") for name in columns})
