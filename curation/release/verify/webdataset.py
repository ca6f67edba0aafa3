"""Tar files against the rows: plain ustar of pairs `<id>.jpg`, `<id>.json`, with nothing of a machine in a header."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tarfile import BLOCKSIZE, NUL, RECORDSIZE, USTAR_FORMAT, TarInfo
from typing import Any, BinaryIO, NamedTuple

from curation.release.naming import METADATA, image_id
from curation.release.output import FILE_MODE
from curation.release.verify import bounded, shards
from curation.release.verify.findings import (
    BYTES,
    DISAGREE,
    NOT_UTF8,
    OUTSIDE,
    ROW,
    STRANGE,
    TOO_LARGE,
    TRUNCATED,
    Findings,
    Unreadable,
)
from curation.release.verify.layout import Layout, Row, is_plain
from curation.release.verify.sides import Item, Side, differing
from curation.release.verify.work import LARGEST_IMAGE, Crew, Picture

FOLDER = "webdataset"
NAME = re.compile(r"([0-9a-f]{20})\.(jpg|json)")
LARGEST_ROW = 1_000_000
NO_CLASS = -1


class Pair(NamedTuple):
    sha256: str
    row: bytes


def side(folder: Path, layout: Layout, findings: Findings, crew: Crew | None) -> Side:
    """With a crew every picture is decoded as well."""
    paths = shards.by_bucket(folder, FOLDER, (), findings)
    streams = {f"{FOLDER}/{bucket}": _pairs(folder, known, crew) for bucket, known in paths.items()}
    return Side(findings, streams, lambda row: [f"{FOLDER}/{shards.of_row(row)}"], partial(_check, layout, findings))


def _pairs(folder: Path, paths: Sequence[str], crew: Crew | None) -> Iterator[Item]:
    for path in paths:
        with bounded.opened(folder, path) as file:
            yield from _of_file(file, path, crew)


def _of_file(file: BinaryIO, path: str, crew: Crew | None) -> Iterator[Item]:
    members = _members(file, path)
    for name, data in members:
        stem, _, kind = name.partition(".")
        second = next(members, ("", b""))
        if kind != "jpg" or second[0] != f"{stem}.json":
            raise Unreadable(STRANGE, path, f"{name} is not followed by its {stem}.json")
        sha256 = hashlib.sha256(data).hexdigest()
        if crew:
            crew.take(Picture(f"{path}: {name}", data))
        yield Item(stem, path, Pair(sha256, second[1]))


def _members(file: BinaryIO, path: str) -> Iterator[tuple[str, bytes]]:
    length = 0
    while (header := _read(file, BLOCKSIZE, path)) != NUL * BLOCKSIZE:
        name, size = _header(header, path)
        padded = -(-size // BLOCKSIZE) * BLOCKSIZE
        data = _read(file, padded, path)
        if data[size:].strip(NUL):
            raise Unreadable(STRANGE, path, f"something is hidden after {name}")
        length += BLOCKSIZE + padded
        yield name, data[:size]
    rest = file.read(RECORDSIZE + 1)
    wanted = BLOCKSIZE + -(length + 2 * BLOCKSIZE) % RECORDSIZE
    if len(rest) < wanted:
        raise Unreadable(TRUNCATED, path, "is cut off: its end is missing")
    if len(rest) > wanted or rest.strip(NUL):
        raise Unreadable(STRANGE, path, "something comes after its end")


def _read(file: BinaryIO, size: int, path: str) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise Unreadable(TRUNCATED, path, "is cut off")
    return data


def _header(header: bytes, path: str) -> tuple[str, int]:
    """The name and size of a member, whose header is exactly the one that is written for such."""
    try:
        name, size = _text(header[:100]), int(header[124:135], 8)
    except ValueError:
        raise Unreadable(STRANGE, path, "has a header that is none of tar's") from None
    name = "/".join(part for part in (_text(header[345:500]), name) if part)
    match = NAME.fullmatch(name)
    if match is None and not is_plain(name):
        raise Unreadable(OUTSIDE, path, f"its member {name!r} leads elsewhere")
    if match is None or size < 0:
        raise Unreadable(STRANGE, path, f"its member {name!r} is no image and no row")
    member = TarInfo(name)  # its time and owner are 0
    member.size, member.mode = size, FILE_MODE
    if header != member.tobuf(USTAR_FORMAT):
        raise Unreadable(STRANGE, path, f"the header of {name} says more than its name and size, or is damaged")
    if size > (LARGEST_IMAGE if match[2] == "jpg" else LARGEST_ROW):
        raise Unreadable(TOO_LARGE, path, f"{name} has {size:,} bytes")
    return name, size


def _text(field: bytes) -> str:
    return field.partition(NUL)[0].decode("ascii", "backslashreplace")


def _check(layout: Layout, findings: Findings, item: Item, row: Row) -> None:
    pair: Pair = item.told
    if pair.sha256 != row["sha256"] or image_id(pair.sha256) != item.id:
        findings.add(BYTES, item.path, f"{item.id}.jpg: its bytes are not those that {METADATA} names")
    numbers = {name: NO_CLASS if number is None else number for name, number in layout.class_numbers(row).items()}
    told: dict[str, Any] = dict(row) | numbers
    if pair.row != (json.dumps(told, sort_keys=True, ensure_ascii=False) + "\n").encode():
        _tell(item, told, findings)


def _tell(item: Item, wanted: dict[str, Any], findings: Findings) -> None:
    try:
        found = json.loads(item.told.row.decode())
    except UnicodeDecodeError:
        return findings.add(NOT_UTF8, item.path, f"{item.id}.json is not UTF-8")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return findings.add(ROW, item.path, f"{item.id}.json is not JSON")
    said = differing(found, wanted) or "the form of the line"
    return findings.add(DISAGREE, item.path, f"{item.id}.json differs from {METADATA} in {said}")
