"""What the splits are made of. Plain values; a part is train, val or test."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curation.release.naming import ATTRIBUTES, PARTS

PER_CENT: Mapping[str, int] = dict(zip(PARTS, (70, 15, 15), strict=True))
SHARES: Mapping[str, float] = {part: n / 100 for part, n in PER_CENT.items()}
SHARED, DISJOINT = "shared", "disjoint"  # a person in all parts | a person in one
SPLITS = (SHARED, DISJOINT)
COLUMNS = {SHARED: "split_identity", DISJOINT: "split_attributes"}  # of metadata.csv
NO_CLASS = ("", "cannot tell")  # labels that no tree has
Cell = tuple[str, str, str]  # race, gender, age

# Why a face that is in the release has no part in a split, in the order in which they are told.
THIN, INCOMPLETE, BRIDGE, BESIDE, RELABELLED, FOUND_ALIKE = (
    *("thin", "incomplete", "bridge", "beside", "relabelled", "found_alike"),
)
REASONS: Mapping[str, str] = {
    THIN: "its person has fewer than three groups of pictures, too few for three parts",
    INCOMPLETE: "its person's pictures do not reach all three parts any more, or not yet",
    BRIDGE: "new, and its photo or its duplicates stand in two parts already",
    BESIDE: "its photo or its duplicates stand on the side of another person",
    RELABELLED: "released before on one side, and now said to show a person of another",
    FOUND_ALIKE: "found since its release to be alike a face that stands in another part",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A face of the release. `cell`: its race, gender and age, "" where that is not settled."""

    face: int
    identity: int
    photo: int
    group: int | None
    cell: Cell


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an earlier release, by its number, put a face; the photo and the duplicate group are those of today."""

    photo: int
    group: int | None
    part: str
    release: int


@dataclass(frozen=True)
class Past:
    """What stands: identity → side, and for each split face → where it was put, faces that have left included. `alike`:
    (photo, duplicate group) of any other faces, which join what they lie between though no release has them."""

    sides: Mapping[int, str] = field(default_factory=dict)
    shared: Mapping[int, Placed] = field(default_factory=dict)
    disjoint: Mapping[int, Placed] = field(default_factory=dict)
    alike: Sequence[tuple[int, int]] = ()

    def of(self, split: str) -> Mapping[int, Placed]:
        return self.shared if split == SHARED else self.disjoint


@dataclass
class Board:
    """One split while it is made: face → part, and for the others face → why not."""

    parts: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)

    def hold(self, face: int, reason: str) -> None:
        self.parts.pop(face, None)
        self.held[face] = reason


def rank(kind: str, number: int) -> bytes:
    """What ties are broken by: neither the order of the rows nor their age in the database."""
    return hashlib.sha256(f"mtf split {kind} {number}".encode()).digest()[:8]


def has_class(label: str) -> bool:
    return label not in NO_CLASS


def classes(cell: Cell) -> list[tuple[str, str]]:
    """(attribute, label) of those that are settled."""
    return [(name, label) for name, label in zip(ATTRIBUTES, cell, strict=True) if has_class(label)]


def check_once(items: Sequence[Item]) -> None:
    if len({item.face for item in items}) != len(items):
        raise ValueError("a face is there twice")
