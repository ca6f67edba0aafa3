"""What the papers of a release are told: plain values, so that the same facts make the same bytes at any time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from curation.agreement import Agreement
from curation.release.changes import Changes
from curation.release.naming import ATTRIBUTES, PARTS, label_column
from curation.release.splits import SplitReport

Cell = tuple[str, str, str]  # labels of race, gender, age


@dataclass(frozen=True)
class Count:
    """Images, and the people on them."""

    images: int
    people: int


@dataclass(frozen=True)
class Counted:
    """What `counting.count` finds in the rows. `places` counts images by (task, part, folder); `settled` by (field,
    how: majority, posterior, adjudication, open, disputed); `answers` are votes by annotator, of all fields; `judged`
    counts images by how many answers on whether they are usable count, and how that was settled.
    """

    images: int
    people: int
    photos: int
    places: Mapping[tuple[str, str, str], int]
    cells: Mapping[Cell, Count]
    labels: Mapping[str, Mapping[str, Count]]
    licences: Mapping[str, Count]
    sources: Mapping[str, Count]
    years: Mapping[str, Count]
    settled: Mapping[tuple[str, str], int]
    answers: Mapping[str, int]
    retrieved: tuple[str, str] = ("", "")
    taken: tuple[str, str] = ("", "")
    alike: int = 0  # images that stand in a group of near-duplicates
    judged: Mapping[tuple[int, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Parent:
    version: str
    digest: str


@dataclass(frozen=True)
class PolicyFacts:
    """`most_…` answers where a rule decides how many are asked, else as many as `votes_…`; `blind` are the attributes
    that were asked without showing what is claimed."""

    version: int
    votes_usable: int
    votes_attributes: int
    most_usable: int
    most_attributes: int
    blind: tuple[str, ...] = ATTRIBUTES


@dataclass(frozen=True)
class Told:
    """What annotators said of themselves in one matter: counts that may be read, and values whose counts may not."""

    matter: str
    counts: Mapping[str, int]
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """`files` are those that are neither image nor paper, by path: {"sha256", "bytes"}. `answers` are
    those of the release sheet. `held_back` counts faces by the code of a reason, and `held_back_words` say it in
    English; `accepted` names what was found and did not stop the freeze.
    """

    version: str
    selection: str
    frozen_on: date
    tasks: tuple[str, ...]
    formats: tuple[str, ...]
    columns: tuple[str, ...]
    classes: Mapping[str, list[dict[str, Any]]]
    counted: Counted
    answers: Mapping[str, str]
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    annotators: int = 0
    annotators_told: tuple[Told, ...] = ()
    policies: tuple[PolicyFacts, ...] = ()
    parent: Parent | None = None
    changes: Changes = field(default_factory=Changes)
    splits: SplitReport | None = None
    held_back: Mapping[str, int] = field(default_factory=dict)
    held_back_words: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.answers["citation.title"]

    @property
    def is_curated(self) -> bool:
        return self.selection == "curated"

    @property
    def label_columns(self) -> dict[str, str]:
        return {task: label_column(self.selection, task) for task in ATTRIBUTES}

    def in_part(self, task: str, part: str) -> int:
        return sum(n for (t, p, _folder), n in self.counted.places.items() if (t, p) == (task, part))

    def in_class(self, task: str, folder: str) -> int:
        return sum(self.counted.places.get((task, part, folder), 0) for part in PARTS)
