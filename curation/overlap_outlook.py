"""What a rule would cost and give: faces drawn by the estimates, and judged by its own steps. Plain values only."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from curation.overlap import Rule, Weighed, is_sure, next_step, weigh
from curation.reviewer_rates import Rates

FACES = 400
SEED = 1979


@dataclass(frozen=True)
class Outlook:
    """`votes` a face, on average, give or take `error` (one standard error); shares of faces: `disputed` go to an
    adjudicator with some field, `wrong` are settled with some field wrong."""

    votes: float
    error: float
    disputed: float
    wrong: float
    faces: int


def outlook(rule: Rule, fields: Mapping[str, Rates], *, faces: int = FACES, seed: int = SEED) -> Outlook:
    """Fields are taken to be independent, and every reviewer to be one of those known, each as likely.

    The same seed gives the same faces, so that two rules are compared on the same ones.
    """
    drawn = [_face(rule, fields, random.Random(f"{seed} {n}"), n < faces * rule.full_share) for n in range(faces)]  # noqa: S311
    counts = [votes for votes, _disputed, _wrong in drawn]
    mean = sum(counts) / faces
    spread = sum((count - mean) ** 2 for count in counts) / faces
    disputed, wrong = (sum(row[place] for row in drawn) / faces for place in (1, 2))
    return Outlook(mean, sqrt(spread / faces), disputed, wrong, faces)


def _face(rule: Rule, fields: Mapping[str, Rates], dice: random.Random, full: bool) -> tuple[int, bool, bool]:
    truth = {name: _draw(rates.marginals, dice) for name, rates in fields.items()}
    labels: dict[str, list[str]] = {name: [] for name in fields}
    people: dict[str, list[object]] = {name: [] for name in fields}
    for votes in range(1, rule.most + 1):
        for name, rates in fields.items():
            person = _person(rates, dice)
            people[name].append(person)
            labels[name].append(rates.classes[_draw(rates.of(person)[truth[name]], dice)])
        if votes < rule.wanted(full=full):
            continue
        said = {name: weigh(labels[name], people[name], rates) for name, rates in fields.items()}
        if next_step(list(said.values()), rule, full=full) != "ask":
            break
    return votes, *_ends(rule, fields, said, truth)


def _ends(
    rule: Rule, fields: Mapping[str, Rates], said: Mapping[str, Weighed], truth: Mapping[str, int]
) -> tuple[bool, bool]:
    sure = {name: is_sure(found, rule) for name, found in said.items()}
    wrong = any(sure[name] and said[name].value != rates.classes[truth[name]] for name, rates in fields.items())
    return not all(sure.values()), wrong


def _person(rates: Rates, dice: random.Random) -> object:
    return dice.choice(list(rates.reviewers)) if rates.reviewers else None


def _draw(chances: Sequence[float], dice: random.Random) -> int:
    return dice.choices(range(len(chances)), chances)[0]
