"""What a split came to, counted from its parts alone: nothing of how it was made is taken for granted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from curation.release.naming import PARTS
from curation.release.splits.items import DISJOINT, REASONS, SHARED, Board, Cell, Item, Past, classes

Row = tuple[str, ...]  # () all | (attribute, label) | (race, gender, age)


@dataclass(frozen=True)
class Count:
    images: int = 0
    persons: int = 0


def share(count: int, of: Iterable[int]) -> float | None:
    """With four digits; None of nothing."""
    whole = sum(of)
    return round(count / whole, 4) if whole else None


@dataclass(frozen=True)
class HeldBack:
    reason: str
    images: int
    persons: int


@dataclass(frozen=True)
class SplitFigures:
    """`counts`: of all, of every class and of every cell, by part; a person with pictures of two classes counts in
    both. `leaks`: persons (only where each should be in one part), photos and duplicate groups seen in two parts;
    `not_everywhere`: persons that lack a part where each should be in all; `moved`: images elsewhere than they were.
    All four must be nought. `left`: images placed by earlier releases that are not in this one."""

    images: int
    counts: Mapping[Row, Mapping[str, Count]]
    held_back: Sequence[HeldBack]
    leaks: Mapping[str, int]
    not_everywhere: int
    moved: int
    kept: int
    newcomers: int
    left: int

    @property
    def sound(self) -> bool:
        return not (any(self.leaks.values()) or self.not_everywhere or self.moved)


def figures(split: str, items: Sequence[Item], board: Board, past: Past) -> SplitFigures:
    before = past.of(split)
    inside = [item for item in items if item.face in board.parts]
    kept = sum(item.face in before for item in inside)
    return SplitFigures(
        images=len(items),
        counts=_counts(inside, board.parts),
        held_back=_held_back(items, board.held),
        leaks=leaks(split, inside, board.parts),
        not_everywhere=_not_everywhere(inside, board.parts) if split == SHARED else 0,
        moved=_moved(split, inside, board.parts, past),
        kept=kept,
        newcomers=len(inside) - kept,
        left=len(before.keys() - {item.face for item in items}),
    )


def leaks(split: str, items: Sequence[Item], parts: Mapping[int, str]) -> dict[str, int]:
    """How many persons, photos and duplicate groups are seen in more than one part."""
    persons = {"persons": _torn((item.identity, parts[item.face]) for item in items)} if split == DISJOINT else {}
    return persons | {
        "photos": _torn((item.photo, parts[item.face]) for item in items),
        "duplicate_groups": _torn((item.group, parts[item.face]) for item in items if item.group is not None),
    }


def _torn(placed: Iterable[tuple[int, str]]) -> int:
    """How many keys are seen in more than one part."""
    seen: dict[int, str] = {}
    return len({key for key, part in placed if seen.setdefault(key, part) != part})


def _not_everywhere(items: Iterable[Item], parts: Mapping[int, str]) -> int:
    stands: dict[int, set[str]] = defaultdict(set)
    for item in items:
        stands[item.identity].add(parts[item.face])
    return sum(len(names) < len(PARTS) for names in stands.values())


def _moved(split: str, items: Iterable[Item], parts: Mapping[int, str], past: Past) -> int:
    """Images elsewhere than they were, or on another side than their person's."""
    before, sides = past.of(split), past.sides if split == DISJOINT else {}
    moved = 0
    for item in items:
        part = parts[item.face]
        stood = before[item.face].part if item.face in before else part
        moved += part != stood or sides.get(item.identity, part) != part
    return moved


def _counts(items: Iterable[Item], parts: Mapping[int, str]) -> dict[Row, dict[str, Count]]:
    """First by part, person and cell, of which there are few; then by row."""
    tallies = Counter((parts[item.face], item.identity, item.cell) for item in items)
    images: Counter[tuple[Row, str]] = Counter()
    persons: dict[tuple[Row, str], set[int]] = defaultdict(set)
    for (part, identity, cell), n in tallies.items():
        for row in _rows(cell):
            images[row, part] += n
            persons[row, part].add(identity)
    rows = sorted({row for row, _part in images} | {()}, key=lambda row: (len(row), row))
    return {row: {part: Count(images[row, part], len(persons[row, part])) for part in PARTS} for row in rows}


def _rows(cell: Cell) -> list[Row]:
    known = classes(cell)
    return [(), *known, *([cell] if len(known) == len(cell) else [])]


def _held_back(items: Iterable[Item], held: Mapping[int, str]) -> list[HeldBack]:
    faces: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if item.face in held:
            faces[held[item.face]].append(item.identity)
    return [HeldBack(reason, len(faces[reason]), len(set(faces[reason]))) for reason in REASONS if reason in faces]
