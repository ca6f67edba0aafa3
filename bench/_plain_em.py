"""Dawid and Skene as one writes it in plain Python, with the start and the stopping rule of curation/dawid_skene.py."""

from collections import defaultdict
from collections.abc import Sequence
from math import log

Belief = dict[int, list[float]]


def plain_dawid_skene(
    items: Sequence[int], annotators: Sequence[int], labels: Sequence[int], classes: int, tolerance: float, most: int
) -> tuple[Belief, int]:
    """By item the probability of each class, and the rounds it took."""
    votes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item, who, said in zip(items, annotators, labels, strict=True):
        votes[item].append((who, said))
    belief = {
        item: [sum(said == k for _, said in cast) / len(cast) for k in range(classes)] for item, cast in votes.items()
    }
    people, before = max(annotators) + 1, 0.0
    for rounds in range(1, most + 1):
        rates, marginals = _learn(votes, belief, people, classes)
        likelihood, moved = _judge(votes, belief, rates, marginals, classes)
        still = rounds > 1 and abs(likelihood - before) <= tolerance * max(abs(before), 1)
        if still and moved <= tolerance:
            break
        before = likelihood
    return belief, rounds


def _learn(
    votes: dict[int, list[tuple[int, int]]], belief: Belief, people: int, classes: int
) -> tuple[list[list[list[float]]], list[float]]:
    """Rates by annotator, stated and true class, and the share of each class."""
    table = [[[0.0] * classes for _ in range(classes)] for _ in range(people)]
    marginals = [0.0] * classes
    for item, cast in votes.items():
        shares = belief[item]
        for k in range(classes):
            marginals[k] += shares[k]
        for who, said in cast:
            row = table[who][said]
            for k in range(classes):
                row[k] += shares[k]
    for rows in table:
        for k in range(classes):
            total = sum(row[k] for row in rows)
            for said, row in enumerate(rows):
                row[k] = row[k] / total if total else float(said == k)
    return table, [share / len(votes) for share in marginals]


def _judge(
    votes: dict[int, list[tuple[int, int]]],
    belief: Belief,
    rates: list[list[list[float]]],
    marginals: list[float],
    classes: int,
) -> tuple[float, float]:
    """Writes the new belief; the log-likelihood, and the greatest change of a probability."""
    likelihood = moved = 0.0
    for item, cast in votes.items():
        joint = list(marginals)
        for who, said in cast:
            row = rates[who][said]
            for k in range(classes):
                joint[k] *= row[k]
        total = sum(joint)
        likelihood += log(total)
        shares = belief[item]
        for k in range(classes):
            share = joint[k] / total
            moved = max(moved, abs(share - shares[k]))
            shares[k] = share
    return likelihood, moved
