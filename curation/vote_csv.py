"""Votes from a CSV of any size, read row by row into whole numbers."""

import csv
from _csv import Reader  # the type of csv.reader(), which csv does not name
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingest.csv_input import CsvError

STEP = 1 << 20  # bytes between two words of progress
LISTED = 12  # classes named in an error, at most

Progress = Callable[[int], object]  # called with the bytes read since the last call


@dataclass(frozen=True)
class Column:
    """`names[codes[row]]` is what the row says; names are distinct, in the order of the rows that say them first."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class CsvVotes:
    """Three columns of one length. `blank` rows had no label: a vote that was not given, left out."""

    items: Column
    annotators: Column
    labels: Column
    blank: int = 0


class _Codes(dict[str, int]):
    """Numbers names as they come."""

    def __missing__(self, name: str) -> int:
        self[name] = code = len(self)
        return code


def read_votes(
    path: Path | str,
    *,
    item: str = "item",
    annotator: str = "annotator",
    label: str = "label",
    classes: Sequence[str] | None = None,
    progress: Progress = lambda size: None,
) -> CsvVotes:
    """Votes under the three named headers; other columns are ignored, cells are stripped, blank lines skipped.

    With `classes` these are the names of the labels, in this order and whether a row has them or not. Memory is that
    of the distinct names and 12 bytes a row. OSError where the file cannot be read; CsvError for the first fault.
    """
    with Path(path).open("rb") as file:
        reader = csv.reader(_lines(file, progress), strict=True)
        try:
            header = _header(reader)
            pick = itemgetter(*_places(header, (item, annotator, label)))
            return _votes(reader, len(header), pick, classes)
        except csv.Error as error:
            raise CsvError([(reader.line_num, f"Not readable as CSV: {error}.")]) from error


def _lines(file: BinaryIO, progress: Progress) -> Iterator[str]:
    read = 0
    for number, line in enumerate(file, 1):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise CsvError([(number, "Not UTF-8 text; save the file as CSV UTF-8.")]) from error
        if "\0" in text:
            raise CsvError([(number, "Not text: it holds a zero byte.")])
        read += len(line)
        if read >= STEP:
            progress(read)
            read = 0
        yield text.removeprefix("\ufeff") if number == 1 else text
    progress(read)


def _header(reader: Iterator[list[str]]) -> list[str]:
    for cells in reader:
        header = [cell.strip() for cell in cells]
        if any(header):
            return header
    raise CsvError([(0, "The file is empty.")])


def _places(header: list[str], wanted: tuple[str, ...]) -> tuple[int, ...]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise CsvError([(1, "The columns are not separated by commas; save the file as CSV with commas.")])
    for name in wanted:
        if name not in header:
            raise CsvError([(1, f"The column {name} is missing; the columns are {', '.join(header)}.")])
        if header.count(name) > 1:
            raise CsvError([(1, f"The column {name} is there {header.count(name)} times.")])
    return tuple(header.index(name) for name in wanted)


def _votes(
    reader: Reader, width: int, pick: Callable[[list[str]], tuple[str, ...]], classes: Sequence[str] | None
) -> CsvVotes:
    """One loop without calls of our own: it runs ten million times."""
    items, annotators, labels = _Codes(), _Codes(), _Codes()
    known = None if classes is None else {name: labels[name] for name in classes}
    columns = array("i"), array("i"), array("i")
    add_item, add_annotator, add_label = (column.append for column in columns)
    blank = 0
    for cells in reader:
        if len(cells) != width:
            if not any(cell.strip() for cell in cells):
                continue
            raise CsvError([(reader.line_num, f"{len(cells)} values under {width} columns.")])
        item, annotator, label = pick(cells)
        item, annotator, label = item.strip(), annotator.strip(), label.strip()
        if not (item and annotator and label):
            blank += _is_vote_not_given(reader.line_num, cells, item, annotator)
            continue
        if known is not None and label not in known:
            raise CsvError([(reader.line_num, f"The label {label!r} is unknown; {_listed(known)}.")])
        add_item(items[item])
        add_annotator(annotators[annotator])
        add_label(labels[label])
    if not columns[0]:
        nothing = "Not one row has a label." if blank else "The file has a header and no rows."
        raise CsvError([(0, nothing)])
    return CsvVotes(_column(columns[0], items), _column(columns[1], annotators), _column(columns[2], labels), blank)


def _is_vote_not_given(line: int, cells: list[str], item: str, annotator: str) -> bool:
    """True where only the label is missing; False for a blank line."""
    if item and annotator:
        return True
    if not any(cell.strip() for cell in cells):
        return False
    raise CsvError([(line, "The annotator is missing." if item else "The item is missing.")])


def _listed(known: dict[str, int]) -> str:
    names = list(known)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"the classes are {', '.join(names[:LISTED])}{more}"


def _column(codes: "array[int]", names: _Codes) -> Column:
    return Column(np.frombuffer(codes, dtype=np.int32), tuple(names))
