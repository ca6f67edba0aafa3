"""What several answers to one question come to. Plain values in, dataclasses out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Outcome:
    """`value` is empty unless settled; `support` of `votes` counted answers say the most frequent one.

    Of answers that were weighed (`curation.adaptive`): how likely the likeliest is, and `soft` of every class.
    """

    state: Literal["open", "settled", "disputed"]
    value: str
    support: int
    votes: int
    probability: float | None = None
    soft: Mapping[str, float] | None = None


def majority(labels: Sequence[str], *, wanted: int, quorum: int = 2) -> Outcome:
    """The label of a strict majority, once `wanted` answers are in and at least `quorum` of them agree.

    With `wanted` below the quorum, all must agree. A tie, or a majority that misses the quorum, is a dispute.
    """
    votes = len(labels)
    value, support = Counter(labels).most_common(1)[0] if labels else ("", 0)
    if votes < wanted or not labels:
        return Outcome("open", "", support, votes)
    if support * 2 > votes and support >= min(quorum, wanted):
        return Outcome("settled", value, support, votes)
    return Outcome("disputed", "", support, votes)
