"""metadata.csv row by row: each by itself, and what the splits and the counts make of all of them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from curation.release.naming import (
    ATTRIBUTES,
    CLASSES,
    METADATA,
    PARTS,
    SPLITS,
    image_id,
    label_column,
    split_column,
)
from curation.release.verify import bounded
from curation.release.verify.findings import CLASS, COLUMNS, EMPTY_CLASS, ID, ORDER, ROW, SPLIT, Findings, Unreadable
from curation.release.verify.layout import RELEASE, Layout, Row

SHA256 = re.compile(r"[0-9a-f]{64}")
NEEDED = ("id", "sha256", "file", "identity", "identity_slug", *SPLITS, "photo_id", "duplicate_group", "licence")


def read(folder: Path, layout: Layout, findings: Findings) -> Iterator[dict[str, str]]:
    """Rows that make sense, in the order of their ids. Unreadable where there is no such table."""
    table = bounded.csv_rows(folder, METADATA)
    header = next(table, [])
    _check_header(header, layout, findings)
    last = ""
    for number, cells in enumerate(table, 2):
        row = dict(zip(header, cells, strict=False))
        if len(cells) != len(header):
            findings.add(ROW, METADATA, f"row {number} has {len(cells)} columns, not {len(header)}")
        elif not SHA256.fullmatch(row["sha256"]) or image_id(row["sha256"]) != row["id"]:
            findings.add(ID, METADATA, f"row {number}: {row['id']!r} is not the id of an image with such a sha256")
        elif row["id"] <= last:
            findings.add(ORDER, METADATA, f"row {number}: image {row['id']} is out of order or there twice")
        else:
            last = row["id"]
            yield row


def _check_header(header: list[str], layout: Layout, findings: Findings) -> None:
    if tuple(header) != layout.columns:
        missing = [name for name in layout.columns if name not in header]
        said = f"without {', '.join(missing)}" if missing else "in other order, or more"
        findings.add(COLUMNS, METADATA, f"its columns are not those of {RELEASE}: {said}")
    labels = [label_column(layout.selection, task) for task in ATTRIBUTES]
    if missing := [name for name in (*NEEDED, *labels) if name not in header]:
        raise Unreadable(COLUMNS, METADATA, f"has no column {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise Unreadable(COLUMNS, METADATA, "has a column twice")


STAYING = ("identity_slug", "photo_id", "duplicate_group")
Parts = tuple[str, str]  # in the split of identity, and in that of the attributes


@dataclass
class Tally:
    """What all rows together must be: numbers of images, people, and images by class; who is in which part."""

    layout: Layout
    findings: Findings
    images: int = 0
    places: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    people: dict[str, str] = field(default_factory=dict)  # name by slug
    licences: Counter[str] = field(default_factory=Counter)
    labels: Mapping[str, Counter[str]] = field(default_factory=lambda: {task: Counter() for task in ATTRIBUTES})
    parts: Mapping[str, dict[int | str, Parts]] = field(default_factory=lambda: {what: {} for what in STAYING})
    pairs: dict[Parts, Parts] = field(default_factory=dict)  # each once in memory
    sizes: Counter[tuple[str, str]] = field(default_factory=Counter)  # images by column of a split, and part
    cells: Counter[tuple[str, ...]] = field(default_factory=Counter)  # by race, gender and age

    def take(self, row: Row) -> None:
        self.images += 1
        self.licences[row["licence"]] += 1
        cell = tuple(row[label_column(self.layout.selection, task)] for task in ATTRIBUTES)
        self.cells[cell] += 1
        self.sizes.update((column, row[column]) for column in SPLITS)
        for task, label in zip(ATTRIBUTES, cell, strict=True):
            self.labels[task][label] += 1
        for place in self.layout.places(row):
            self.places[place] += 1
        self._check_cells(row)
        self._check_person(row)
        self._check_parts(row)

    def _check_cells(self, row: Row) -> None:
        said = f"image {row['id']}"
        if row["file"] != self.layout.file(row):
            self.findings.add(ROW, METADATA, f"{said} is said to be at {row['file']!r}")
        for column in SPLITS:
            if row[column] not in ("", *PARTS):
                self.findings.add(SPLIT, METADATA, f"{said} has {column} {row[column]!r}, which is no part")
        for task, known in self.layout.folders.items():
            label = self.layout.label(task, row)
            # Of people only those who stand in a tree are classes.
            is_asked = task != "identity" or (task in self.layout.tasks and row["split_identity"])
            if is_asked and label and label not in known:
                self.findings.add(CLASS, METADATA, f"{said}: {label!r} is no class of {task} in {CLASSES}")

    def _check_person(self, row: Row) -> None:
        name = self.people.setdefault(row["identity_slug"], row["identity"])
        if name != row["identity"]:
            said = f"image {row['id']}: {row['identity_slug']!r} is {row['identity']!r} here and {name!r} elsewhere"
            self.findings.add(CLASS, METADATA, said)

    def _check_parts(self, row: Row) -> None:
        """Nobody is in two parts of the split of the attributes; of neither split a photo or near-duplicates."""
        both = row[SPLITS[0]], row[SPLITS[1]]
        self._stays("identity_slug", row, ("", both[1]))
        self._stays("photo_id", row, both)
        self._stays("duplicate_group", row, both)

    def _stays(self, what: str, row: Row, parts: tuple[str, str]) -> None:
        if not row[what]:
            return
        name, known = _short(row[what]), self.parts[what]
        before = known.get(name, ("", ""))
        for column, first, part in zip(SPLITS, before, parts, strict=True):
            if first and part and first != part:
                said = f"image {row['id']}: {what} {row[what]} is in {part} and in {first} of {column}"
                self.findings.add(SPLIT, METADATA, said)
        pair = before[0] or parts[0], before[1] or parts[1]
        known[name] = self.pairs.setdefault(pair, pair)

    def check_classes(self) -> None:
        """Every class has an image in every part, unless its makers accepted that it has none."""
        accepted = self.layout.told.get("accepted")
        if isinstance(accepted, list) and "empty_class" in accepted:
            return
        tell = self.findings.add if isinstance(accepted, list) else self.findings.note
        for task in self.layout.tasks:
            for part in PARTS:
                for name in self.layout.folders[task].values():
                    if not self.places[task, part, name]:
                        tell(EMPTY_CLASS, f"{task}/{part}/{name}", f"{split_column(task)} has no image of this class")


def _short(name: str) -> int | str:
    """Opaque ids take a third of the memory as numbers."""
    return int(name, 16) if re.fullmatch(r"[1-9a-f][0-9a-f]*", name) else name
