"""How many answers a question needs: a fixed number, or as many as it takes to be sure enough. Plain values only.

Under a rule a question gets `fewest` answers first. Then either what they say is sure enough, or one more is asked,
until `most` are in: what is doubtful even then goes to an adjudicator.
"""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from curation.reviewer_rates import Rates, posterior, widened

MOST_VOTES = 9  # to one question: a constraint of the database
DIGITS = 6  # of a probability
BUCKETS = 1 << 28
# What `is_sampled` says, in SQL: of expressions for the key, the question, the claim's id and the share.
IS_SAMPLED = f"""
({{share}} > 0
 AND ('x' || left(md5({{key}} || ':' || {{question}} || ':' || {{claim}}), 7))::bit(28)::int < {{share}} * {BUCKETS})
"""

Step = Literal["settled", "ask", "dispute"]


@dataclass(frozen=True)
class Rule:
    """`sure` is the probability from which on an answer stands. A share of all faces, `full_share`, always gets
    `most` answers: so agreement can be measured on faces that were not chosen for being doubtful."""

    fewest: int
    sure: float
    most: int
    full_share: float = 0.0

    def __post_init__(self) -> None:
        """ValueError for a rule that cannot be followed."""
        if not 1 <= self.fewest <= self.most <= MOST_VOTES:
            raise ValueError(f"fewest and most votes must be 1 to {MOST_VOTES}, fewest first")
        if not 0.5 < self.sure < 1:
            raise ValueError("sure enough lies between 0.5 and 1")
        if not 0 <= self.full_share <= 1:
            raise ValueError("a share lies between 0 and 1")

    def wanted(self, *, full: bool) -> int:
        """Answers before anything is concluded."""
        return self.most if full else self.fewest


def is_sampled(key: str, question: str, claim: int, share: float) -> bool:
    """Whether a claim is one of the share that gets all votes: the same whenever it is asked, and nobody who does
    not know the key can tell. A larger share holds the smaller one."""
    if not share:
        return False
    digest = hashlib.md5(f"{key}:{question}:{claim}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:7], 16) < share * BUCKETS


def counted_places(question: str, *, claim: str, policy: str) -> str:
    """SQL: how many of a claim's first answers were not asked for because of a doubt, by the row of a policy."""
    sampled = IS_SAMPLED.format(
        key=f"{policy}.sample_key", question=f"'{question}'", claim=claim, share=f"{policy}.full_share_{question}"
    )
    return f"CASE WHEN {sampled} THEN {policy}.most_{question} ELSE {policy}.votes_{question} END"


# ---- One field


@dataclass(frozen=True)
class Weighed:
    """What answers to one field come to: the likeliest of the labels that somebody stated, and how likely it is.

    `soft` holds the probability of every class. Without any answer `value` is empty.
    """

    value: str
    probability: float
    soft: Mapping[str, float]
    votes: int


def weigh(labels: Sequence[str], reviewers: Sequence[Hashable], rates: Rates) -> Weighed:
    """Nothing is settled as what nobody stated, however likely the rates make it. A tie is no value."""
    soft = posterior(labels, reviewers, widened(rates, labels))
    rounded = {name: round(chance, DIGITS) for name, chance in soft.items()}
    leading = sorted({label: rounded[label] for label in labels}.items(), key=lambda said: -said[1])
    if not leading:
        return Weighed("", 0.0, rounded, 0)
    (value, probability), *others = leading
    tied = any(chance == probability for _label, chance in others)
    return Weighed("" if tied else value, probability, rounded, len(labels))


def is_sure(said: Weighed, rule: Rule) -> bool:
    return bool(said.value) and said.probability >= rule.sure


def gain(soft: Mapping[str, float], rates: Rates) -> float:
    """What one more answer of some reviewer is expected to tell, in bits: how far it lowers the entropy of `soft`.

    The mutual information of the class and the label stated of it (Lindley 1956, On a measure of the information
    provided by an experiment, Annals of Mathematical Statistics 27(4)).
    """
    known = widened(rates, list(soft))
    chances = [soft.get(name, 0.0) for name in known.classes]
    told = 0.0
    for place in range(len(chances)):
        after = [chance * row[place] for chance, row in zip(chances, known.pooled, strict=True)]
        said = sum(after)
        told += said * (_entropy(chances) - _entropy([chance / said for chance in after])) if said else 0.0
    return max(told, 0.0)


def _entropy(chances: Sequence[float]) -> float:
    return -sum(chance * log2(chance) for chance in chances if chance > 0)


# ---- A question of one field or several


def next_step(said: Sequence[Weighed], rule: Rule, *, full: bool = False, may_ask: bool = True) -> Step:
    """What follows once all that was asked is answered. A question is sure enough when each of its fields is.

    `full` is whether the claim is one of the share that gets all votes; `may_ask` whether there is room for one more.
    """
    votes = min((field.votes for field in said), default=0)
    if votes < rule.wanted(full=full):
        return "ask" if may_ask else "dispute"
    if all(is_sure(field, rule) for field in said):
        return "settled"
    return "ask" if votes < rule.most and may_ask else "dispute"


@dataclass(frozen=True)
class Decision:
    """`value` is empty unless settled."""

    step: Step
    value: str
    probability: float
    soft: Mapping[str, float]


def decide(
    labels: Sequence[str], reviewers: Sequence[Hashable], rates: Rates, rule: Rule, *, full: bool = False
) -> Decision:
    """Of a question of one field."""
    said = weigh(labels, reviewers, rates)
    step = next_step([said], rule, full=full)
    return Decision(step, said.value if step == "settled" else "", said.probability, said.soft)
