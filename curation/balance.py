"""Wanted faces beside those that are there, cell by cell, and whose pictures would fill the gaps. Plain values only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.attributes import AGE, CANNOT_TELL, GENDER, RACE

Group = tuple[int, int]  # race, gender
Cell = tuple[int, int, int]  # race, gender, age
GROUPS: tuple[Group, ...] = tuple((race, gender) for race in RACE for gender in GENDER)
CELLS: tuple[Cell, ...] = tuple((*group, age) for group in GROUPS for age in AGE)
FIRST_GUESS = 0.5  # accepted faces a photo, while nobody has judged any
STEADY = 5  # so many judged faces weigh as much as the average of all


@dataclass(frozen=True)
class Tally:
    """Accepted faces of one identity with the same consensus; a field is None where it is not settled."""

    identity: int
    claimed: tuple[int | None, int | None]
    perceived: tuple[int | None, int | None, int | None]
    faces: int

    @property
    def cell(self) -> Cell | None:
        race, gender, age = self.perceived
        return None if race is None or gender is None or age is None else (race, gender, age)


@dataclass(frozen=True)
class Figure:
    wanted: int
    faces: int
    persons: int

    @property
    def missing(self) -> int:
        return max(self.wanted - self.faces, 0)


@dataclass(frozen=True)
class Row:
    """`unsettled` faces have no consensus yet, and are counted by what is claimed of their identity."""

    group: Group
    cells: Mapping[Cell, Figure]
    unsettled: int
    total: Figure
    missing: int

    @property
    def deficit(self) -> int:
        """What is missing even if every unsettled face turns out to be what is claimed."""
        return max(self.missing - self.unsettled, 0)


@dataclass(frozen=True)
class Table:
    """`cannot_tell` faces are settled as "cannot tell" in a field; `unplaced` are unsettled, and nothing is claimed."""

    rows: tuple[Row, ...]
    ages: Mapping[int, Figure]
    total: Figure
    missing: int
    missing_by_age: Mapping[int, int]
    unsettled: int
    cannot_tell: int
    unplaced: int


def table(tallies: Iterable[Tally], wanted: Mapping[Cell, int]) -> Table:
    tallies = list(tallies)
    placed = [tally for tally in tallies if tally.cell in CELLS]
    unsettled = [tally for tally in tallies if tally.cell is None]
    rows = tuple(_row(group, placed, unsettled, wanted) for group in GROUPS)
    missing = {age: sum(row.cells[(*row.group, age)].missing for row in rows) for age in AGE}
    return Table(
        rows=rows,
        ages={age: _figure([c for c in CELLS if c[2] == age], placed, wanted) for age in AGE},
        total=_figure(CELLS, placed, wanted),
        missing=sum(missing.values()),
        missing_by_age=missing,
        unsettled=sum(row.unsettled for row in rows),
        cannot_tell=sum(tally.faces for tally in tallies if tally.cell and CANNOT_TELL in tally.cell),
        unplaced=sum(tally.faces for tally in unsettled if tally.claimed not in GROUPS),
    )


def _row(group: Group, placed: Sequence[Tally], unsettled: Sequence[Tally], wanted: Mapping[Cell, int]) -> Row:
    cells = [(*group, age) for age in AGE]
    figures = {cell: _figure([cell], placed, wanted) for cell in cells}
    claimed = sum(tally.faces for tally in unsettled if tally.claimed == group)
    missing = sum(figure.missing for figure in figures.values())
    return Row(group, figures, claimed, _figure(cells, placed, wanted), missing)


def _figure(cells: Sequence[Cell], placed: Sequence[Tally], wanted: Mapping[Cell, int]) -> Figure:
    inside = [tally for tally in placed if tally.cell in cells]
    persons = len({tally.identity for tally in inside})
    return Figure(sum(wanted.get(cell, 0) for cell in cells), sum(tally.faces for tally in inside), persons)


# ---- Whom to crawl next


@dataclass(frozen=True)
class Prospect:
    """`photos_left` that this identity may still have; `accepted` of `judged` faces so far."""

    identity: int
    group: Group
    accepted: int
    judged: int
    photos_left: int


@dataclass(frozen=True)
class Ranked:
    prospect: Prospect
    expected: float  # faces that the photos left would bring, as things went so far
    useful: float  # of these, as many as the group lacks
    deficit: int


def rank(prospects: Iterable[Prospect], deficits: Mapping[Group, int]) -> list[Ranked]:
    """Those who can fill a gap, the most useful first. A group that lacks nothing, or a person who has enough
    photos, is left out."""
    prospects = list(prospects)
    average = _average(prospects)
    able = [one for one in prospects if deficits.get(one.group, 0) and one.photos_left]
    ranked = [_ranked(one, average, deficits[one.group]) for one in able]
    return sorted(ranked, key=lambda r: (-r.useful, -r.deficit, -r.expected, r.prospect.identity))


def _average(prospects: Sequence[Prospect]) -> float:
    judged = sum(one.judged for one in prospects)
    return sum(one.accepted for one in prospects) / judged if judged else FIRST_GUESS


def _ranked(one: Prospect, average: float, deficit: int) -> Ranked:
    share = (one.accepted + STEADY * average) / (one.judged + STEADY)
    expected = share * one.photos_left
    return Ranked(one, expected, min(expected, deficit), deficit)


def deficits(found: Table) -> dict[Group, int]:
    lacking: dict[Group, int] = defaultdict(int)
    for row in found.rows:
        lacking[row.group] = row.deficit
    return dict(lacking)
