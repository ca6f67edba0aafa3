"""Releases of the first layout: a tree for each of four tasks, a split of each, no release.json."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curation.release.naming import CLASSES, METADATA, PARTS, TASKS, image_file
from curation.release.verify import bounded, names
from curation.release.verify.findings import (
    BYTES,
    CLASS,
    EXTRA,
    MISSING,
    ORDER,
    ROW,
    UNREADABLE,
    Findings,
    Unreadable,
)
from curation.release.verify.layout import is_plain
from curation.release.verify.names import Names
from curation.release.verify.work import Crew

IMAGE_ID = re.compile(r"[0-9a-f]{20}")
Classes = Mapping[str, Mapping[str, str]]  # task → label or slug → folder
COLUMNS = (
    *("id", "file", "sha256", "identity_slug"),
    *(f"perceived_{task}" for task in TASKS[1:]),
    *(f"split_{task}" for task in TASKS),
)


def look(folder: Path, findings: Findings, crew: Crew) -> int:
    """How many files were there."""
    known = Names(folder, findings)
    if not names.compare_or_tell(known, crew):
        return known.files
    try:
        classes, rows = _classes(folder), list(_rows(folder))
    except Unreadable as trouble:
        findings.take(trouble.problem)
        return known.files
    _check_folders(classes, known)
    ids = [row["id"] for row in rows]
    if ids != sorted(set(ids)):
        findings.add(ORDER, METADATA, "ids are out of order or there twice")
    _check_trees(rows, classes, known)
    _check_hashes(rows, known)
    return known.files


def _classes(folder: Path) -> Classes:
    told: Any = bounded.json_of(folder, CLASSES)
    try:
        if set(told) != set(TASKS):
            raise ValueError(f"its tasks are not {', '.join(TASKS)}")
        known = {task: {one["label"]: one["folder"] for one in told[task]} for task in TASKS[1:]}
        known["identity"] = {one["folder"]: one["folder"] for one in told["identity"]}
        if not all(is_plain(name) for folders in known.values() for name in folders.values()):
            raise ValueError("a folder of a class leads elsewhere")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(CLASS, CLASSES, f"is not what it should be: {error!r}") from None
    return known


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    """Only the columns that are looked at."""
    table = bounded.csv_rows(folder, METADATA)
    header = next(table, [])
    if missing := [name for name in COLUMNS if name not in header]:
        raise Unreadable(UNREADABLE, METADATA, f"has no column {', '.join(missing)}")
    for number, cells in enumerate(table, 2):
        row = dict(zip(header, cells, strict=False))
        if len(cells) != len(header) or not IMAGE_ID.fullmatch(row["id"]):
            raise Unreadable(ROW, METADATA, f"row {number} is cut off, or its id is none of ours")
        yield {name: row[name] for name in COLUMNS}


def _check_folders(classes: Classes, known: Names) -> None:
    wanted = {"images", *TASKS} | {f"{task}/{part}" for task in TASKS for part in PARTS}
    wanted |= {f"{task}/{part}/{name}" for task in TASKS for part in PARTS for name in classes[task].values()}
    names.check_folders(known, wanted)


def _check_trees(rows: list[dict[str, str]], classes: Classes, known: Names) -> None:
    wanted = {image_file(row["id"]) for row in rows}
    for row in rows:
        wanted |= set(_places(row, classes))
        if row["file"] != image_file(row["id"]):
            known.findings.add(ROW, METADATA, f"image {row['id']} is said to be at {row['file']}")
    there = {found.path for found in Names(known.folder, Findings()).walk() if "/" in found.path}
    for path in sorted(wanted - there):
        known.findings.add(MISSING, path, f"{METADATA} has it, the trees have not")
    for path in sorted(there - wanted):
        known.findings.add(EXTRA, path, f"the trees have it, {METADATA} has not")


def _places(row: Mapping[str, str], classes: Classes) -> Iterator[str]:
    """Where the row says that its image stands."""
    for task in TASKS:
        label = row["identity_slug"] if task == "identity" else row[f"perceived_{task}"]
        if part := row[f"split_{task}"]:
            yield f"{task}/{part}/{classes[task].get(label, f'(unknown class {label})')}/{row['id']}.jpg"


def _check_hashes(rows: list[dict[str, str]], known: Names) -> None:
    listed = dict(names.listed(known.folder))
    for row in rows:
        path = image_file(row["id"])
        if listed.get(path, row["sha256"]) != row["sha256"]:
            known.findings.add(BYTES, path, f"its bytes are not those that {METADATA} names")
