"""The papers against the rows: all of them there, none empty, and telling of this release and no other."""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from curation.release.manifest import ManifestError
from curation.release.naming import ATTRIBUTES, CLASSES, MANIFEST, METADATA, README, VERSION
from curation.release.verify import bounded, words
from curation.release.verify.findings import (
    ATTRIBUTION,
    COLUMNS,
    COUNT,
    DISAGREE,
    LICENCE,
    MISSING,
    PAPER,
    REVOKED,
    UNREADABLE,
    Findings,
    Unreadable,
)
from curation.release.verify.layout import RELEASE, Layout, Row
from curation.release.verify.names import listed
from curation.release.verify.rows import SHA256, Tally
from curation.release.verify.sides import Item, Side, differing

CREDITS, WITHDRAWN, CHANGES, CROISSANT = "ATTRIBUTION.csv", "REVOKED.csv", "CHANGES.json", "croissant.json"
BALANCE = "reports/balance.json"
PAPERS = (
    *(README, "DATASHEET.md", CROISSANT, "CITATION.cff", CREDITS, "ATTRIBUTION.md", WITHDRAWN, "remove_revoked.py"),
    *(CHANGES, "CHANGES.md", RELEASE, CLASSES, METADATA, "reports/annotators.json"),
    *(f"reports/{name}.{kind}" for name in ("agreement", "balance", "splits") for kind in ("json", "md")),
)
PLOT = re.compile(r"reports/balance-[a-z_-]+\.svg")
DIGEST_TEXT = re.compile(r"sha256:[0-9a-f]{64}")


def check(folder: Path, layout: Layout, tally: Tally, findings: Findings) -> None:
    tests = (_check_present, _check_told, _check_licences, _check_changes, _check_balance, _check_croissant)
    for test in (*tests, _check_datasheet, _check_citation, _check_splits):
        try:
            test(folder, layout, tally, findings)
        except Unreadable as trouble:
            _take(folder, trouble, findings)


def _take(folder: Path, trouble: Unreadable, findings: Findings) -> None:
    """Of what is not there it was told that it is missing."""
    if os.path.lexists(folder / trouble.problem.path):
        findings.take(trouble.problem)


def credits_side(folder: Path, findings: Findings) -> Side:
    """ATTRIBUTION.csv, which has a row of every image, in the same order and with the same words."""

    def check(item: Item, row: Row) -> None:
        shared = {name: text for name, text in item.told.items() if name in row}
        if names := differing(shared, {name: row[name] for name in shared}):
            findings.add(ATTRIBUTION, CREDITS, f"image {item.id} differs from {METADATA} in {names}")

    return Side(findings, {CREDITS: _credits(folder)}, lambda row: [CREDITS], check)


def _credits(folder: Path) -> Iterator[Item]:
    table = bounded.csv_rows(folder, CREDITS)
    header = next(table, [])
    if "id" not in header:
        raise Unreadable(COLUMNS, CREDITS, "has no column id")
    for number, cells in enumerate(table, 2):
        if len(cells) != len(header):
            raise Unreadable(ATTRIBUTION, CREDITS, f"row {number} has {len(cells)} columns, not {len(header)}")
        row = dict(zip(header, cells, strict=True))
        yield Item(row["id"], CREDITS, row)


def revoked(folder: Path, findings: Findings) -> set[bytes]:
    """The sha256 of images that must not be in any release from now on."""
    found = set()
    try:
        for number, line in enumerate(bounded.text_lines(folder, WITHDRAWN), 1):
            first = line.rstrip("\n").split(",")[0]
            if SHA256.fullmatch(first):
                found.add(bytes.fromhex(first))
            elif number > 1:
                findings.add(PAPER, WITHDRAWN, f"line {number} does not begin with a sha256")
    except Unreadable as trouble:
        findings.take(trouble.problem)
    return found


def check_revoked(row: Row, known: set[bytes], findings: Findings) -> None:
    if known and bytes.fromhex(row["sha256"]) in known:
        findings.add(REVOKED, WITHDRAWN, f"image {row['id']} is in the release, and was revoked")


def _check_present(folder: Path, layout: Layout, _tally: Tally, findings: Findings) -> None:
    for path in PAPERS:
        if not (folder / path).exists():
            findings.add(PAPER, path, "missing, and every release has it")
        elif path != METADATA:  # which is read row by row
            _check_text(folder, path, findings)
    plots = [path for path, _sha256 in _others(folder) if PLOT.fullmatch(path)]
    if not plots:
        findings.add(PAPER, "reports", "has no plot of the balance")
    for path in plots:
        _check_text(folder, path, findings)


def _check_text(folder: Path, path: str, findings: Findings) -> None:
    """Line by line and of any size: credits and changes grow with the images."""
    says_something = False
    try:
        for line in bounded.text_lines(folder, path):
            says_something = says_something or not line.isspace()
    except Unreadable as trouble:
        return _take(folder, trouble, findings)
    if not says_something and path != WITHDRAWN:
        findings.add(PAPER, path, "empty")


def _others(folder: Path) -> Iterator[tuple[str, str]]:
    """What the manifest says of files that are no images."""
    try:
        yield from ((path, sha256) for path, sha256 in listed(folder) if not path.endswith(".jpg"))
    except ManifestError:
        return  # told already


def _check_told(_folder: Path, layout: Layout, tally: Tally, findings: Findings) -> None:
    told = layout.told
    for key, wanted in (("images", tally.images), ("people", len(tally.people))):
        if told.get(key) != wanted:
            findings.add(COUNT, RELEASE, f"its {key} are {told.get(key)!r}, and {METADATA} has {wanted:,}")
    if extra := sorted(layout.folders.get("identity", {}).keys() - tally.people.keys()):
        findings.add(COUNT, CLASSES, f"has people of whom {METADATA} has no image: {', '.join(extra[:5])}")
    if not VERSION.fullmatch(layout.version):
        findings.add(PAPER, RELEASE, f"{layout.version!r} is not a version")
    if not _is_day(told.get("frozen_on")):
        findings.add(PAPER, RELEASE, f"frozen_on {told.get('frozen_on')!r} is not a day")
    if not _is_parent(told.get("parent")):
        findings.add(PAPER, RELEASE, "its parent is not a version with a digest")


def _is_day(text: Any) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_parent(told: Any) -> bool:
    if told is None:
        return True
    return (
        isinstance(told, dict)
        and bool(VERSION.fullmatch(str(told.get("version"))))
        and bool(DIGEST_TEXT.fullmatch(str(told.get("digest"))))
    )


def _check_licences(folder: Path, _layout: Layout, tally: Tally, findings: Findings) -> None:
    for licence, count in sorted(tally.licences.items()):
        path = f"LICENSES/{licence}.txt"
        if "/" in licence or not licence or not (folder / path).is_file():
            findings.add(LICENCE, path, f"missing, and {count:,} images have this licence")
        else:
            _check_text(folder, path, findings)


def _check_changes(folder: Path, layout: Layout, _tally: Tally, findings: Findings) -> None:
    told = bounded.json_of(folder, CHANGES)
    if not isinstance(told, dict) or told.get("parent") != layout.told.get("parent"):
        findings.add(DISAGREE, CHANGES, f"its parent is not that of {RELEASE}")


def _check_balance(folder: Path, _layout: Layout, tally: Tally, findings: Findings) -> None:
    """How many images there are, of each label and under each licence."""
    told = bounded.json_of(folder, BALANCE)
    found: dict[str, Any]
    try:
        found = {f"images of {task}": _images(told["labels"][task]) for task in ATTRIBUTES}
        found |= {"images by licence": _images(told["licences"])}
        found |= {"images": told["images"], "people": told["people"], "cells": _cells(told)}
    except (TypeError, KeyError, AttributeError):
        raise Unreadable(PAPER, BALANCE, "does not tell of images by label and licence") from None
    wanted: dict[str, Any] = {f"images of {task}": dict(tally.labels[task]) for task in ATTRIBUTES}
    wanted |= {"images by licence": dict(tally.licences), "images": tally.images, "people": len(tally.people)}
    wanted |= {"cells": dict(tally.cells)}
    if names := differing(found, wanted):
        findings.add(COUNT, BALANCE, f"differs from {METADATA} in {names}")


def _cells(told: dict[str, Any]) -> dict[tuple[str, ...], int]:
    return {tuple(one[task] for task in ATTRIBUTES): one["images"] for one in told["cells"] if one["images"]}


def _check_datasheet(folder: Path, _layout: Layout, _tally: Tally, findings: Findings) -> None:
    words.check_datasheet(folder, findings)


def _check_citation(folder: Path, layout: Layout, _tally: Tally, findings: Findings) -> None:
    words.check_citation(folder, layout.version, findings)


def _check_splits(folder: Path, _layout: Layout, tally: Tally, findings: Findings) -> None:
    words.check_splits(folder, tally.sizes, findings)


def _images(told: Any) -> dict[str, int]:
    return {label: count["images"] for label, count in told.items() if count["images"]}


def _check_croissant(folder: Path, layout: Layout, _tally: Tally, findings: Findings) -> None:
    """Its version, and the hash of every file that it names."""
    told = bounded.json_of(folder, CROISSANT)
    if not isinstance(told, dict) or not isinstance(told.get("distribution"), list):
        raise Unreadable(UNREADABLE, CROISSANT, "names no files")
    if told.get("version") != layout.version:
        findings.add(DISAGREE, CROISSANT, f"is of version {told.get('version')!r}, and {RELEASE} of {layout.version}")
    known = dict(_others(folder))
    for one in told["distribution"]:
        if not isinstance(one, dict) or one.get("sha256") is None:
            continue  # a set of files has no hash
        path = str(one.get("contentUrl"))
        if path not in known:
            findings.add(MISSING, CROISSANT, f"names {path!r}, which {MANIFEST} has not")
        elif known[path] != one["sha256"]:
            findings.add(DISAGREE, CROISSANT, f"has another sha256 of {path} than {MANIFEST}")
