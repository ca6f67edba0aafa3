"""The queue in memory: annotators on a clock take faces, answer, and a rule says when a face has enough.

As the real queue: whoever is free takes the first face in order that wants a vote and that they have not answered;
faces that somebody began come before new ones. An answer is heard at once, so the rule never acts on an old count.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from itertools import count
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from curation.simulated import GOLD, Crowd, chance, seconds
from curation.simulated_profile import Profile

Next = Literal["more", "settled", "adjudicate"]
Said = list[tuple[int, int]]  # of one face: annotator, class


class Rule(Protocol):
    def heard(self, face: int, said: Said) -> Next:
        """After a vote that counts: what is to become of the face."""

    def decided(self, face: int, label: int) -> None:
        """An adjudicator said so; from now on the face's answer is known."""

    def known(self) -> Sequence[int]:
        """Faces that may be asked as gold; grows at its end only."""

    def heard_gold(self, face: int, annotator: int, label: int) -> None: ...


class Plain:
    """What a rule that keeps no book needs not say."""

    def decided(self, face: int, label: int) -> None: ...

    def known(self) -> Sequence[int]:
        return ()

    def heard_gold(self, face: int, annotator: int, label: int) -> None: ...


@dataclass
class Record:
    """All that was answered. `said[face]` holds the counted votes; `decided` what the adjudicator said of a face.

    `gold` counts votes on faces whose answer was known; `busy` are the seconds that each annotator worked, `elapsed`
    those from the first answer to the last.
    """

    said: list[Said]
    decided: dict[int, int] = field(default_factory=dict)
    gold: int = 0
    busy: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def votes(self) -> int:
        """All that had to be answered, gold and the adjudicator's answers among it."""
        return sum(map(len, self.said)) + self.gold + len(self.decided)

    def columns(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int16]]:
        """Faces, annotators, labels of the counted votes, face by face."""
        lengths = [len(votes) for votes in self.said]
        faces = np.repeat(np.arange(len(self.said), dtype=np.int32), lengths)
        flat = np.array([vote for votes in self.said for vote in votes], dtype=np.int32).reshape(-1, 2)
        return faces, flat[:, 0], flat[:, 1].astype(np.int16)


def work(
    crowd: Crowd, profile: Profile, rule: Rule, *, seed: int, faces: Sequence[int] | None = None, gold_rate: float = 0.0
) -> Record:
    """Until each of `faces` (default: all, in order) is settled or adjudicated.

    A face that everybody has answered goes to the adjudicator, whatever the rule says.
    """
    return _Shift(crowd, profile, rule, seed, gold_rate).over(range(len(crowd.truth)) if faces is None else faces)


class _Shift:
    def __init__(self, crowd: Crowd, profile: Profile, rule: Rule, seed: int, gold_rate: float) -> None:
        self.rule, self.gold_rate = rule, gold_rate
        people, faces = crowd.margin.shape
        self.decides, self.truth = crowd.decided.tolist(), crowd.truth.tolist()
        self.margin, self.otherwise = crowd.margin.tolist(), crowd.otherwise.tolist()
        self.drift = (crowd.drift / 1000).tolist()
        self.record = Record([[] for _ in range(faces)], busy=[0.0] * people)
        self.given = [0] * people
        self.begun: dict[int, None] = {}  # faces with a vote that want one more, in the order in which they began
        self.times = [times_of(profile, seed, person) for person in range(people)]
        self.chance = _chances(seed)
        self.gold_at = [0] * people  # how far each is in the list of known faces

    def over(self, faces: Iterable[int]) -> Record:
        fresh = iter(faces)
        self.new = next(fresh, None)
        clock = [(next(times), person) for person, times in enumerate(self.times)]
        heapify(clock)
        while clock and (self.new is not None or self.begun):
            now, person = clock[0]
            if self._is_gold(person) or self._turn(person, fresh):
                heapreplace(clock, (now + self._seconds(person), person))
                self.record.elapsed = now
            else:  # they have answered all that is begun, and nothing new comes
                heappop(clock)
        return self.record

    def _turn(self, person: int, fresh: Iterator[int]) -> bool:
        face = self._begun(person)
        if face is None:
            if self.new is None:
                return False
            face, self.new = self.new, next(fresh, None)
        said = self.record.said[face]
        said.append((person, self._answer(person, face)))
        self._conclude(face, self.rule.heard(face, said))
        return True

    def _conclude(self, face: int, becomes: Next) -> None:
        if becomes == "more" and len(self.record.said[face]) < len(self.given):
            self.begun[face] = None
            return
        self.begun.pop(face, None)
        if becomes != "settled":
            self.record.decided[face] = self.decides[face]
            self.rule.decided(face, self.decides[face])

    def _begun(self, person: int) -> int | None:
        """The first that was begun and that this person has not answered."""
        for face in self.begun:
            if all(person != who for who, _label in self.record.said[face]):
                return face
        return None

    def _is_gold(self, person: int) -> bool:
        """Whether this answer goes to a face whose answer is known, as far as there is one for this person."""
        if not self.gold_rate or next(self.chance) >= self.gold_rate:
            return False
        known = self.rule.known()
        while self.gold_at[person] < len(known):
            face = known[self.gold_at[person]]
            self.gold_at[person] += 1
            if all(person != who for who, _label in self.record.said[face]):
                self.record.gold += 1
                self.rule.heard_gold(face, person, self._answer(person, face))
                return True
        return False

    def _answer(self, person: int, face: int) -> int:
        given = self.given[person]
        self.given[person] = given + 1
        right = self.margin[person][face] + self.drift[person] * given > 0
        label: int = self.truth[face] if right else self.otherwise[person][face]
        return label

    def _seconds(self, person: int) -> float:
        took = next(self.times[person])
        self.record.busy[person] += took
        return took


def times_of(profile: Profile, seed: int, person: int) -> Iterator[float]:
    """Without end; drawn many at once."""
    many = 4096
    for chunk in count():
        yield from seconds(profile, seed=seed, annotator=person, answers=many, chunk=chunk).tolist()


def _chances(seed: int) -> Iterator[float]:
    draw = chance(seed, GOLD)
    while True:
        yield from draw.random(4096).tolist()
