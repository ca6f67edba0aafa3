"""Does a reviewer judge the faces, at or above the bar? Accuracy on gold, and evidence against it that may be looked at
as often as one likes.

The evidence is an e-value: how many times likelier the answers are under a hypothesis of `spamming`, or of answering
below the bar, than under the best of all reviewers at or above the bar. Of these one in 1 / e is ever seen with a
value above e, however often one looks (Ville 1939; Wasserman, Ramdas and Balakrishnan, Universal inference, 2020; the
mean of several is one again: Vovk and Wang, E-values, 2021). It is exact on gold. With other answers the truth is as
likely as the others' votes make it (Dawid and Skene 1979), an estimate: bench/spammers.py shows what that comes to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from curation.spamming import Floats, Ints, likelihoods

Bools = NDArray[np.bool_]
BAR = 0.82
RISK = 0.01
FEWEST_GOLD = 5  # before the other answers are looked at
BEST = 0.999  # nobody is thought to be right always
STEPS = 24
ROUNDS = 6  # of learning how somebody errs
Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Share:
    """How many of `n` were right, with the 95 % interval of Wilson (1927); all None where there were none."""

    right: int
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Answers:
    """What one reviewer answered to one field, the oldest first. Classes are 0 … K - 1."""

    given: Ints  # [n]
    chances: Floats  # [n, K]: of each class to be the true one, as known without this reviewer; gold is certain
    gold: Bools  # [n]
    claimed: Ints  # [n]: what the claim says; -1 where it says nothing

    @property
    def classes(self) -> int:
        return int(self.chances.shape[1])


@dataclass(frozen=True)
class Evidence:
    value: float  # the e-value
    answers: int  # that it rests on
    gold: int
    by: Mapping[str, float] = field(default_factory=dict)  # hypothesis: its own e-value

    @property
    def leading(self) -> str:
        return max(self.by, key=lambda name: self.by[name], default="")


def wilson(right: int, n: int) -> Share:
    if not n:
        return Share(0, 0)
    share, spread = right / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return Share(right, n, share, max(middle - half, 0.0), min(middle + half, 1.0))


def accuracy(truths: Sequence[str], given: Sequence[str]) -> dict[str, Share]:
    """By true class, in the order of their names; under "" all together."""
    pairs = list(zip(truths, given, strict=True))
    found = {"": wilson(sum(true == said for true, said in pairs), len(pairs))}
    for name in sorted(set(truths)):
        said = [one for true, one in pairs if true == name]
        found[name] = wilson(said.count(name), len(said))
    return found


def weigh(answers: Answers, *, bar: float = BAR, fewest_gold: int = FEWEST_GOLD) -> Evidence:
    """Of gold alone, until there is enough of it that all answers may be looked at."""
    on_gold = answers if answers.gold.all() else _only(answers, answers.gold)
    golds = len(on_gold.given)
    heard = answers if golds >= fewest_gold else on_gold
    if not len(heard.given):
        return Evidence(1.0, 0, 0)
    best = _best_above(heard, bar)
    logs = {name: value - best for name, value in likelihoods(heard.given, heard.claimed, heard.classes).items()}
    logs["below"] = _below(on_gold, bar)
    by = {name: float(np.exp(min(value, 500.0))) for name, value in logs.items()}
    return Evidence(float(np.mean(list(by.values()))), len(heard.given), golds, by)


def _only(answers: Answers, which: Bools) -> Answers:
    return Answers(answers.given[which], answers.chances[which], answers.gold[which], answers.claimed[which])


def _best_above(answers: Answers, bar: float) -> float:
    """Log-likelihood under whoever of those at or above the bar would have said this most likely."""
    right, wrong = _right_and_wrong(answers)
    return max(float(np.log(p * right + (1 - p) * wrong).sum()) for p in np.linspace(bar, BEST, STEPS))


def _right_and_wrong(answers: Answers) -> tuple[Floats, Floats]:
    """[n] each: the chance that the answer is the true class, and the chance to hear it from somebody who errs."""
    right: Floats = answers.chances[np.arange(len(answers.given)), answers.given]
    spread = _confusions(answers)
    wrong: Floats = np.einsum("nt,nt->n", answers.chances, spread[:, answers.given].T)
    return right, wrong


def _confusions(answers: Answers) -> Floats:
    """[true, said]: how somebody who errs does so, as these answers have it; the diagonal is 0. Who takes one class
    for another, and for no other, is not to be taken for one who answers by habit."""
    classes = answers.classes
    apart = 1 - np.eye(classes)
    spread = apart / max(classes - 1, 1)
    said = np.eye(classes)[answers.given]
    for _round in range(ROUNDS):
        blame = answers.chances * spread[:, answers.given].T
        total = blame.sum(axis=1) + answers.chances[np.arange(len(said)), answers.given] * 4  # mostly right
        blame /= np.maximum(total, 1e-12)[:, None]
        seen = blame.T @ said + apart / max(classes - 1, 1)
        spread = seen * apart / np.maximum((seen * apart).sum(axis=1, keepdims=True), 1e-12)
    return spread


def _below(on_gold: Answers, bar: float) -> float:
    """Log of the e-value of being right less often than the bar, however much less, on gold alone."""
    n = len(on_gold.given)
    if not n:
        return 0.0
    right = int((on_gold.chances.argmax(axis=1) == on_gold.given).sum())
    worse = np.linspace(0.05, bar - 0.02, STEPS)
    likely = right * np.log(worse) + (n - right) * np.log(1 - worse)
    best = min(max(right / n, bar), BEST)
    return float(np.logaddexp.reduce(likely) - np.log(STEPS) - right * np.log(best) - (n - right) * np.log(1 - best))
