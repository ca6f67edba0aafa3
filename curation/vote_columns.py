"""First-hand answers of reviewers as columns of numbers, one row an answer: what every quality page is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERDICTS = ("accept", "reject", "relabel", "cannot_tell", "quarantine", "attributes")
MODES = ("single", "grid")
FIELDS = ("usable", "race", "gender", "age")
ATTRIBUTES = FIELDS[1:]
NOT_ASKED = -1
SINGLE, GRID = range(2)
ACCEPT, REJECT, RELABEL, CANNOT_TELL, QUARANTINE, ATTRIBUTE = range(6)
# A relabel says that the face does not show the claimed person; a quarantine answers nothing.
USABLE_OF_VERDICT = np.array([1, 2, 2, 0, NOT_ASKED, NOT_ASKED], np.int16)
COUNTS = {field: 1 << place for place, field in enumerate(FIELDS)}  # bits of `Votes.counts`

Maps = Mapping[int, Mapping[str, Mapping[str, str | None]]]  # policy → field → class then → class now
Mask = NDArray[np.bool_]
Rows = NDArray[np.bool_] | NDArray[np.intp] | slice  # that are kept
Labels = NDArray[np.int16]


@dataclass(frozen=True)
class Votes:
    """Arrays of one length. Claims, identities, reviewers and policies are primary keys; `verdict` and `mode` are
    places in the tuples above; `reason` is 0 for none, else one more than the place in the list of reasons;
    `spent` is milliseconds from showing to deciding; race, gender and age are class codes of the policy they were
    given under, -1 where not asked. `counts` says for which fields the answer counts as one of the first k.
    """

    claim: NDArray[np.int64]
    identity: NDArray[np.int32]
    reviewer: NDArray[np.int32]
    policy: NDArray[np.int32]
    received: NDArray[np.datetime64]
    spent: NDArray[np.int32]
    mode: NDArray[np.int8]
    verdict: NDArray[np.int8]
    reason: NDArray[np.int16]
    race: Labels
    gender: Labels
    age: Labels
    counts: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.claim)

    def where(self, mask: Rows) -> "Votes":
        return Votes(**{name: column[mask] for name, column in self.columns().items()})

    def columns(self) -> dict[str, NDArray[Any]]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def asked_usable(self) -> Mask:
        return np.asarray(self.verdict != ATTRIBUTE)

    def labels(self, field: str, maps: Maps | None = None) -> Labels:
        """What each row says of a field, as the policy in force reads it where `maps` says how; -1 for nothing."""
        if field == "usable":
            return USABLE_OF_VERDICT[self.verdict]
        given: Labels = getattr(self, field)
        column = given.copy()
        for policy, known in (maps or {}).items():
            for code, now in known.get(field, {}).items():
                column[(self.policy == policy) & (given == int(code))] = NOT_ASKED if now is None else int(now)
        return column

    def counted(self, field: str) -> Mask:
        return np.asarray(self.counts & COUNTS[field] != 0)


@dataclass(frozen=True)
class Ballot:
    """The rows that agreement on one field is measured on, equal claims side by side: `rows` are their places in
    `votes`, `item` numbers the claims from 0, `label` is a place in `classes`, which are the codes that occur or might
    have, in order.
    """

    votes: Votes
    rows: NDArray[np.intp]
    item: NDArray[np.int64]
    label: NDArray[np.int64]
    classes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> NDArray[Any]:
        """Of the votes' columns, these rows."""
        found: NDArray[Any] = getattr(self.votes, name)[self.rows]
        return found

    @property
    def items(self) -> int:
        return int(self.item[-1]) + 1 if len(self) else 0

    @property
    def claims(self) -> NDArray[np.int64]:
        """[items]"""
        found: NDArray[np.int64] = self.votes.claim[self.rows[firsts(self.item)]]
        return found

    def table(self) -> NDArray[np.int64]:
        """Items × classes: how many said so."""
        wide = len(self.classes)
        cells = np.bincount(self.item * wide + self.label, minlength=self.items * wide)
        return cells.reshape(self.items, wide)

    def reviewers(self) -> tuple[list[int], NDArray[np.int64]]:
        """Who voted, in the order of their keys, and each row's place among them."""
        given = self.column("reviewer")
        people = np.flatnonzero(np.bincount(given)) if len(self) else np.empty(0, np.int64)
        return people.tolist(), places(given, people)

    def where(self, mask: Rows) -> "Ballot":
        """Of these rows alone; classes stay, items are numbered anew."""
        return Ballot(self.votes, self.rows[mask], _numbered(self.item[mask]), self.label[mask], self.classes)


def ballot(votes: Votes, field: str, maps: Maps | None = None, classes: Iterable[int] = ()) -> Ballot:
    """`classes` are the codes that could be chosen."""
    labels = votes.labels(field, maps)
    rows = np.flatnonzero(votes.counted(field) & (labels != NOT_ASKED))
    given = labels[rows]
    occur = np.flatnonzero(np.bincount(given)) if len(given) else np.empty(0, np.int64)
    codes = np.union1d(occur, np.array(list(classes), np.int64))
    return Ballot(votes, rows, _numbered(votes.claim[rows]), places(given, codes), tuple(codes.tolist()))


def places(values: NDArray[Any], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each value among `known`, which hold them all and are small numbers from 0."""
    lookup = np.zeros(int(known.max(initial=0)) + 1, np.int64)
    lookup[known] = np.arange(len(known))
    return np.asarray(lookup[values])


def firsts(item: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.concatenate([[True], item[1:] != item[:-1]])) if len(item) else np.empty(0, np.intp)


def _numbered(claim: NDArray[np.int64]) -> NDArray[np.int64]:
    """Equal neighbours get one number, from 0."""
    if not len(claim):
        return np.empty(0, np.int64)
    moved = np.zeros(len(claim), np.int64)
    moved[1:] = claim[1:] != claim[:-1]
    return np.cumsum(moved)


def joined(parts: list[Mapping[str, NDArray[Any]]]) -> Votes:
    """From columns that are named alike; the rows of each part are sorted by claim, as `Ballot` needs them."""
    orders = [np.lexsort((part["reviewer"], part["claim"])) for part in parts]
    columns = {
        field.name: np.concatenate([part[field.name][order] for part, order in zip(parts, orders, strict=True)])
        for field in fields(Votes)
    }
    return Votes(**columns)
