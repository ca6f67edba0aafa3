from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from curation import simulated_profile as profiles
from curation.simulated import Crowd, crowd
from curation.simulated_profile import Profile
from curation.simulated_work import Next, Plain, Record, Said, work

FACES = 400


class UpTo(Plain):
    def __init__(self, votes: int) -> None:
        self.votes = votes

    def heard(self, face: int, said: Said) -> Next:
        return "more" if len(said) < self.votes else "settled"


class Settling(UpTo):
    """Keeps book of what it was told."""

    def __init__(self, votes: int) -> None:
        super().__init__(votes)
        self.told: list[tuple[int, int]] = []
        self.gold: list[tuple[int, int, int]] = []

    def heard(self, face: int, said: Said) -> Next:
        return "more" if len(said) < self.votes else "adjudicate"

    def decided(self, face: int, label: int) -> None:
        self.told.append((face, label))

    def known(self) -> Sequence[int]:
        return [face for face, _label in self.told]

    def heard_gold(self, face: int, annotator: int, label: int) -> None:
        self.gold.append((face, annotator, label))


def profile(**changes: Any) -> Profile:
    people = [{"name": f"p{n}", "accuracy": 0.9, "seconds": 1.0 + (n == 5) * 3} for n in range(6)]
    fields = {"gender": {"classes": {"1": 0.5, "2": 0.5}}}
    return profiles.read({"fields": fields, "annotators": people, "faces": FACES} | changes)


def made(who: Profile, seed: int = 1) -> Crowd:
    return crowd(who, "gender", seed=seed)


def fixed(votes: int, seed: int = 1, **more: Any) -> Record:
    return work(made(profile(), seed), profile(), UpTo(votes), seed=seed, **more)


def test_every_face_gets_its_votes_and_nobody_answers_one_twice() -> None:
    record = fixed(3)
    assert [len(said) for said in record.said] == [3] * FACES
    assert all(len({who for who, _label in said}) == 3 for said in record.said)
    assert (record.votes, record.gold, record.decided) == (3 * FACES, 0, {})


def test_votes_are_what_the_annotators_say() -> None:
    faces, people, labels = fixed(3).columns()
    assert (labels == made(profile()).answers()[people, faces]).all()
    assert (np.diff(faces) >= 0).all()


def test_only_the_faces_given_are_asked() -> None:
    record = fixed(2, faces=[3, 5, 8])
    assert [face for face, said in enumerate(record.said) if said] == [3, 5, 8]


def test_the_same_seed_works_the_same_way() -> None:
    assert fixed(3).said == fixed(3).said
    assert fixed(3).said != fixed(3, seed=2).said


def test_people_meet_in_all_pairs_and_the_slow_answer_less() -> None:
    record = fixed(2)
    pairs = Counter(frozenset(who for who, _label in said) for said in record.said)
    assert len(pairs) == 15
    answers = Counter(who for said in record.said for who, _label in said)
    assert answers[5] * 3 < min(answers[n] for n in range(5))
    assert record.elapsed == pytest.approx(max(record.busy), rel=0.1)


def test_as_many_votes_as_people_ask_everybody_and_then_the_adjudicator() -> None:
    record = fixed(7)
    assert [len(said) for said in record.said] == [6] * FACES
    assert len(record.decided) == FACES
    assert record.decided == dict(enumerate(made(profile()).decided.tolist()))


def test_known_faces_are_asked_as_gold_at_the_rate_and_count_apart() -> None:
    rule, who = Settling(2), profile(faces=3000)
    record = work(made(who), who, rule, seed=1, gold_rate=0.1)
    assert [len(said) for said in record.said] == [2] * 3000
    assert record.gold == len(rule.gold) == pytest.approx(0.1 * (record.gold + 6000), rel=0.15)
    assert record.votes == 2 * 3000 + 3000 + record.gold
    assert all(person not in dict(record.said[face]) for face, person, _label in rule.gold)
    assert len({(face, person) for face, person, _label in rule.gold}) == len(rule.gold)


def test_skill_drifts_with_the_answers_given() -> None:
    people = [{"accuracy": 0.95, "drift": -0.2}, {"accuracy": 0.95}]
    who = profile(annotators=[{"name": str(n), **one} for n, one in enumerate(people)], faces=4000)
    mine = made(who)
    faces, person, label = work(mine, who, UpTo(2), seed=1).columns()
    wrong = label != mine.truth[faces]
    late = faces >= 3000
    assert np.mean(wrong[(person == 1) & late]) == pytest.approx(0.05, abs=0.02)
    assert np.mean(wrong[(person == 0) & late]) == pytest.approx(0.75, abs=0.05)
    assert np.mean(wrong[(person == 0) & (faces < 200)]) == pytest.approx(0.07, abs=0.05)
