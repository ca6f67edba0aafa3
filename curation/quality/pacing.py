"""How fast a reviewer answers, and what looks as if nobody looked. Plain columns in, dataclasses out.

A mark is a reason to look at the faces behind it, never a verdict: each has an innocent cause too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from curation.proportions import SURELY, Proportion, standard_errors_apart
from curation.vote_columns import ACCEPT, ATTRIBUTE, FIELDS, SINGLE, Maps, Mask, Votes, ballot, firsts

FAST = 300  # milliseconds for an answer of one key; below, nobody has seen the picture
FAST_ATTRIBUTES = 900  # for three keys
FAST_SHARE = 0.05  # of all answers, from which on it is a pattern
FEW = 50  # answers; nobody is marked on fewer
SHORTEST_RUN = 30
RARE = 0.001  # runs so long that they are expected so often
AGREEING = 0.97  # accepted, at the least
POINTS = 0.05  # by which a share must differ, besides differing surely
WEEK = np.timedelta64(7, "D")
MONDAY = np.datetime64("1999-12-27", "D")
WEEKS = 26  # drawn


@dataclass(frozen=True)
class Weekly:
    """Of one reviewer in one week; `agreeing` of `compared` is how often another's answer was the same."""

    week: np.datetime64
    answers: int
    seconds: float | None
    agreeing: float
    compared: int


@dataclass(frozen=True)
class Pace:
    """Of one reviewer. Seconds are of answers to single faces; a grid's are shared by many faces. `run` is the longest
    row of equal single answers, `run_limit` the length that chance alone would hardly reach.
    """

    reviewer: int
    answers: int
    seconds: tuple[float, float, float] | None  # quartiles
    fast: Proportion
    run: int
    run_limit: int
    accepts: Proportion
    others_accept: Proportion
    before: Proportion  # agreement with others in the first three quarters of the answers
    lately: Proportion  # and in the last quarter
    weeks: tuple[Weekly, ...]

    @property
    def is_few(self) -> bool:
        """Too few answers for any share to say something."""
        return self.answers < FEW

    @property
    def is_fast(self) -> bool:
        return not self.is_few and (self.fast.value or 0) >= FAST_SHARE

    @property
    def is_one_key(self) -> bool:
        return self.run > self.run_limit

    @property
    def always_agrees(self) -> bool:
        """With the claim: accepts nearly everything, and surely more than the others do."""
        mine, theirs = self.accepts.value or 0, self.others_accept.value or 0
        sure = standard_errors_apart(self.accepts, self.others_accept) >= SURELY
        return self.accepts.n >= FEW and mine >= AGREEING and mine - theirs >= POINTS and sure

    @property
    def drifts(self) -> bool:
        fall = (self.before.value or 0) - (self.lately.value or 0)
        sure = standard_errors_apart(self.before, self.lately) >= SURELY
        return min(self.before.n, self.lately.n) >= FEW and fall >= POINTS and sure

    @property
    def marks(self) -> tuple[str, ...]:
        found = {"fast": self.is_fast, "one_key": self.is_one_key, "agrees": self.always_agrees, "drift": self.drifts}
        return tuple(name for name, holds in found.items() if holds)


@dataclass(frozen=True)
class Run:
    """The longest run of equal single answers to one question; how often the reviewer's commonest answer is followed by
    its like; how many answers follow one."""

    length: int
    repeats: float | None
    n: int


def is_fast(votes: Votes) -> Mask:
    limit = np.where(votes.verdict == ATTRIBUTE, FAST_ATTRIBUTES, FAST)
    return np.asarray((votes.mode == SINGLE) & (votes.spent < limit))


def paces(votes: Votes, maps: Maps | None = None) -> list[Pace]:
    """One for each reviewer, in the order of their keys."""
    compared, agreeing = with_others(votes, maps)
    order = np.lexsort((votes.received, votes.reviewer))
    own, compared, agreeing = votes.where(order), compared[order], agreeing[order]
    usable, alone = own.asked_usable(), own.mode == SINGLE
    accepted, fast = usable & (own.verdict == ACCEPT), is_fast(own)
    everyone = Proportion(int(accepted.sum()), int(usable.sum()))
    parts = [slice(*ends) for ends in pairwise([*firsts(own.reviewer).tolist(), len(own)])]
    said = _said(own)
    by_question = [
        _judged([_longest(said[part][(alone & asked)[part]]) for part in parts]) for asked in (usable, ~usable)
    ]
    found = []
    for part, *runs in zip(parts, *by_question, strict=True):
        length, limit = max(runs, key=lambda run: run[0] / run[1])
        accepts = Proportion(int(accepted[part].sum()), int(usable[part].sum()))
        before, lately = _parts_of(compared[part], agreeing[part])
        found.append(
            Pace(
                reviewer=int(own.reviewer[part.start]),
                answers=part.stop - part.start,
                seconds=_quartiles(own.spent[part][alone[part]]),
                fast=Proportion(int(fast[part].sum()), int(alone[part].sum())),
                run=length,
                run_limit=limit,
                accepts=accepts,
                others_accept=Proportion(everyone.hits - accepts.hits, everyone.n - accepts.n),
                before=before,
                lately=lately,
                weeks=_weeks(own.received[part], own.spent[part], alone[part], compared[part], agreeing[part]),
            )
        )
    return found


def _quartiles(spent: NDArray[np.int32]) -> tuple[float, float, float] | None:
    if not len(spent):
        return None
    low, middle, high = np.percentile(spent, [25, 50, 75]) / 1000
    return float(low), float(middle), float(high)


# ---- One key


def _longest(said: NDArray[np.int64]) -> Run:
    """Of answers to one question, in the order of time."""
    if len(said) < 2:
        return Run(len(said), None, 0)
    values, counts = np.unique(said, return_counts=True)
    usual = said == values[counts.argmax()]
    followed = int(usual[:-1].sum())
    repeats = float((usual[:-1] & usual[1:]).sum() / followed) if followed else None
    return Run(int(np.diff(firsts(said), append=len(said)).max()), repeats, len(said) - 1)


def _judged(runs: Sequence[Run]) -> list[tuple[int, int]]:
    """Of each reviewer's run of one question, beside the limit: by the middle reviewer, whom nobody alone can move."""
    known = [run.repeats for run in runs if run.repeats is not None]
    usual = float(np.median(known)) if known else 0.0
    return [(run.length, run_limit(run.n, usual)) for run in runs]


def _said(own: Votes) -> NDArray[np.int64]:
    """One number for each possible answer; rejects of another reason are other answers."""
    said = own.verdict.astype(np.int64)
    for column, wide in ((own.reason, 1000), (own.race, 100), (own.gender, 100), (own.age, 100)):
        said = said * wide + column + 1
    return np.asarray(said)


def run_limit(n: int, repeats: float) -> int:
    """The length that runs among n + 1 answers would pass once in a thousand reviewers, if an answer is followed by its
    like with the chance `repeats`. Faces come in blocks of one person, so that is more than the answer's share."""
    if n <= 0 or not 0 < repeats < 1:
        return max(SHORTEST_RUN, n + 1)
    return max(SHORTEST_RUN, ceil(1 + log(RARE / n) / log(repeats)))


# ---- Agreement with others


def with_others(votes: Votes, maps: Maps | None = None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each row: in how many fields others' counted answers to the same can be compared with it, and how far they
    agree, each field weighing 1."""
    compared, agreeing = np.zeros(len(votes), np.int64), np.zeros(len(votes))
    for field in FIELDS:
        cast = ballot(votes, field, maps)
        table = cast.table()
        others = table.sum(axis=1)[cast.item] - 1
        has = others > 0
        compared[cast.rows[has]] += 1
        agreeing[cast.rows[has]] += (table[cast.item, cast.label][has] - 1) / others[has]
    return compared, agreeing


def _parts_of(compared: NDArray[np.int64], agreeing: NDArray[np.float64]) -> tuple[Proportion, Proportion]:
    """The first three quarters, and the last."""
    cut = len(compared) * 3 // 4
    before = Proportion(float(agreeing[:cut].sum()), int(compared[:cut].sum()))
    return before, Proportion(float(agreeing[cut:].sum()), int(compared[cut:].sum()))


def _weeks(
    received: NDArray[np.datetime64],
    spent: NDArray[np.int32],
    alone: Mask,
    compared: NDArray[np.int64],
    agreeing: NDArray[np.float64],
) -> tuple[Weekly, ...]:
    """Of answers in the order of time; `alone` marks those to single faces."""
    number = (received - MONDAY) // WEEK
    starts = firsts(number)[-WEEKS:].tolist()
    found = []
    for start, end in pairwise([*starts, len(number)]):
        here = slice(start, end)
        times = spent[here][alone[here]]
        seconds = float(np.median(times)) / 1000 if len(times) else None
        same, n = float(agreeing[here].sum()), int(compared[here].sum())
        found.append(Weekly(MONDAY + int(number[start]) * WEEK, end - start, seconds, same, n))
    return tuple(found)
