"""How reliable each reviewer is, and what that makes of a few answers. Plain values in, dataclasses out.

Error rates are those of Dawid & Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
algorithm, Applied Statistics 28(1): for each true class how often a reviewer states each class. A few answers tell
little of them, so they are drawn towards what all reviewers do together, and that towards a competent reviewer.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMPETENT = 0.9  # share of right answers of a reviewer of whom nothing is known
STEADY = (6, 30)  # answers a class that the pooled rates are worth to one reviewer, and a competent reviewer to these

Table = tuple[tuple[float, ...], ...]  # [true][stated]; each row adds up to 1


@dataclass(frozen=True)
class Rates:
    """Of one field. `pooled` is the table of a reviewer of whom nothing is known; `marginals` add up to 1."""

    classes: tuple[str, ...]
    marginals: tuple[float, ...]
    pooled: Table
    reviewers: Mapping[Any, Table] = field(default_factory=dict)
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """ValueError where a table does not fit the classes."""
        n = len(self.classes)
        for table in (self.pooled, *self.reviewers.values()):
            if len(table) != n or any(len(row) != n for row in table):
                raise ValueError(f"a table of error rates must have {n} rows of {n}")
        if n < 2 or len(set(self.classes)) != n or len(self.marginals) != n:
            raise ValueError("error rates want two classes or more, each once, and a marginal for each")
        object.__setattr__(self, "index", {label: place for place, label in enumerate(self.classes)})

    def of(self, reviewer: Hashable) -> Table:
        return self.reviewers.get(reviewer, self.pooled)


def competent(classes: Sequence[str], *, right: float = COMPETENT) -> Rates:
    """What is believed before anything was estimated: each class as likely, each mistake as likely."""
    n = len(classes)
    off = (1 - right) / max(n - 1, 1)
    table = tuple(tuple(right if true == stated else off for stated in range(n)) for true in range(n))
    return Rates(tuple(classes), (1 / n,) * n, table)


# ---- From the answers


def stated(
    probabilities: NDArray[np.float64],
    item: NDArray[Any],
    annotator: NDArray[Any],
    label: NDArray[Any],
    annotators: int,
) -> NDArray[np.float64]:
    """Expected counts [annotators, true, stated], from what is believed of each item [items, classes].

    `item`, `annotator` and `label` are columns of one length, one row an answer, counted from 0.
    """
    n = probabilities.shape[1]
    counts = np.empty((annotators, n, n))
    cell = annotator.astype(np.int64) * n + label
    for true in range(n):
        weights = probabilities[item, true]
        counts[:, true, :] = np.bincount(cell, weights, minlength=annotators * n).reshape(annotators, n)
    return counts


def shrunk(
    counts: NDArray[np.float64],
    *,
    annotators: Sequence[Hashable],
    classes: Sequence[str],
    items: NDArray[np.float64],
    steady: tuple[float, float] = STEADY,
) -> Rates:
    """Rates from expected counts [annotators, true, stated]; `items` are the expected items of each class.

    The pooled rates begin as those of a competent reviewer, with the weight of `steady[1]` answers a class, each
    reviewer's as the pooled ones, with the weight of `steady[0]`. A class is believed to have been seen once more.
    """
    own, pool = steady
    pooled = _rows(counts.sum(axis=0) + pool * np.array(competent(classes).pooled))
    tables = [_rows(table + own * pooled) for table in counts]
    marginals = (items + 1) / (items.sum() + len(classes))
    return Rates(
        classes=tuple(classes),
        marginals=tuple(marginals.tolist()),
        pooled=_table(pooled),
        reviewers={who: _table(table) for who, table in zip(annotators, tables, strict=True)},
    )


def _rows(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _table(rates: NDArray[np.float64]) -> Table:
    return tuple(map(tuple, rates.tolist()))


# ---- What they say of answers


def posterior(
    labels: Sequence[str],
    reviewers: Sequence[Hashable],
    rates: Rates,
    marginals: Sequence[float] | None = None,
) -> dict[str, float]:
    """How likely each class is after these answers, which are taken to be independent of one another.

    By Bayes' rule: the class's marginal times, for each answer, the rate at which its reviewer states that label of
    the class. KeyError for a label that is none of the classes (`widened`).
    """
    chances = list(rates.marginals if marginals is None else marginals)
    for label, reviewer in zip(labels, reviewers, strict=True):
        place = rates.index[label]
        chances = [chance * row[place] for chance, row in zip(chances, rates.of(reviewer), strict=True)]
    total = sum(chances)
    return {name: chance / total for name, chance in zip(rates.classes, chances, strict=True)}


def widened(rates: Rates, labels: Sequence[str]) -> Rates:
    """With classes that were not there when the rates were estimated: of these nothing is known."""
    new = [label for label in dict.fromkeys(labels) if label not in rates.index]
    if not new:
        return rates
    unknown = competent([*rates.classes, *new])
    keep = 1 - len(new) / len(unknown.classes)
    return Rates(
        classes=unknown.classes,
        marginals=(*(keep * share for share in rates.marginals), *unknown.marginals[len(rates.classes) :]),
        pooled=_widen(rates.pooled, unknown.pooled),
        reviewers={who: _widen(table, unknown.pooled) for who, table in rates.reviewers.items()},
    )


def _widen(table: Table, unknown: Table) -> Table:
    n = len(table)
    known = [_beside(row, wide[n:]) for row, wide in zip(table, unknown, strict=False)]
    return (*known, *unknown[n:])


def _beside(row: Sequence[float], new: Sequence[float]) -> tuple[float, ...]:
    keep = 1 - sum(new)
    return (*(keep * rate for rate in row), *new)


def recoded(rates: Rates, step: Mapping[str, str | None]) -> Rates:
    """As a later policy names the classes: `step` is {class then: class now, None where it is asked anew}.

    Classes that became one are one, weighed by how common each was; those asked anew are gone. Where fewer than two
    are left, the rates say nothing and stay as they are.
    """
    now = [step.get(label, label) for label in rates.classes]
    left = list(dict.fromkeys(label for label in now if label is not None))
    if len(left) < 2 or left == list(rates.classes):
        return rates
    to = np.array([[label == name for name in left] for label in now], dtype=float)  # [then, now]
    weights = np.array(rates.marginals)[:, None] * to
    share = weights.sum(axis=0)
    said = {who: _recode(np.array(table), to, weights) for who, table in rates.reviewers.items()}
    pooled = _recode(np.array(rates.pooled), to, weights)
    return Rates(tuple(left), tuple((share / share.sum()).tolist()), pooled, said)


def _recode(table: NDArray[np.float64], to: NDArray[np.float64], weights: NDArray[np.float64]) -> Table:
    return _table(_rows(weights.T @ table @ to))
