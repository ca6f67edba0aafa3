"""Releases one after the other, with newcomers, removals, erasures, relabels and groups that grow together: nobody
ever moves, and nothing is ever seen in two parts."""

from collections.abc import Iterable
from dataclasses import replace

import hypothesis.strategies as some
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from curation.release.splits import DISJOINT, SHARED, SPLITS, Item, Past, Placed, decide
from tests.curation.split_checks import Checks

PEOPLE, PHOTOS, GROUPS = some.integers(1, 7), some.integers(1, 24), some.integers(1, 6)
CELLS = some.tuples(some.sampled_from(["A", "B", ""]), some.sampled_from(["F", "M"]), some.sampled_from(["Y", "O"]))
NEW = some.tuples(PEOPLE, some.none() | PHOTOS, some.none() | some.none() | GROUPS, CELLS)


class Histories(RuleBasedStateMachine):
    """`known`: every face there is; `out`: those that the next release leaves out. `told`: where anything was ever
    released, which outlives everything but erasure."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, Item] = {}
        self.out: set[int] = set()
        self.placed: dict[str, dict[int, tuple[str, int]]] = {SHARED: {}, DISJOINT: {}}
        self.sides: dict[int, str] = {}
        self.faces = self.releases = 0

    @rule(new=some.lists(NEW, min_size=1, max_size=12))
    def crawl(self, new: list[tuple[int, int | None, int | None, tuple[str, str, str]]]) -> None:
        for identity, photo, group, cell in new:
            self.faces += 1
            self.known[self.faces] = Item(self.faces, identity, photo or 1_000 + self.faces, group, cell)

    @rule(faces=some.sets(some.integers(1, 60), max_size=8))
    def leave_out(self, faces: set[int]) -> None:
        self.out = faces

    @rule(identity=PEOPLE)
    def erase(self, identity: int) -> None:
        gone = {face for face, item in self.known.items() if item.identity == identity}
        self.sides.pop(identity, None)
        for face in gone:
            del self.known[face]
            for rows in self.placed.values():
                rows.pop(face, None)

    @rule(face=some.integers(1, 60), identity=PEOPLE)
    def relabel(self, face: int, identity: int) -> None:
        self._change([face], identity=identity)

    @rule(gone=PEOPLE, into=some.integers(8, 9))
    def merge(self, gone: int, into: int) -> None:
        self._change([face for face, item in self.known.items() if item.identity == gone], identity=into)

    @rule(face=some.integers(1, 60), group=GROUPS)
    def find_alike(self, face: int, group: int) -> None:
        self._change([face], group=group)

    @rule(one=GROUPS, other=GROUPS)
    def grow_together(self, one: int, other: int) -> None:
        self._change([face for face, item in self.known.items() if item.group == one], group=other)

    def _change(self, faces: Iterable[int], **fields: int) -> None:
        for face in faces:
            if face in self.known:
                self.known[face] = replace(self.known[face], **fields)  # type: ignore[arg-type]

    @rule()
    def release(self) -> None:
        items = [item for face, item in self.known.items() if face not in self.out]
        past = Past(dict(self.sides), self._placed(SHARED), self._placed(DISJOINT), self._alike())
        decisions = decide(items, past)
        Checks(items, past, decisions).run()
        self.releases += 1
        for split, parts in zip(SPLITS, (decisions.shared, decisions.disjoint), strict=True):
            for face, part in parts.items():
                assert self.placed[split].setdefault(face, (part, self.releases))[0] == part
        for identity, side in decisions.sides.items():
            assert self.sides.setdefault(identity, side) == side

    def _placed(self, split: str) -> dict[int, Placed]:
        known = ((self.known[face], where) for face, where in self.placed[split].items())
        return {one.face: Placed(one.photo, one.group, *where) for one, where in known}

    def _alike(self) -> list[tuple[int, int]]:
        """Of those only that no release has had: the others are known."""
        had = self.placed[SHARED].keys() | self.placed[DISJOINT].keys()
        others = [self.known[face] for face in self.out - had if face in self.known]
        return [(one.photo, one.group) for one in others if one.group is not None]


Histories.TestCase.settings = settings(stateful_step_count=25, deadline=None)
TestHistories = Histories.TestCase
