"""Faces that must stay together: those of one photo and of one duplicate group, and so on from face to face."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

from curation.release.splits.items import FOUND_ALIKE, Board, Item, Past, Placed, rank

Key = int  # a photo's, or what `_of_group` makes of a duplicate group's


def _of_group(group: int) -> Key:
    """Below nought, where no photo's key is."""
    return ~group


def keys(one: Item | Placed) -> tuple[Key, ...]:
    """What must not be seen in two parts: a photo, and a duplicate group."""
    return (one.photo,) if one.group is None else (one.photo, _of_group(one.group))


class Bundles:
    """Union-find (Galler and Fischer 1964, with halved paths) over photos and duplicate groups. Faces that have left
    count as well: what comes in beside them must not part from what they were released with."""

    def __init__(self, items: Iterable[Item], past: Past) -> None:
        self._above: dict[Key, Key] = {}
        everything: Iterable[Item | Placed] = chain(items, past.shared.values(), past.disjoint.values())
        joined = ((one.photo, one.group) for one in everything if one.group is not None)
        for photo, group in chain(joined, past.alike):
            self._above[self._top(photo)] = self._top(_of_group(group))

    def of(self, one: Item | Placed) -> Key:
        """The name of its bundle, good within this object alone."""
        return self._top(one.photo)

    def _top(self, key: Key) -> Key:
        above = self._above
        while (higher := above.get(key, key)) != key:
            above[key] = higher = above.get(higher, higher)
            key = higher
        return key

    def parts(self, placed: Mapping[int, Placed]) -> dict[Key, tuple[str, ...]]:
        """In which parts what was released of a bundle stands: more than one, if it grew together since."""
        parts: dict[Key, tuple[str, ...]] = {}
        for one in placed.values():
            known = parts.get(self.of(one), ())
            if one.part not in known:
                parts[self.of(one)] = (*known, one.part)
        return parts

    def gather(self, items: Iterable[Item]) -> Iterator[tuple[Key, list[Item]]]:
        """Bundle by bundle: most hold one face, and a list for each of them at once would be larger than the faces."""
        for key, faces in groupby(sorted(items, key=self.of), self.of):
            yield key, list(faces)


def keep(items: Sequence[Item], placed: Mapping[int, Placed], board: Board) -> None:
    """Puts the faces that were released before where they were. Of two that share a photo or a group and stand in two
    parts, the one that was released first stays, and the other is held back."""
    known = sorted(
        (item for item in items if item.face in placed and item.face not in board.held),
        key=lambda item: (placed[item.face].release, rank("face", item.face)),
    )
    owners: dict[Key, str] = {}
    for item in known:
        part = placed[item.face].part
        if any(owners.get(key, part) != part for key in keys(item)):
            board.hold(item.face, FOUND_ALIKE)
            continue
        owners.update((key, part) for key in keys(item))
        board.parts[item.face] = part


def leader(faces: Sequence[Item]) -> int:
    """The identity with most faces of them; of equal ones the lower by its hash."""
    counted = Counter(item.identity for item in faces)
    return min(counted, key=lambda identity: (-counted[identity], rank("identity", identity)))
