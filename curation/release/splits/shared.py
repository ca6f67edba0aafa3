"""The identity-shared split: a person is in all three parts, a bundle in one."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from curation.release.naming import PARTS
from curation.release.splits.bundles import Bundles, Key, keep
from curation.release.splits.items import BRIDGE, INCOMPLETE, PER_CENT, THIN, Board, Cell, Item, Past, rank
from curation.release.splits.reach import complete

Parts = dict[str, int]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Load:
    """A bundle that has no part yet, with the images that it brings to each person and cell: most bring one image of
    one person, as many others do, and share these tallies with them."""

    key: Key
    people: Mapping[int, int]
    cells: Mapping[Cell, int]
    rank: bytes

    @property
    def brings(self) -> Iterator[tuple[int | Cell, int]]:
        yield from self.people.items()
        yield from self.cells.items()


def place(items: Sequence[Item], past: Past, bundles: Bundles) -> Board:
    board, taken = Board(), bundles.parts(past.shared)
    keep(items, past.shared, board)
    for item in items:
        if item.face not in past.shared:
            _join(item, taken.get(bundles.of(item), ()), board)
    people = _people(items, bundles, board)
    fixed = _fixed(items, board)
    free = [item for item in items if item.face not in board.parts and item.face not in board.held]
    able = {one for one, names in people.items() if len(fixed[one]) + len(names - taken.keys()) >= len(PARTS)}
    loads = _loads(bundles.gather(free), able)
    chosen = _spread(loads, {one: fixed[one] for one in able}, _Balance(items, board))
    able -= complete({load.key: load.people for load in loads}, fixed, chosen)
    for item in free:
        if item.identity in able:
            board.parts[item.face] = chosen[bundles.of(item)]
    for item in items:
        if item.identity not in able and item.face not in board.held:
            board.hold(item.face, THIN if len(people[item.identity]) < len(PARTS) else INCOMPLETE)
    return board


def _join(item: Item, parts: Sequence[str], board: Board) -> None:
    """A newcomer goes where its bundle stands, unless that is in two parts."""
    if len(parts) > 1:
        board.hold(item.face, BRIDGE)
    elif parts:
        board.parts[item.face] = parts[0]


def _people(items: Iterable[Item], bundles: Bundles, board: Board) -> dict[int, set[Key]]:
    """Of every person the bundles that can be used."""
    people: dict[int, set[Key]] = defaultdict(set)
    for item in items:
        if item.face not in board.held:
            people[item.identity].add(bundles.of(item))
    return people


def _fixed(items: Iterable[Item], board: Board) -> dict[int, set[str]]:
    """Of every person the parts in which they stand already."""
    fixed: dict[int, set[str]] = defaultdict(set)
    for item in items:
        if item.face in board.parts:
            fixed[item.identity].add(board.parts[item.face])
    return fixed


def _loads(gathered: Iterable[tuple[Key, Sequence[Item]]], able: set[int]) -> list[Load]:
    """In the order in which they are placed: first those with several people, which leave least choice; then those of
    people with few; large ones first."""
    loads, people_of, cells_of = [], cache(_tally), cache(_tally)
    for key, faces in gathered:
        wanted = sorted((rank("face", one.face), one.identity, one.cell) for one in faces if one.identity in able)
        if wanted:
            _ranks, people, cells = zip(*wanted, strict=True)
            loads.append(Load(key, people_of(people), cells_of(cells), wanted[0][0]))
    many = Counter(person for load in loads for person in load.people)
    turns = {person: (n, rank("identity", person)) for person, n in many.items()}
    loads.sort(key=lambda load: _turn(load, turns))
    return loads


def _tally(names: tuple[Name, ...]) -> Mapping[Name, int]:
    """As a Counter does, which takes its time where there is one name, as nearly everywhere here."""
    counted: dict[Name, int] = {}
    for name in names:
        counted[name] = counted.get(name, 0) + 1
    return counted


def _turn(load: Load, turns: Mapping[int, tuple[int, bytes]]) -> tuple[int, int, bytes, int, bytes]:
    rarest = min(turns[person] for person in load.people)
    return (-len(load.people), *rarest, -sum(load.people.values()), load.rank)


class _Balance:
    """How far each person and each cell is behind its shares, in hundredths of an image, with what was placed so far:
    kept near nought at every step, both are near their shares in the end. Whole numbers, so that no order matters."""

    def __init__(self, items: Iterable[Item], board: Board) -> None:
        self._behind: dict[int | Cell, Parts] = defaultdict(lambda: dict.fromkeys(PARTS, 0))
        for item in items:
            if item.face in board.parts:
                self._add(item.identity, 1, board.parts[item.face])
                self._add(item.cell, 1, board.parts[item.face])

    def _add(self, what: int | Cell, images: int, part: str) -> None:
        behind = self._behind[what]
        for name, share in PER_CENT.items():
            behind[name] += share * images
        behind[part] -= 100 * images

    def add(self, load: Load, part: str) -> None:
        for what, images in load.brings:
            self._add(what, images, part)

    def best(self, load: Load, parts: Iterable[str]) -> str:
        """The part that is most behind for what the bundle brings, itself counted."""
        brings = [(self._behind[what], images) for what, images in load.brings]
        size = 2 * sum(load.people.values())
        return max(parts, key=lambda part: sum(b[part] * n for b, n in brings) + size * PER_CENT[part])


def _spread(loads: Sequence[Load], fixed: Mapping[int, set[str]], balance: _Balance) -> dict[Key, str]:
    """Bundle → part: the one most behind, but for a person who has just as many left as parts to reach one of those."""
    chosen: dict[Key, str] = {}
    have = {person: set(parts) for person, parts in fixed.items()}
    left = Counter(person for load in loads for person in load.people)
    for load in loads:
        pressed = [have[one] for one in load.people if left[one] <= len(PARTS) - len(have[one])]
        useful = [sum(part not in parts for parts in pressed) for part in PARTS]
        part = balance.best(load, [part for part, n in zip(PARTS, useful, strict=True) if n == max(useful)])
        chosen[load.key] = part
        balance.add(load, part)
        left.subtract(load.people.keys())
        for one in load.people:
            have[one].add(part)
    return chosen
