"""A release as its formats see it: plain values, and its rows by `rows.images`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from curation.models import Release
from curation.release.naming import CLASSES, METADATA

Classes = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Frozen:
    """`number` is the primary key of the release, whose row may not be there yet while it is being frozen.

    `classes` are those of each task in order, as classes.json has them: code (not of identities), label, folder.
    """

    number: int
    version: str
    selection: str
    frozen_on: date
    tasks: tuple[str, ...]
    formats: tuple[str, ...]
    columns: tuple[str, ...]
    classes: Classes
    layout: int = 1


def of(release: Release) -> Frozen:
    header = release.papers.get(METADATA, "").rstrip("\n").split(",")  # where layout 0 has it
    return Frozen(
        number=release.pk,
        version=release.version,
        selection=release.selection,
        frozen_on=release.frozen_at.date(),
        tasks=tuple(release.tasks),
        formats=tuple(release.formats),
        columns=tuple(release.columns or header),
        classes=json.loads(release.papers[CLASSES]),
        layout=release.layout,
    )
