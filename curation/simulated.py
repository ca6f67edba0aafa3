"""Annotators made of numbers: what each would say of each face. Plain values in, arrays out.

The same seed gives the same faces and the same answers, whoever is asked in which order: an annotator's answer on a
face depends on the seed, the face and, where their skill drifts, on how many answers they gave before.

Errors of different annotators are independent given the truth. Real ones are not quite (a blurred face is hard for
all), so what is found here is the better end of what may be expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.simulated_profile import AnnotatorProfile, FieldProfile, Profile

Labels = NDArray[np.int16]
Floats = NDArray[np.float64]
TRUTH, CLAIM, ADJUDICATOR, PEOPLE, SPEED, GOLD = range(6)  # streams of chance, each of its own
SPREAD = 0.5  # of the logarithm of the seconds that an answer takes


@dataclass(frozen=True)
class Crowd:
    """One field over all faces; labels are numbers of classes.

    `truth`, `claimed`, `decided` (what the adjudicator would say): int16[faces]. Annotator a is right on face f after
    n answers where `margin[a, f] + drift[a] * n / 1000 > 0`, else says `otherwise[a, f]`; both [annotators, faces].
    """

    field: FieldProfile
    truth: Labels
    claimed: Labels
    decided: Labels
    margin: Floats
    otherwise: Labels
    drift: Floats

    def answer(self, annotator: int, face: int, given: int = 0) -> int:
        """What they say, after so many answers given before."""
        right = self.margin[annotator, face] + self.drift[annotator] * given / 1000 > 0
        return int(self.truth[face] if right else self.otherwise[annotator, face])

    def answers(self) -> Labels:
        """int16[annotators, faces]: what each would say of each face before their skill drifts."""
        return np.where(self.margin > 0, self.truth, self.otherwise).astype(np.int16)


def crowd(profile: Profile, name: str, *, seed: int, faces: int | None = None) -> Crowd:
    """The field `name` of a profile, drawn anew for each seed."""
    field, faces = profile.field(name), faces or profile.faces
    place = profile.fields.index(field)
    classes = len(field.classes)
    truth = chance(seed, TRUTH, place).choice(classes, size=faces, p=_sum_to_one(field.shares)).astype(np.int16)
    claimed = _claimed(field, truth, chance(seed, CLAIM, place))
    decided = _mistaken(truth, classes, profile.adjudicator, chance(seed, ADJUDICATOR, place))
    rows = [
        _one(person, field, truth, claimed, chance(seed, PEOPLE, place, number))
        for number, person in enumerate(profile.annotators)
    ]
    margin, otherwise = (np.stack(column) for column in zip(*rows, strict=True))
    drift = np.array([one.drift if one.kind == "honest" else 0.0 for one in profile.annotators])
    return Crowd(field, truth, claimed, decided, margin, otherwise, drift)


def confusion(person: AnnotatorProfile, field: FieldProfile) -> Floats:
    """float64[true, stated] at the beginning of their work; for "agrees_with_claim" the claim stands for the truth."""
    n = len(field.classes)
    if person.kind == "random":
        return np.full((n, n), 1 / n)
    if person.kind == "constant":
        return np.tile(np.eye(n)[field.classes.index(person.says[field.name])], (n, 1))
    if person.kind == "agrees_with_claim":
        return np.eye(n)
    if field.name in person.confusion:
        return np.array(person.confusion[field.name], dtype=np.float64)
    right = person.accuracy[field.name]
    return np.where(np.eye(n) > 0, right, (1 - right) / (n - 1))


def seconds(profile: Profile, *, seed: int, annotator: int, answers: int, chunk: int = 0) -> Floats:
    """float64[answers]: how long each of their answers takes; log-normal around what the profile says."""
    normal = chance(seed, SPEED, annotator, chunk).normal(-(SPREAD**2) / 2, SPREAD, answers)
    return profile.annotators[annotator].seconds * np.exp(normal)


def chance(*key: int) -> np.random.Generator:
    """A stream of its own for each key, the seed first."""
    return np.random.default_rng(key)


def _claimed(field: FieldProfile, truth: Labels, draw: np.random.Generator) -> Labels:
    if isinstance(field.claim, str):
        return np.full_like(truth, field.classes.index(field.claim))
    return _mistaken(truth, len(field.classes), field.claim, draw)


def _mistaken(truth: Labels, classes: int, right: float, draw: np.random.Generator) -> Labels:
    """The truth, or at random another class in its stead."""
    other = (truth + draw.integers(1, classes, len(truth))) % classes
    return np.where(draw.random(len(truth)) < right, truth, other).astype(np.int16)


def _one(
    person: AnnotatorProfile, field: FieldProfile, truth: Labels, claimed: Labels, draw: np.random.Generator
) -> tuple[Floats, Labels]:
    if person.kind == "agrees_with_claim":
        return np.where(claimed == truth, 1.0, -1.0), claimed
    table = confusion(person, field)
    right = np.diag(table)
    wrong = np.where(np.eye(len(table)) > 0, 0.0, table)
    weight = wrong.sum(axis=1, keepdims=True)
    even = (1 - np.eye(len(table))) / (len(table) - 1)  # who is never wrong may become so
    edges = np.cumsum(np.where(weight > 0, wrong / np.where(weight > 0, weight, 1), even), axis=1)
    draws, errors = draw.random(len(truth)), draw.random(len(truth))
    otherwise = (errors[:, None] >= edges[truth]).sum(axis=1).clip(0, len(table) - 1)
    return right[truth] - draws, otherwise.astype(np.int16)


def _sum_to_one(shares: Sequence[float]) -> Floats:
    row = np.asarray(shares, dtype=np.float64)
    return np.asarray(row / row.sum(), dtype=np.float64)
