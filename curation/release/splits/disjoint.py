"""The identity-disjoint split: a person is on one side, and so is a bundle, whoever is in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from curation.release.splits.bundles import Bundles, Key, keep, leader
from curation.release.splits.items import BESIDE, BRIDGE, RELABELLED, Board, Item, Past, rank
from curation.release.splits.sides import assign_sides


def place(items: Sequence[Item], past: Past, bundles: Bundles) -> tuple[dict[int, str], Board]:
    """(the side of every identity, the split)."""
    board, taken = Board(), bundles.parts(past.disjoint)
    bridges = [item for item in _newcomers(items, past) if len(taken.get(bundles.of(item), ())) > 1]
    for item in bridges:
        board.hold(item.face, BRIDGE)
    sides = _sides([item for item in items if item.face not in board.held], items, past, bundles)
    for item in items:
        if item.face in past.disjoint and past.disjoint[item.face].part != sides[item.identity]:
            board.hold(item.face, RELABELLED)
    keep(items, past.disjoint, board)
    free = [item for item in _newcomers(items, past) if item.face not in board.held]
    for bundle, faces in bundles.gather(free):
        part = taken[bundle][0] if bundle in taken else sides[leader(faces)]
        _stand(board, faces, part, sides)
    return sides, board


def _newcomers(items: Iterable[Item], past: Past) -> Iterable[Item]:
    return (item for item in items if item.face not in past.disjoint)


def _stand(board: Board, faces: Iterable[Item], part: str, sides: Mapping[int, str]) -> None:
    for item in faces:
        if sides[item.identity] == part:
            board.parts[item.face] = part
        else:
            board.hold(item.face, BESIDE)


def _sides(counted: Sequence[Item], items: Sequence[Item], past: Past, bundles: Bundles) -> dict[int, str]:
    """Stored sides stand; who has none but released faces (a merged identity) takes theirs; the others are assigned."""
    people = {item.identity for item in items}
    known = {identity: past.sides[identity] for identity in people if identity in past.sides}
    inherited = _inherited([item for item in items if item.identity not in known], past)
    return assign_sides(counted, _certain(counted, past, bundles), people, known | inherited)


def _certain(items: Sequence[Item], past: Past, bundles: Bundles) -> list[Item]:
    """Those that stand on their person's side whatever the sides of others: released before, or in a bundle of their
    person's own."""
    owners: dict[Key, int] = {}
    not_own = {*bundles.parts(past.disjoint)}
    for item in items:
        if owners.setdefault(bundles.of(item), item.identity) != item.identity:
            not_own.add(bundles.of(item))
    return [item for item in items if item.face in past.disjoint or bundles.of(item) not in not_own]


def _inherited(items: Iterable[Item], past: Past) -> dict[int, str]:
    stood: dict[int, Counter[str]] = defaultdict(Counter)
    for item in items:
        if item.face in past.disjoint:
            stood[item.identity][past.disjoint[item.face].part] += 1
    return {identity: _most(identity, counted) for identity, counted in stood.items()}


def _most(identity: int, counted: Counter[str]) -> str:
    return min(counted, key=lambda part: (-counted[part], rank(part, identity)))
