"""Trees of JPEGs against the rows: every image in its places and nowhere else, each part with its metadata.jsonl."""

import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from curation.release.naming import JSON_LINES, METADATA, PARTS, image_file, json_columns
from curation.release.verify import bounded
from curation.release.verify.findings import (
    BYTES,
    DISAGREE,
    EXTRA,
    MISSING,
    NOT_UTF8,
    OUTSIDE,
    ROW,
    Findings,
    Unreadable,
)
from curation.release.verify.layout import Layout, Row, is_plain
from curation.release.verify.names import Names, listed
from curation.release.verify.sides import Item, Side, differing

ID = re.compile(rb'"id": "([0-9a-f]{20})"')


def sides(folder: Path, layout: Layout, findings: Findings) -> list[Side]:
    streams = {
        path: _json_lines(folder, path) for path in (f"{t}/{p}/{JSON_LINES}" for t in layout.tasks for p in PARTS)
    }
    lines = Side(findings, streams, partial(_wanted, layout), partial(_check_line, layout, findings))
    images = {"images": _images(folder)}
    return [lines, Side(findings, images, lambda row: ["images"], partial(_check_image, findings))]


def _images(folder: Path) -> Iterator[Item]:
    """What the manifest says of images/, which is in the order of the ids."""
    for path, sha256 in listed(folder):
        if path.startswith("images/"):
            yield Item(path.removeprefix("images/").removesuffix(".jpg"), path, sha256)


def _check_image(findings: Findings, item: Item, row: Row) -> None:
    if item.path != image_file(row["id"]) or item.told != row["sha256"]:
        findings.add(BYTES, item.path, f"its bytes are not those that {METADATA} names")


def _json_lines(folder: Path, path: str) -> Iterator[Item]:
    for number, line in enumerate(bounded.lines(folder, path), 1):
        match = ID.search(line)
        if match is None:
            raise Unreadable(ROW, path, f"line {number} is no row of an image")
        yield Item(match[1].decode(), path, line)


def _wanted(layout: Layout, row: Row) -> Iterator[str]:
    yield from (f"{task}/{part}/{JSON_LINES}" for task, part, _folder in layout.places(row))


def _check_line(layout: Layout, findings: Findings, item: Item, row: Row) -> None:
    task, part, _name = item.path.split("/")
    place = next(folder for t, p, folder in layout.places(row) if (t, p) == (task, part))
    told = {name: row[name] for name in json_columns(row)} | {"file_name": f"{place}/{row['id']}.jpg"}
    if item.told != (json.dumps(told, sort_keys=True, ensure_ascii=False) + "\n").encode():
        _tell(item, told, findings)


def _tell(item: Item, wanted: dict[str, str], findings: Findings) -> None:
    try:
        found = json.loads(item.told.decode())
    except UnicodeDecodeError:
        return findings.add(NOT_UTF8, item.path, f"the row of image {item.id} is not UTF-8")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return findings.add(ROW, item.path, f"the row of image {item.id} is not JSON")
    name = found.get("file_name")
    if not isinstance(name, str) or not all(map(is_plain, name.split("/"))):
        return findings.add(OUTSIDE, item.path, f"image {item.id} leads outside the folder: {name!r}")
    said = differing(found, wanted) or "the form of the line"
    return findings.add(DISAGREE, item.path, f"image {item.id} differs from {METADATA} in {said}")


# ---- The trees


class Trees:
    """Looks for every row's image in its places; what lies there besides is named afterwards, if the number says so."""

    def __init__(self, folder: Path, layout: Layout, findings: Findings) -> None:
        self.folder, self.layout, self.findings = folder, layout, findings
        self.found = 0

    def meet(self, row: Row) -> None:
        for path in self._paths(row):
            if os.path.lexists(self.folder / path):
                self.found += 1
            else:
                self.findings.add(MISSING, path, f"{METADATA} has it, the trees have not")

    def _paths(self, row: Row) -> Iterator[str]:
        yield from (f"{t}/{part}/{name}/{row['id']}.jpg" for t, part, name in self.layout.places(row))

    def end(self, rows: Iterator[dict[str, str]], names: Names) -> None:
        """`rows` once more, if they are needed."""
        if self.found == names.in_trees:
            return
        known = {path for row in rows for path in self._paths(row)}
        for found in Names(self.folder, Findings()).walk():
            if found.path.endswith(".jpg") and not found.path.startswith("images/") and found.path not in known:
                self.findings.add(EXTRA, found.path, f"the trees have it, {METADATA} has not")
