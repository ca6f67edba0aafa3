"""How soon spammers are found, and how many honest reviewers are paused wrongly: one JSON object a line.

In memory, with the evidence that the application goes by. Eight reviewers answer in turns, two of them without a look
at the faces; of every ten answers about one goes to gold; after every tenth answer all evidence is looked at.

    python -m bench.spammers --seeds 50 --question usable
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.random import Generator
from tqdm import tqdm

from curation.ballots import ballots
from curation.dawid_skene import dawid_skene
from curation.evidence import BAR, RISK, Answers, weigh
from curation.left_out import SMOOTHING, chances_without
from curation.spamming import Floats

REVIEWERS, SPAMMERS = 8, 2
SKILLS = (0.85, 0.97)  # of the honest, spread evenly between
CLASSES = {"usable": 2, "race": 5}
SHARES = {"usable": (0.7, 0.3), "race": (0.02, 0.25, 0.25, 0.23, 0.25)}
CLAIM_IS_RIGHT = 0.9  # what the list says of a person's race, as perceived in a picture
LOOK_EVERY = 10
KINDS = ("random", "constant", "agrees")

Spammer = Callable[[int], int]  # what is claimed: what is answered


@dataclass
class World:
    """Faces with their truth, and who answered what of them."""

    question: str
    votes: int
    answers: int
    rng: Generator
    truth: list[int] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)
    given: list[list[tuple[int, int, bool]]] = field(default_factory=lambda: [[] for _ in range(REVIEWERS)])

    def face(self, gold: bool = False) -> int:
        """Gold is chosen in equal parts of each class that is common enough."""
        shares = np.array(SHARES[self.question])
        if gold:
            shares = (shares > 0.05) / (shares > 0.05).sum()
        true = int(self.rng.choice(len(shares), p=shares))
        self.truth.append(true)
        self.claimed.append(self._claim(true))
        return len(self.truth) - 1

    def _claim(self, true: int) -> int:
        if self.question == "usable":
            return 0  # that it shows the person
        if true and self.rng.random() < CLAIM_IS_RIGHT:
            return true
        return int(self.rng.integers(1, CLASSES[self.question]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--question", choices=CLASSES, default="usable")
    parser.add_argument("--votes", type=int, default=3)
    parser.add_argument("--answers", type=int, default=200)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    runs = list(product(KINDS, seeds))
    found: dict[str, list[int | None]] = {kind: [] for kind in KINDS}
    paused: list[float] = []
    for kind, seed in tqdm(runs, unit="run", disable=not sys.stderr.isatty()):
        until, skills = _run(kind, seed, asked)
        found[kind] += until[:SPAMMERS]
        paused += [skill for skill, when in zip(skills, until[SPAMMERS:], strict=True) if when is not None]
    for line in _lines(found, paused, asked):
        print(json.dumps(line))


def _lines(
    found: dict[str, list[int | None]], paused: list[float], asked: argparse.Namespace
) -> Iterator[dict[str, object]]:
    setting = {"question": asked.question, "bar": BAR, "risk": RISK, "gold": "1 in 10", "votes": asked.votes}
    setting |= {"seeds": asked.seeds, "first": asked.first}
    for kind, when in [*found.items(), ("all", [one for rows in found.values() for one in rows])]:
        soon = [one for one in when if one is not None]
        yield {
            "bench": "spammers",
            "kind": kind,
            **setting,
            "spammers": len(when),
            "found": len(soon),
            "share_found": round(len(soon) / len(when), 4),
            "within_answers": asked.answers,
            "median_answers": float(np.median(soon)) if soon else None,
        }
    honest = (REVIEWERS - SPAMMERS) * len(KINDS) * asked.seeds
    yield {
        "bench": "spammers",
        "kind": "honest",
        **setting,
        "skills": SKILLS,
        "honest": honest,
        "wrongly_paused": len(paused),
        "share_wrongly_paused": round(len(paused) / honest, 4),
        "their_skills": sorted(paused),
    }


# ---- One run


def _run(kind: str, seed: int, asked: argparse.Namespace) -> tuple[list[int | None], list[float]]:
    """After how many answers each reviewer was paused, the spammers first; and how skilled the honest are."""
    world = World(asked.question, asked.votes, asked.answers, np.random.default_rng([seed, KINDS.index(kind)]))
    skills = np.linspace(*SKILLS, REVIEWERS - SPAMMERS).round(4).tolist()
    people = [_spammer(kind, world) for _ in range(SPAMMERS)] + [None] * len(skills)
    until: list[int | None] = [None] * REVIEWERS
    waiting: list[tuple[int, set[int]]] = []
    while any(when is None and len(rows) < asked.answers for when, rows in zip(until, world.given, strict=True)):
        for person in range(REVIEWERS):
            if until[person] is None and len(world.given[person]) < asked.answers:
                place = _next(world, waiting, person)
                skill = skills[person - SPAMMERS] if person >= SPAMMERS else 0.0
                world.given[person].append((place[0], _say(world, place[0], people[person], skill), place[1]))
        if max(map(len, world.given)) % LOOK_EVERY == 0:
            _judge(world, until)
    return until, skills


def _next(world: World, waiting: list[tuple[int, set[int]]], person: int) -> tuple[int, bool]:
    """A face of gold, or the next that waits for votes: as many as are wanted, each of somebody else."""
    if world.rng.random() < 0.1:
        return world.face(gold=True), True
    found = next((one for one in waiting if person not in one[1]), None)
    if found is None:
        found = (world.face(), set())
        waiting.append(found)
    found[1].add(person)
    if len(found[1]) >= world.votes:
        waiting.remove(found)
    return found[0], False


def _spammer(kind: str, world: World) -> Spammer:
    classes = CLASSES[world.question]
    first = 1 if classes > 2 else 0  # "cannot tell" is what no spammer says
    constant = int(world.rng.integers(first, classes))
    ways: dict[str, Spammer] = {
        "random": lambda _claimed: int(world.rng.integers(first, classes)),
        "constant": lambda _claimed: constant,
        "agrees": lambda claimed: claimed,
    }
    return ways[kind]


def _say(world: World, face: int, spammer: Spammer | None, skill: float) -> int:
    if spammer is not None:
        return spammer(world.claimed[face])
    true = world.truth[face]
    if world.rng.random() < skill:
        return true
    return (true + int(world.rng.integers(1, CLASSES[world.question]))) % CLASSES[world.question]


def _judge(world: World, until: list[int | None]) -> None:
    rows = [(face, person, said) for person, given in enumerate(world.given) for face, said, gold in given]
    truths = {face: world.truth[face] for given in world.given for face, _said, gold in given if gold}
    faces, people, labels = (np.array(column) for column in zip(*rows, strict=True))
    cast = ballots(faces, people, labels, classes=range(CLASSES[world.question]))
    fit = dawid_skene(cast, gold=truths, smoothing=SMOOTHING)
    claimed = np.array([world.claimed[face] for face in cast.items])
    place = {int(face): n for n, face in enumerate(cast.items)}
    for person, given in enumerate(world.given):
        if until[person] is None:
            chances = chances_without(cast, fit, claimed, person)
            value = weigh(_answers(world, given, chances, place)).value
            if value > 1 / RISK:
                until[person] = len(given)


def _answers(world: World, given: list[tuple[int, int, bool]], chances: Floats, place: dict[int, int]) -> Answers:
    faces, said, gold = (np.array(column) for column in zip(*given, strict=True))
    seen = chances[[place[int(face)] for face in faces]]
    certain = np.eye(CLASSES[world.question])[[world.truth[face] for face in faces]]
    claimed = np.array([world.claimed[face] for face in faces])
    known = np.where(gold[:, None], certain, seen)
    return Answers(said, known, gold.astype(bool), claimed)


if __name__ == "__main__":
    main()
