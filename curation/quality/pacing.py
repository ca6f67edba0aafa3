"""How fast a reviewer answers, and what looks as if nobody looked. Plain columns in, dataclasses out.

A mark is a reason to look at the faces behind it, never a verdict: each has an innocent cause too.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log
from typing import Any

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
    def is_fast(self) -> bool:
        return self.answers >= FEW and (self.fast.value or 0) >= FAST_SHARE

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


def is_fast(votes: Votes) -> Mask:
    limit = np.where(votes.verdict == ATTRIBUTE, FAST_ATTRIBUTES, FAST)
    return np.asarray((votes.mode == SINGLE) & (votes.spent < limit))


def paces(votes: Votes, maps: Maps | None = None) -> list[Pace]:
    """One for each reviewer, in the order of their keys."""
    compared, agreeing = with_others(votes, maps)
    order = np.lexsort((votes.received, votes.reviewer))
    own, compared, agreeing = votes.where(order), compared[order], agreeing[order]
    starts = firsts(own.reviewer)
    parts = [slice(*ends) for ends in pairwise([*starts.tolist(), len(own)])]
    usable = own.asked_usable()
    accepted = usable & (own.verdict == ACCEPT)
    all_accept = Proportion(int(accepted.sum()), int(usable.sum()))
    runs = [_runs(own, part) for part in parts]
    repeats = [share for _longest, share, _n in runs if share is not None]
    usual = float(np.median(repeats)) if repeats else 0.0
    found = []
    for part, (longest, _share, n) in zip(parts, runs, strict=True):
        accepts = Proportion(int(accepted[part].sum()), int(usable[part].sum()))
        before, lately = _halves(compared[part], agreeing[part])
        found.append(
            Pace(
                reviewer=int(own.reviewer[part.start]),
                answers=part.stop - part.start,
                seconds=_quartiles(own.spent[part][own.mode[part] == SINGLE]),
                fast=_fast(own.where(_range(part))),
                run=longest,
                run_limit=run_limit(n, usual),
                accepts=accepts,
                others_accept=Proportion(all_accept.hits - accepts.hits, all_accept.n - accepts.n),
                before=before,
                lately=lately,
                weeks=_weeks(own, part, compared, agreeing),
            )
        )
    return found


def _range(part: "slice[Any, Any, Any]") -> NDArray[np.intp]:
    return np.arange(part.start, part.stop)


def _fast(own: Votes) -> Proportion:
    return Proportion(int(is_fast(own).sum()), int((own.mode == SINGLE).sum()))


def _quartiles(spent: NDArray[np.int32]) -> tuple[float, float, float] | None:
    if not len(spent):
        return None
    low, middle, high = np.percentile(spent, [25, 50, 75]) / 1000
    return float(low), float(middle), float(high)


# ---- One key


def _runs(own: Votes, part: "slice[Any, Any, Any]") -> tuple[int, float | None, int]:
    """The longest run of equal single answers, each question by itself; how often an answer is followed by its like;
    how many follow one."""
    alone = _range(part)[own.mode[part] == SINGLE]
    alone = alone[np.argsort(own.verdict[alone] == ATTRIBUTE, kind="stable")]
    if len(alone) < 2:
        return len(alone), None, 0
    said = _said(own.where(alone))
    begins = firsts(said)
    longest = int(np.diff([*begins, len(said)]).max())
    return longest, 1 - (len(begins) - 1) / (len(said) - 1), len(said) - 1


def _said(own: Votes) -> NDArray[np.int64]:
    """One number for each possible answer; rejects of another reason are other answers."""
    said = own.verdict.astype(np.int64)
    for column, wide in ((own.reason, 1000), (own.race, 100), (own.gender, 100), (own.age, 100)):
        said = said * wide + column + 1
    return said


def run_limit(n: int, repeats: float) -> int:
    """The length that runs among n + 1 answers would pass once in a thousand reviewers, if each answer is followed by
    its like with the chance `repeats`. Faces come in blocks of one person, so that is more than the commonest answer's
    share."""
    if n <= 0 or not 0 < repeats < 1:
        return max(SHORTEST_RUN, n + 1)
    return max(SHORTEST_RUN, ceil(1 + log(RARE / n) / log(repeats)))


# ---- Agreement with others


def with_others(votes: Votes, maps: Maps | None = None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each row: in how many fields others' counted answers to the same can be compared with it, and how far they
    agree, each field weighing 1."""
    compared, agreeing = np.zeros(len(votes), np.int64), np.zeros(len(votes))
    for field in FIELDS:
        labels = votes.labels(field, maps)
        rows = np.flatnonzero(votes.counted(field) & (labels != -1))
        cast = ballot(votes, field, maps)
        if not len(cast):
            continue
        table = cast.table()
        others = table.sum(axis=1)[cast.item] - 1
        same = table[cast.item, cast.label] - 1
        has = others > 0
        compared[rows[has]] += 1
        agreeing[rows[has]] += same[has] / others[has]
    return compared, agreeing


def _halves(compared: NDArray[np.int64], agreeing: NDArray[np.float64]) -> tuple[Proportion, Proportion]:
    """The first three quarters, and the last."""
    cut = len(compared) * 3 // 4
    early, late = (slice(None, cut), slice(cut, None))
    return tuple(Proportion(float(agreeing[p].sum()), int(compared[p].sum())) for p in (early, late))  # type: ignore[return-value]


def _weeks(
    own: Votes, part: "slice[Any, Any, Any]", compared: NDArray[np.int64], agreeing: NDArray[np.float64]
) -> tuple[Weekly, ...]:
    number = (own.received[part] - MONDAY) // WEEK
    weeks, which = np.unique(number, return_inverse=True)
    answers, n = np.bincount(which), np.bincount(which, compared[part])
    same = np.bincount(which, agreeing[part])
    alone, spent = own.mode[part] == SINGLE, own.spent[part]
    first = firsts(which)  # answers come in the order of time
    ends = [*first[1:], len(which)]
    found = []
    for place in range(max(len(weeks) - WEEKS, 0), len(weeks)):
        here = slice(first[place], ends[place])
        times = spent[here][alone[here]]
        seconds = float(np.median(times)) / 1000 if len(times) else None
        week = MONDAY + int(weeks[place]) * WEEK
        found.append(Weekly(week, int(answers[place]), seconds, float(same[place]), int(n[place])))
    return tuple(found)
