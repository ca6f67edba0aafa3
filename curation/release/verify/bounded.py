"""Reads files of unknown origin, never more of them at a time than any release of ours would need."""

import csv
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from curation.release.verify.findings import NOT_UTF8, ROW, TOO_LARGE, UNREADABLE, Unreadable

LONGEST_LINE = 1_000_000  # bytes
LARGEST_JSON = 32_000_000
LARGEST_FIELD = 131_072  # characters: what Python's csv takes


@contextmanager
def opened(folder: Path, path: str) -> Iterator[BinaryIO]:
    """A regular file: no link is followed, and no pipe waited for."""
    try:
        descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(UNREADABLE, path, f"cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(UNREADABLE, path, "cannot be read (not a file)")
    with open(descriptor, "rb") as file:
        yield file


def lines(folder: Path, path: str) -> Iterator[bytes]:
    """With their line ends, the last one perhaps without."""
    with opened(folder, path) as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                raise Unreadable(TOO_LARGE, path, f"line {number} has more than {LONGEST_LINE:,} bytes")
            yield line


def text_lines(folder: Path, path: str) -> Iterator[str]:
    for number, line in enumerate(lines(folder, path), 1):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            raise Unreadable(NOT_UTF8, path, f"line {number} is not UTF-8") from None


def csv_rows(folder: Path, path: str) -> Iterator[list[str]]:
    reader = csv.reader(text_lines(folder, path), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(ROW, path, f"line {reader.line_num} is not CSV: {error}") from None


def read(folder: Path, path: str, most: int = LARGEST_JSON) -> bytes:
    with opened(folder, path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, most) + 1)  # room for as much is made at once
    if len(data) > most:
        raise Unreadable(TOO_LARGE, path, f"has more than {most:,} bytes")
    return data


def json_of(folder: Path, path: str) -> Any:
    data = read(folder, path)
    try:
        return json.loads(data.decode())
    except UnicodeDecodeError:
        raise Unreadable(NOT_UTF8, path, "is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(UNREADABLE, path, f"is not JSON: {error}") from None
