"""Which part of a task an image belongs to: decided once, for every later release. No Django; `splitting` stores it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.release.splits import disjoint, shared
from curation.release.splits.bundles import Bundles
from curation.release.splits.figures import figures
from curation.release.splits.items import DISJOINT, SHARED, SHARES, SPLITS, Board, Item, Past, Placed, check_once
from curation.release.splits.report import SplitReport

__all__ = [
    "DISJOINT",
    "SHARED",
    "SHARES",
    "SPLITS",
    "Decisions",
    "Item",
    "Past",
    "Placed",
    "SplitReport",
    "decide",
]


@dataclass(frozen=True)
class Decisions:
    """`shared` and `disjoint`: face → part; a face that is in neither is in `held`, split → face → reason. `sides`: of
    every person who stands in `disjoint`. `new_…`: what was not known before."""

    shared: Mapping[int, str]
    disjoint: Mapping[int, str]
    held: Mapping[str, Mapping[int, str]]
    sides: Mapping[int, str]
    new_sides: Mapping[int, str]
    new_shared: Mapping[int, str]
    new_disjoint: Mapping[int, str]
    report: SplitReport


def decide(items: Sequence[Item], past: Past | None = None) -> Decisions:
    """The splits of a release. What earlier releases decided stands; the order of `items` does not matter. ValueError
    for a face that is there twice."""
    check_once(items)
    past = past or Past()
    bundles = Bundles(items, past)
    sides, apart = disjoint.place(items, past, bundles)
    together = shared.place(items, past, bundles)
    boards = {SHARED: together, DISJOINT: apart}
    standing = {item.identity for item in items if item.face in apart.parts}
    sides = {one: side for one, side in sides.items() if one in standing}
    return Decisions(
        shared=together.parts,
        disjoint=apart.parts,
        held={split: board.held for split, board in boards.items()},
        sides=sides,
        new_sides={one: side for one, side in sides.items() if one not in past.sides},
        new_shared=_new(together, past.shared),
        new_disjoint=_new(apart, past.disjoint),
        report=SplitReport({split: figures(split, items, boards[split], past) for split in SPLITS}),
    )


def _new(board: Board, before: Mapping[int, Placed]) -> Mapping[int, str]:
    return board.parts if not before else {face: part for face, part in board.parts.items() if face not in before}
