"""Votes as arrays of small numbers: what the models of consensus read. Plain values in, dataclasses out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = Sequence[Any] | NDArray[Any]
Shares = NDArray[np.float64]

NO_GOLD = -1
MOST_CLASSES = np.iinfo(np.int16).max

# The first question as one of two classes: "the claimed person, and usable?". A relabel says that it is somebody
# else. "Cannot tell" and a quarantine are not here: they judge neither way, so they are no vote.
USABLE: Mapping[str, str] = {"accept": "yes", "reject": "no", "relabel": "no"}


@dataclass(frozen=True)
class Ballots:
    """One row a judgement, three columns of one length; numbers point into `items`, `annotators`, `labels`.

    Repeated rows of one annotator on one item are separate judgements. `labels` are all the classes, also those
    that nobody chose.
    """

    item: NDArray[np.int32]
    annotator: NDArray[np.int32]
    label: NDArray[np.int16]
    items: NDArray[Any]
    annotators: tuple[Any, ...]
    labels: tuple[Any, ...]

    def counts(self) -> NDArray[np.int64]:
        """[items, classes]: how often each item was given each label."""
        classes = len(self.labels)
        cell = self.item.astype(np.int64) * classes + self.label
        return np.bincount(cell, minlength=len(self.items) * classes).reshape(-1, classes)

    def votes(self) -> NDArray[np.int64]:
        """[items]: how many judgements each has."""
        return np.bincount(self.item, minlength=len(self.items))


def ballots(items: Column, annotators: Column, labels: Column, *, classes: Sequence[Any] | None = None) -> Ballots:
    """Of three columns of one length in any order of rows; names come out sorted, `classes` in the order given.

    ValueError for columns of different lengths, classes named twice and a label outside of `classes`.
    """
    if not len(items) == len(annotators) == len(labels):
        raise ValueError("items, annotators and labels must be of one length")
    item_names, item = _codes(items)
    annotator_names, annotator = _codes(annotators)
    label_names, label = _codes(labels)
    known = label_names.tolist() if classes is None else list(classes)
    place = _places(label_names.tolist(), known)
    return Ballots(
        item, annotator, place[label].astype(np.int16), item_names, tuple(annotator_names.tolist()), tuple(known)
    )


def gold_codes(votes: Ballots, gold: Mapping[Any, Any] | None) -> NDArray[np.int16]:
    """[items]: the class of each item whose answer is known, NO_GOLD of the others; ValueError for an unknown class.

    Gold of an item without a vote is left out: it says nothing about anybody, and gold is no sample of the classes.
    """
    known = np.full(len(votes.items), NO_GOLD, dtype=np.int16)
    if not gold:
        return known
    place = {name: number for number, name in enumerate(votes.labels)}
    for label in gold.values():
        if label not in place:
            raise ValueError(f"the gold label {label!r} is not one of the classes")
    for number, name in enumerate(votes.items.tolist()):
        if name in gold:
            known[number] = place[gold[name]]
    return known


def _places(given: Iterable[Any], known: Sequence[Any]) -> NDArray[np.int64]:
    place = {name: number for number, name in enumerate(known)}
    if len(place) != len(known):
        raise ValueError("a class is named twice")
    if len(place) > MOST_CLASSES:
        raise ValueError(f"more than {MOST_CLASSES:,} classes")
    unknown = [name for name in given if name not in place]
    if unknown:
        raise ValueError(f"the label {unknown[0]!r} is not one of the classes")
    return np.array([place[name] for name in given], dtype=np.int64)


def _codes(column: Column) -> tuple[NDArray[Any], NDArray[np.int32]]:
    values, codes = np.unique(np.asarray(column), return_inverse=True)
    return values, codes.astype(np.int32)
