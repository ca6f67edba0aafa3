"""Faces and releases for tests of splits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from curation.release.splits import Decisions, Item, Past, Placed, decide
from tests.curation.split_checks import Checks

YOUNG = ("White", "Female", "Young")
RACES, GENDERS, AGES = ("Asian", "Black", "White"), ("Female", "Male"), ("Young", "Old")


def face(number: int, identity: int, **fields: object) -> Item:
    return replace(Item(number, identity, number, None, YOUNG), **fields)  # type: ignore[arg-type]


def people(sizes: Sequence[int], *, cell: tuple[str, str, str] = YOUNG, start: int = 1) -> list[Item]:
    """Person 1 has `sizes[0]` faces of as many photos, and so on."""
    numbers = count(100 * start)
    return [face(next(numbers), start + n, cell=cell) for n, size in enumerate(sizes) for _ in range(size)]


def after(items: Iterable[Item], decisions: Decisions, past: Past | None = None) -> Past:
    """What stands after one release more."""
    known, past = {item.face: item for item in items}, past or Past()
    release = 1 + max((one.release for one in (*past.shared.values(), *past.disjoint.values())), default=0)

    def placed(new: Mapping[int, str]) -> dict[int, Placed]:
        return {f: Placed(known[f].photo, known[f].group, part, release) for f, part in new.items()}

    return Past(
        {**past.sides, **decisions.new_sides},
        {**past.shared, **placed(decisions.new_shared)},
        {**past.disjoint, **placed(decisions.new_disjoint)},
    )


def checked(items: list[Item], past: Past | None = None) -> Decisions:
    decisions = decide(items, past)
    Checks(items, past or Past(), decisions).run()
    return decisions


def stood(number: int, part: str, release: int = 1) -> Placed:
    """Where face `number`, of the photo of that number, was put."""
    return Placed(number, None, part, release)
