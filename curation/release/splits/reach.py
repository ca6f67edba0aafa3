"""People whose pictures are entangled with others' in bundles reach all parts, if a few bundles give way."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from curation.release.naming import PARTS
from curation.release.splits.bundles import Key

DEPTH = 4  # how many bundles may give way, one to the other
STEPS = 500  # tries for one part of one person


def complete(people: Mapping[Key, Collection[int]], fixed: Mapping[int, set[str]], chosen: dict[Key, str]) -> set[int]:
    """Moves bundles in `chosen` until their `people` are in all parts, and returns whom that could not help. `fixed`:
    the parts in which a person stands without these bundles."""
    reach = _Reach(people, fixed, chosen)
    for person in reach.bundles:
        for part in PARTS:
            reach.steps = STEPS
            reach.fill(person, part, DEPTH)
    return {person for person in reach.bundles if any(not reach.have[person][part] for part in PARTS)}


class _Reach:
    """`have`: of each person, how many bundles stand in each part."""

    def __init__(
        self, people: Mapping[Key, Collection[int]], fixed: Mapping[int, set[str]], chosen: dict[Key, str]
    ) -> None:
        self.people, self.chosen, self.steps = people, chosen, STEPS
        self.bundles: dict[int, list[Key]] = defaultdict(list)
        self.have: dict[int, Counter[str]] = defaultdict(Counter)
        self._moved: list[tuple[Key, str]] = []
        for key, part in chosen.items():
            for person in people[key]:
                self.bundles[person].append(key)
                self.have[person][part] += 1
        for person in self.bundles:
            self.have[person].update(fixed.get(person, ()))

    def fill(self, person: int, part: str, depth: int) -> bool:
        """Whether the person stands in that part, if need be after bundles gave way; else all is as it was."""
        if self.have[person][part]:
            return True
        if not depth:
            return False
        for key in sorted(self.bundles[person], key=self._alone):
            self.steps -= 1
            if self.steps < 0:
                return False
            if self._give(key, part, depth):
                return True
        return False

    def _alone(self, key: Key) -> int:
        """How many people have no other bundle where this one stands."""
        home = self.chosen[key]
        return sum(self.have[person][home] == 1 for person in self.people[key])

    def _give(self, key: Key, part: str, depth: int) -> bool:
        mark, home = len(self._moved), self.chosen[key]
        if any(key == moved for moved, _home in self._moved):
            return False
        self._move(key, part)
        self._moved.append((key, home))
        if all(self.fill(person, home, depth - 1) for person in self.people[key]):
            if depth == DEPTH:
                self._moved.clear()
            return True
        while len(self._moved) > mark:
            self._move(*self._moved.pop())
        return False

    def _move(self, key: Key, part: str) -> None:
        home = self.chosen[key]
        self.chosen[key] = part
        for person in self.people[key]:
            self.have[person][home] -= 1
            self.have[person][part] += 1
