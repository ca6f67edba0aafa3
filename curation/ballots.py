"""Votes as arrays of small numbers: what the models of consensus read. Plain values in, dataclasses out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.columns import Column, coded, reordered

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
    items: Column
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
    item, item_names = coded(items)
    annotator, annotator_names = coded(annotators)
    label, known = coded(labels)
    if classes is not None:
        label, known = reordered(label, known, classes)
    if len(known) > MOST_CLASSES:
        raise ValueError(f"more than {MOST_CLASSES:,} classes")
    return Ballots(
        item.astype(np.int32),
        annotator.astype(np.int32),
        label.astype(np.int16),
        item_names,
        annotator_names,
        known,
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
    for number, name in enumerate(votes.items):
        if name in gold:
            known[number] = place[gold[name]]
    return known
