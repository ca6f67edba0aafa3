"""Ways to come to a label, each tried on the same faces with the same annotators. Plain values in, dataclasses out.

- `majority`: k votes; without a majority the adjudicator decides.
- `dawid-skene`: the same k votes, weighed by error rates that are estimated from all of them; nobody adjudicates.
- `third`: two votes, and a third where they differ.
- `adaptive`: the rule of `curation.overlap`; error rates are estimated anew as the work goes on, from the votes, from
  gold and from what was adjudicated. The share of faces that gets all votes, gold and the adjudicator's answers are
  counted among the votes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.ballots import Ballots
from curation.consensus import majority
from curation.dawid_skene import dawid_skene
from curation.overlap import Rule, decide, is_sampled
from curation.reviewer_rates import Rates, competent, shrunk, stated
from curation.simulated import Crowd, Labels, crowd
from curation.simulated_profile import Profile
from curation.simulated_work import Next, Plain, Record, Said, work

ROUGHLY = 1e-4  # while the work goes on, rates need no more digits than votes can give them
ROUNDS = 50
IMAGINED = 1.0  # judgements in each cell of a table, so that no rate is 0
NEXT: Mapping[str, Next] = {"ask": "more", "settled": "settled", "dispute": "adjudicate"}


class Attempt(NamedTuple):
    """What one strategy came to for one field with one seed; `right` is a share of `faces`.

    `votes` are all answers, `gold` and `adjudicated` among them; `hours` of work of all annotators together.
    """

    field: str
    strategy: str
    seed: int
    faces: int
    right: float
    votes: int
    gold: int
    adjudicated: int
    hours: float


@dataclass(frozen=True)
class Task:
    """One field with one seed; `faces` are asked of it."""

    profile: Profile
    crowd: Crowd
    seed: int
    faces: NDArray[np.int64]

    @property
    def classes(self) -> tuple[str, ...]:
        return self.crowd.field.classes

    @property
    def annotators(self) -> int:
        return len(self.profile.annotators)


def task(profile: Profile, field: str, *, seed: int, faces: int | None = None) -> Task:
    """Attributes are asked of the faces that are truly usable, the same for every strategy."""
    made = crowd(profile, field, seed=seed, faces=faces)
    asked = np.arange(len(made.truth))
    if field != "usable" and any(one.name == "usable" for one in profile.fields):
        asked = np.flatnonzero(crowd(profile, "usable", seed=seed, faces=faces).truth == 0)
    return Task(profile, made, seed, asked)


def attempts(given: Task, strategies: Sequence[str], *, votes: Sequence[int] = (3,)) -> list[Attempt]:
    """Of each strategy; those with a fixed number of votes once for each of `votes`.

    ValueError where there are fewer annotators than votes wanted.
    """
    most = max(votes, default=0)
    if most > given.annotators:
        raise ValueError(f"{most} votes on a face want {most} reviewers, and there are {given.annotators}")
    found: list[Attempt] = []
    for k in votes:
        fixed = [name for name in strategies if name in FIXED]
        if fixed:  # they read the same votes
            record = work(given.crowd, given.profile, UpTo(k), seed=given.seed, faces=given.faces.tolist())
            found += [_attempt(given, f"{name}, {k}", record, *FIXED[name](given, record)) for name in fixed]
    return found + [GROWING[name](given) for name in strategies if name in GROWING]


def _attempt(given: Task, name: str, record: Record, values: Labels, more: int = 0) -> Attempt:
    """`more` are adjudications that the record does not hold yet."""
    right = float(np.mean(values[given.faces] == given.crowd.truth[given.faces])) if len(given.faces) else 1.0
    adjudicated = len(record.decided) + more
    hours = sum(record.busy) / 3600
    counts = (record.votes + more, record.gold, adjudicated)
    return Attempt(given.crowd.field.name, name, given.seed, len(given.faces), right, *counts, hours)


# ---- So many votes each


class UpTo(Plain):
    def __init__(self, votes: int) -> None:
        self.votes = votes

    def heard(self, face: int, said: Said) -> Next:
        return "more" if len(said) < self.votes else "settled"


def by_majority(given: Task, record: Record) -> tuple[Labels, int]:
    """The label of each face, and of how many the adjudicator had to say it."""
    values, asked = np.full(len(given.crowd.truth), -1, dtype=np.int16), 0
    for face in given.faces.tolist():
        labels = [given.classes[label] for _who, label in record.said[face]]
        outcome = majority(labels, wanted=len(labels))
        is_decided = face in record.decided or outcome.state != "settled"
        asked += is_decided and face not in record.decided
        values[face] = given.crowd.decided[face] if is_decided else given.classes.index(outcome.value)
    return values, asked


def by_dawid_skene(given: Task, record: Record) -> tuple[Labels, int]:
    values = np.full(len(given.crowd.truth), -1, dtype=np.int16)
    votes = _ballots(given, *record.columns())
    if len(votes.items):
        values[votes.items] = dawid_skene(votes).probabilities.argmax(axis=1)
    return values, 0


FIXED: Mapping[str, Callable[[Task, Record], tuple[Labels, int]]] = {
    "majority": by_majority,
    "dawid-skene": by_dawid_skene,
}


def _ballots(given: Task, faces: NDArray[np.int32], people: NDArray[np.int32], labels: NDArray[np.int16]) -> Ballots:
    items, item = np.unique(faces, return_inverse=True)
    numbers = item.astype(np.int32), people, labels
    return Ballots(*numbers, items, tuple(range(given.annotators)), tuple(range(len(given.classes))))


# ---- As many votes as it takes


class Third(Plain):
    """A third vote where two differ; three that all differ are for the adjudicator."""

    def heard(self, face: int, said: Said) -> Next:
        labels = {label for _who, label in said}
        if len(said) == 1 or len(said) == 2 == len(labels):
            return "more"
        return "settled" if len(labels) < len(said) else "adjudicate"


def third(given: Task) -> Attempt:
    record = work(given.crowd, given.profile, Third(), seed=given.seed, faces=given.faces.tolist())
    return _attempt(given, "third on disagreement", record, *by_majority(given, record))


class Adaptive:
    """`curation.overlap` over rates that are estimated anew with every so many answers."""

    def __init__(self, given: Task) -> None:
        plan, self.given = given.profile.adaptive, given
        self.every = plan.every
        self.rule = Rule(plan.fewest, plan.sure[given.crowd.field.name], plan.most, plan.full_share)
        self.rates: Rates = competent(given.classes)
        self.values: dict[int, int] = {}
        self.decisions: dict[int, int] = {}
        self.gold: list[int] = []
        self.rows: list[tuple[int, int, int]] = []  # face, annotator, label of all answers, gold among them
        sampled = partial(is_sampled, str(given.seed), given.crowd.field.name, share=plan.full_share)
        self.full = {face for face in given.faces.tolist() if sampled(face)}

    def heard(self, face: int, said: Said) -> Next:
        self._note(face, *said[-1])
        labels = [self.given.classes[label] for _who, label in said]
        found = decide(labels, [who for who, _label in said], self.rates, self.rule, full=face in self.full)
        if found.step == "settled":
            self.values[face] = self.given.classes.index(found.value)
        return NEXT[found.step]

    def decided(self, face: int, label: int) -> None:
        self.decisions[face] = self.values[face] = label
        self.gold.append(face)

    def known(self) -> Sequence[int]:
        return self.gold

    def heard_gold(self, face: int, annotator: int, label: int) -> None:
        self._note(face, annotator, label)

    def _note(self, face: int, annotator: int, label: int) -> None:
        self.rows.append((face, annotator, label))
        if len(self.rows) % self.every == 0:
            self.rates = self._estimate()

    def _estimate(self) -> Rates:
        columns = np.array(self.rows, dtype=np.int32).T
        votes = _ballots(self.given, columns[0], columns[1], columns[2].astype(np.int16))
        options = {"smoothing": IMAGINED, "tolerance": ROUGHLY}
        soft = dawid_skene(votes, gold=self.decisions, most_rounds=ROUNDS, **options).probabilities
        counts = stated(soft, votes.item, votes.annotator, votes.label, len(votes.annotators))
        return shrunk(counts, annotators=votes.annotators, classes=self.given.classes, items=soft.sum(axis=0))


def adaptive(given: Task) -> Attempt:
    rule, profile = Adaptive(given), given.profile
    faces = given.faces.tolist()
    record = work(given.crowd, profile, rule, seed=given.seed, faces=faces, gold_rate=profile.gold_rate)
    values = np.full(len(given.crowd.truth), -1, dtype=np.int16)
    values[faces] = [rule.values[face] for face in faces]
    return _attempt(given, "adaptive", record, values)


GROWING: Mapping[str, Callable[[Task], Attempt]] = {"third": third, "adaptive": adaptive}
STRATEGIES = (*FIXED, *GROWING)
