"""Counts over the rows of a release, in one pass: images, and the people on them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curation.release.naming import ATTRIBUTES, label_column, split_column
from curation.release.papers.facts import Count, Counted

FIELDS = ("usable", *ATTRIBUTES)
VOTE = re.compile(r"(?:^|;)(annotator-\d+)=")
NOT_TOLD = "unknown"
Row = Mapping[str, str]


@dataclass
class _Both:
    """Images and people by key."""

    images: Counter[Any] = field(default_factory=Counter)
    people: defaultdict[Any, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, key: Any, person: str) -> None:
        self.images[key] += 1
        self.people[key].add(person)

    def counts(self) -> dict[Any, Count]:
        return {key: Count(n, len(self.people[key])) for key, n in sorted(self.images.items())}


class _Counter:
    def __init__(self, selection: str, tasks: tuple[str, ...], classes: Mapping[str, list[dict[str, Any]]]) -> None:
        self.tasks = tasks
        self.labels_in = {task: label_column(selection, task) for task in ATTRIBUTES}
        self.folders = {task: {one["label"]: one["folder"] for one in classes.get(task, ())} for task in tasks}
        self.cells, self.licences, self.sources, self.years = _Both(), _Both(), _Both(), _Both()
        self.labels: dict[str, _Both] = {task: _Both() for task in ATTRIBUTES}
        self.places: Counter[tuple[str, str, str]] = Counter()
        self.settled: Counter[tuple[str, str]] = Counter()
        self.answers: Counter[str] = Counter()
        self.people: set[str] = set()
        self.photos: set[str] = set()
        self.groups: Counter[str] = Counter()
        self.retrieved, self.taken = _Span(), _Span()
        self.judged: Counter[tuple[int, str]] = Counter()

    def add(self, row: Row) -> None:
        person = row["identity_slug"]
        self.people.add(person)
        self.photos.add(row.get("photo_id", ""))
        self.groups[row.get("duplicate_group", "")] += 1
        self._add_labels(row, person)
        self.licences.add(row["licence"], person)
        self.sources.add(row["source"], person)
        self.years.add(row["date_taken"][:4] or NOT_TOLD, person)
        self.taken.add(row["date_taken"])
        self.retrieved.add(row.get("date_retrieved", ""))
        self.judged[len(VOTE.findall(row.get("votes_usable", ""))), row.get("consensus_usable", "")] += 1
        for name in FIELDS:
            self.settled[name, row.get(f"consensus_{name}", "")] += 1
            self.answers.update(VOTE.findall(row.get(f"votes_{name}", "")))

    def _add_labels(self, row: Row, person: str) -> None:
        cell = tuple(row[self.labels_in[task]] for task in ATTRIBUTES)
        self.cells.add(cell, person)
        for task, label in zip(ATTRIBUTES, cell, strict=True):
            self.labels[task].add(label, person)
        for task in self.tasks:
            part = row.get(split_column(task), "")
            folder = person if task == "identity" else self.folders[task].get(row[self.labels_in[task]], "")
            if part and folder:
                self.places[task, part, folder] += 1

    def told(self, images: int) -> Counted:
        return Counted(
            images=images,
            people=len(self.people),
            photos=len(self.photos - {""}),
            places=dict(sorted(self.places.items())),
            cells=self.cells.counts(),
            labels={task: both.counts() for task, both in self.labels.items()},
            licences=self.licences.counts(),
            sources=self.sources.counts(),
            years=self.years.counts(),
            settled=dict(sorted(self.settled.items())),
            answers=dict(sorted(self.answers.items())),
            retrieved=self.retrieved.told,
            taken=self.taken.told,
            alike=sum(n for group, n in self.groups.items() if group and n > 1),
            judged=dict(sorted(self.judged.items())),
        )


@dataclass
class _Span:
    """The first and the last of dates as text, "" while there is none."""

    told: tuple[str, str] = ("", "")

    def add(self, day: str) -> None:
        if day:
            first, last = self.told
            self.told = (min(first or day, day), max(last, day))


def count(
    rows: Iterable[Row], *, selection: str, tasks: tuple[str, ...], classes: Mapping[str, list[dict[str, Any]]]
) -> Counted:
    """Of rows as metadata.csv has them. Memory goes with the number of people and photos, not with the columns."""
    counter, images = _Counter(selection, tasks, classes), 0
    for images, row in enumerate(rows, 1):  # noqa: B007
        counter.add(row)
    return counter.told(images)
