"""The report on the splits of a release, for machines and for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curation.release.naming import PARTS
from curation.release.splits import markdown
from curation.release.splits.figures import Count, Row, SplitFigures, share
from curation.release.splits.items import COLUMNS, SHARES, SPLITS


@dataclass(frozen=True)
class SplitReport:
    """`splits`: shared and disjoint. It holds counts and labels, no key of the database."""

    splits: Mapping[str, SplitFigures]

    @property
    def sound(self) -> bool:
        return all(figures.sound for figures in self.splits.values())

    def as_json(self) -> dict[str, Any]:
        """Values of JSON alone, the same for the same decisions."""
        return {
            "schema": 1,
            "targets": dict(SHARES),
            "splits": {name: _split_json(name, self.splits[name]) for name in SPLITS},
        }

    def as_markdown(self) -> str:
        return markdown.text(self.splits)


def _split_json(name: str, split: SplitFigures) -> dict[str, Any]:
    plain = ("images", "not_everywhere", "moved", "kept", "newcomers", "left")
    return {field: getattr(split, field) for field in plain} | {
        "column": COLUMNS[name],
        "leaks": dict(split.leaks),
        "held_back": {one.reason: {"images": one.images, "persons": one.persons} for one in split.held_back},
        "all": _row_json(split.counts[()]),
        "classes": [dict(zip(("attribute", "label"), row, strict=True)) | _row_json(c) for row, c in _of(split, 2)],
        "cells": [dict(zip(("race", "gender", "age"), row, strict=True)) | _row_json(c) for row, c in _of(split, 3)],
    }


def _of(split: SplitFigures, size: int) -> list[tuple[Row, Mapping[str, Count]]]:
    return [(row, counts) for row, counts in split.counts.items() if len(row) == size]


def _row_json(counts: Mapping[str, Count]) -> dict[str, Any]:
    return {part: _part_json(counts, part) for part in PARTS}


def _part_json(counts: Mapping[str, Count], part: str) -> dict[str, Any]:
    count = counts[part]
    return {
        "images": count.images,
        "persons": count.persons,
        "share_of_images": share(count.images, (one.images for one in counts.values())),
        "share_of_persons": share(count.persons, (one.persons for one in counts.values())),
    }
