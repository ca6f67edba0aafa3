"""How the data set is made up, over images and over people: reports/balance.json, .md and the plots."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from curation.release.naming import ATTRIBUTES
from curation.release.papers.bars import Bar, chart
from curation.release.papers.counting import NOT_TOLD
from curation.release.papers.facts import Cell, Count, Facts
from curation.release.papers.text import as_json, escaped, share, table
from ingest.licences import licence_name

FOLDER = "reports"
OPEN = "not settled"
NOBODY = Count(0, 0)
ABOUT = """# Balance

How many images there are of whom, and of how many people: one person may be on many images, and in several rows where
their images were labelled differently. “{open}” are images on which that label was not agreed yet or is not known; they
are not in the task's trees.
"""


def files(facts: Facts) -> dict[str, str]:
    plots = {f"{FOLDER}/balance-{name}.svg": chart(title, bars) for name, title, bars in _plots(facts)}
    return {f"{FOLDER}/balance.json": as_file(facts), f"{FOLDER}/balance.md": to_read(facts)} | plots


def as_file(facts: Facts) -> str:
    counted = facts.counted
    labels = {task: _values(counted.labels[task]) for task in ATTRIBUTES}
    return as_json(
        {
            "images": counted.images,
            "people": counted.people,
            "labels": labels,
            "cells": [dict(zip(ATTRIBUTES, cell, strict=True)) | vars(count) for cell, count in cells(facts)],
            "licences": _values(counted.licences),
            "sources": _values(counted.sources),
            "years_taken": _values(counted.years),
        }
    )


def _values(counts: Mapping[str, Count]) -> dict[str, dict[str, int]]:
    return {key: vars(count) for key, count in counts.items()}


def cells(facts: Facts) -> list[tuple[Cell, Count]]:
    """Every cell of the classes, empty ones too, then those in which a label is open or cannot be told, likewise."""
    classes = [_classes(facts, task) for task in ATTRIBUTES]
    known: list[Cell] = list(product(*classes))  # type: ignore[arg-type]
    others = sorted(set(facts.counted.cells) - set(known), key=lambda cell: _place(cell, classes))
    return [(cell, facts.counted.cells.get(cell, NOBODY)) for cell in [*known, *others]]


def _place(cell: Cell, classes: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Labels that are no class come after those that are."""
    both = zip(cell, classes, strict=True)
    return [(known.index(label) if label in known else len(known), label) for label, known in both]


def _classes(facts: Facts, task: str) -> list[str]:
    """Labels in the order of their codes; of a task that the release does not have, those that occur."""
    told = [str(one["label"]) for one in facts.classes.get(task, ())]
    return told or sorted(set(facts.counted.labels[task]) - {""})


def labels(facts: Facts, task: str) -> list[tuple[str, Count]]:
    found, known = facts.counted.labels[task], _classes(facts, task)
    return [(label, found.get(label, NOBODY)) for label in [*known, *sorted(set(found) - set(known))]]


def years(facts: Facts) -> list[tuple[str, Count]]:
    """What is not known comes last."""
    found = facts.counted.years
    return sorted(found.items(), key=lambda one: (one[0] == NOT_TOLD, one[0]))


def _plots(facts: Facts) -> Iterable[tuple[str, str, Sequence[Bar]]]:
    word = "Perceived" if facts.is_curated else "Claimed"
    yield "cells", f"{word} race × gender × age", [Bar(_cell(cell), count) for cell, count in cells(facts)]
    for task in ATTRIBUTES:
        yield task, f"{word} {task}", [Bar(label or OPEN, count) for label, count in labels(facts, task)]
    counted = facts.counted
    yield "licences", "Licences", [Bar(licence_name(spdx), count) for spdx, count in counted.licences.items()]
    yield "sources", "Sources", [Bar(name, count) for name, count in counted.sources.items()]
    yield "years", "Years in which the photos were taken", [Bar(year, count) for year, count in years(facts)]


def _cell(cell: Cell) -> str:
    return " · ".join(label or OPEN for label in cell)


def to_read(facts: Facts) -> str:
    parts = [ABOUT.format(open=OPEN).strip()]
    for name, title, bars in _plots(facts):
        parts += [f"## {title}", f"![{title}](balance-{name}.svg)", _table(facts, bars)]
    return "\n\n".join(parts) + "\n"


def _table(facts: Facts, bars: Sequence[Bar]) -> str:
    whole = facts.counted
    rows: list[list[Any]] = [
        [
            escaped(bar.label),
            bar.count.images,
            share(bar.count.images, whole.images),
            bar.count.people,
            share(bar.count.people, whole.people),
        ]
        for bar in bars
    ]
    return table(["", "images", "of all", "people", "of all"], rows)
