"""What must hold of the splits of any release after any others, told naively: everything compared with everything."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from curation.release.naming import PARTS
from curation.release.splits import DISJOINT, SHARED, SPLITS, Decisions, Item, Past, Placed, decide

Component = frozenset[int]


def components(items: Iterable[Item], past: Past) -> dict[int, Component]:
    """Face → the faces that it must stay with, those that have left included."""
    known: dict[int, Item | Placed] = {**past.shared, **past.disjoint, **{item.face: item for item in items}}
    together = [({face}, _names(one)) for face, one in known.items()]
    together += [(set(), {("photo", photo), ("group", group)}) for photo, group in past.alike]
    merged: list[tuple[set[int], set[tuple[str, int]]]] = []
    for faces, names in together:
        touching = [one for one in merged if one[1] & names]
        merged = [one for one in merged if not one[1] & names]
        merged.append((faces.union(*(f for f, _ in touching)), names.union(*(n for _, n in touching))))
    return {face: frozenset(faces) for faces, _names_ in merged for face in faces}


def _names(one: Item | Placed) -> set[tuple[str, int]]:
    return {("photo", one.photo)} | ({("group", one.group)} if one.group is not None else set())


class Checks:
    """One release: its faces, what was stored before, and what was decided."""

    def __init__(self, items: list[Item], past: Past, decisions: Decisions) -> None:
        self.items, self.past, self.decisions = items, past, decisions
        self.by_face = {item.face: item for item in items}
        self.component = components(items, past)

    def parts(self, split: str) -> Mapping[int, str]:
        return self.decisions.shared if split == SHARED else self.decisions.disjoint

    def stored(self, split: str, face: int) -> set[str]:
        """The parts in which faces of its component were released."""
        known = self.past.of(split)
        return {known[one].part for one in self.component[face] if one in known}

    def run(self) -> None:
        for split in SPLITS:
            self.everybody_is_told_of(split)
            self.what_stood_stands(split)
            self.bundles_are_whole(split)
            self.nothing_is_in_two_parts(split)
            self.reasons_are_true(split)
            self.the_report_is_true(split)
        self.persons_are_everywhere()
        self.persons_are_on_one_side()
        self.the_leader_of_a_new_bundle_decides()
        self.no_order_matters()

    def everybody_is_told_of(self, split: str) -> None:
        parts, held = self.parts(split), self.decisions.held[split]
        assert parts.keys() | held.keys() == self.by_face.keys()
        assert not parts.keys() & held.keys()
        assert {*parts.values()} <= {*PARTS}

    def what_stood_stands(self, split: str) -> None:
        parts, known = self.parts(split), self.past.of(split)
        assert all(parts[face] == known[face].part for face in parts if face in known)
        new = self.decisions.new_shared if split == SHARED else self.decisions.new_disjoint
        assert new == {face: part for face, part in parts.items() if face not in known}

    def bundles_are_whole(self, split: str) -> None:
        """What is new in a bundle stands in one part, and that is where it was released."""
        parts, known = self.parts(split), self.past.of(split)
        for bundle in {*self.component.values()}:
            new = {parts[face] for face in bundle if face in parts and face not in known}
            stood = {known[face].part for face in bundle if face in known}
            assert len(new) <= 1
            assert len(stood) < 2 or not new
            assert not stood or new <= stood

    def nothing_is_in_two_parts(self, split: str) -> None:
        seen = defaultdict(set)
        for face, part in self.parts(split).items():
            for name in _names(self.by_face[face]):
                seen[name].add(part)
        assert all(len(found) == 1 for found in seen.values())

    def persons_are_everywhere(self) -> None:
        stands = defaultdict(set)
        for face, part in self.decisions.shared.items():
            stands[self.by_face[face].identity].add(part)
        assert all(found == {*PARTS} for found in stands.values())

    def persons_are_on_one_side(self) -> None:
        sides = self.decisions.sides
        assert all(sides[self.by_face[face].identity] == part for face, part in self.decisions.disjoint.items())
        assert all(self.past.sides.get(identity, side) == side for identity, side in sides.items())
        assert self.decisions.new_sides == {one: side for one, side in sides.items() if one not in self.past.sides}

    def the_leader_of_a_new_bundle_decides(self) -> None:
        for bundle in {*self.component.values()}:
            faces = [face for face in bundle if face in self.by_face]
            if faces and not self.stored(DISJOINT, faces[0]):
                counted = Counter(self.by_face[face].identity for face in faces)
                first = {one for one, n in counted.items() if n == max(counted.values())}
                stands = {face for face in faces if face in self.decisions.disjoint}
                assert {self.by_face[face].identity for face in stands} & first
                sides = {self.decisions.disjoint[face] for face in stands}
                assert {face for face in faces if self.side(face) in sides} == stands

    def side(self, face: int) -> str | None:
        identity = self.by_face[face].identity
        return self.decisions.sides.get(identity, self.past.sides.get(identity))

    # ---- Why not

    def reasons_are_true(self, split: str) -> None:
        for face, reason in self.decisions.held[split].items():
            assert getattr(self, f"is_{reason}")(split, face), (split, face, reason)

    def is_bridge(self, split: str, face: int) -> bool:
        return face not in self.past.of(split) and len(self.stored(split, face)) > 1

    def is_beside(self, split: str, face: int) -> bool:
        others = {part for one, part in self.decisions.disjoint.items() if one in self.component[face]}
        stands = self.stored(split, face) or others
        return split == DISJOINT and face not in self.past.disjoint and self.side(face) not in stands

    def is_relabelled(self, split: str, face: int) -> bool:
        identity, known = self.by_face[face].identity, self.past.disjoint
        stood = {known[item.face].part for item in self.items if item.identity == identity and item.face in known}
        return split == DISJOINT and bool(({self.past.sides.get(identity)} | stood) - {known[face].part})

    def is_found_alike(self, split: str, face: int) -> bool:
        known, mine = self.past.of(split), _names(self.by_face[face])
        others = [one for one in known if one in self.by_face and _names(self.by_face[one]) & mine]
        first = min(known[one].release for one in others)
        return len({known[one].part for one in others}) > 1 and known[face].release >= first

    def usable(self, identity: int) -> list[int]:
        held = self.decisions.held[SHARED]
        theirs = [item.face for item in self.items if item.identity == identity]
        return [face for face in theirs if held.get(face) not in ("bridge", "found_alike")]

    def is_thin(self, split: str, face: int) -> bool:
        bundles = {self.component[one] for one in self.usable(self.by_face[face].identity)}
        return split == SHARED and len(bundles) < 3

    def is_incomplete(self, split: str, face: int) -> bool:
        """Parts that are reached for sure, and bundles of their own, do not make three."""
        identity = self.by_face[face].identity
        usable = self.usable(identity)
        known = self.past.shared
        reached = {p for one in usable for p in ([known[one].part] if one in known else self.stored(SHARED, one))}
        own = {self.component[one] for one in usable if not self.stored(SHARED, one) and self.is_alone(one)}
        return split == SHARED and not self.is_thin(split, face) and len(reached) + len(own) < 3

    def is_alone(self, face: int) -> bool:
        return len({self.by_face[one].identity for one in self.component[face] if one in self.by_face}) == 1

    # ---- The report

    def the_report_is_true(self, split: str) -> None:
        figures, parts, known = self.decisions.report.splits[split], self.parts(split), self.past.of(split)
        assert figures.sound
        held = Counter(self.decisions.held[split].values())
        assert {one.reason: one.images for one in figures.held_back} == held
        assert (figures.images, figures.kept) == (len(self.items), len(parts.keys() & known.keys()))
        assert (figures.newcomers, figures.left) == (
            len(parts.keys() - known.keys()),
            len(known.keys() - self.by_face.keys()),
        )
        for part in PARTS:
            faces = [face for face in parts if parts[face] == part]
            count = figures.counts[()][part]
            assert (count.images, count.persons) == (len(faces), len({self.by_face[f].identity for f in faces}))

    def no_order_matters(self) -> None:
        mixed = random.Random(1).sample(self.items, len(self.items))
        again = decide(mixed, self.past)
        assert (again.shared, again.disjoint) == (self.decisions.shared, self.decisions.disjoint)
        assert (again.held, again.sides) == (self.decisions.held, self.decisions.sides)
        reports = [one.report.as_json() for one in (again, self.decisions)]
        assert len({json.dumps(one) for one in reports}) == 1
        assert again.report.as_markdown() == self.decisions.report.as_markdown()
