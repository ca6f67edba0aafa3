"""Which part of either split a face belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.release.splits import part_of


@dataclass(frozen=True)
class Item:
    face: int
    identity: int
    photo: int
    group: int | None
    cell: tuple[str, str, str]


class SplitReport:
    def to_json(self) -> dict[str, Any]:
        return {}

    def markdown(self) -> str:
        return ""


@dataclass(frozen=True)
class Decisions:
    shared: Mapping[int, str]
    disjoint: Mapping[int, str]
    report: SplitReport


def decide(items: Sequence[Item]) -> Decisions:
    shared = {item.face: part_of(f"photo {item.photo}") for item in items}
    disjoint = {item.face: part_of(f"identity {item.identity}") for item in items}
    return Decisions(shared, disjoint, SplitReport())


def store(decisions: Decisions, release: int) -> None:
    """Nothing to keep."""
