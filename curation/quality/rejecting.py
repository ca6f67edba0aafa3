"""Who says no, and for what. Plain columns in, counts out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.proportions import SURELY, Proportion, standard_errors_apart
from curation.vote_columns import ACCEPT, CANNOT_TELL, QUARANTINE, REJECT, RELABEL, Votes

Counts = NDArray[np.int64]
FEW = 30  # answers; below, nobody is compared with others


@dataclass(frozen=True)
class Rejecting:
    """Of one reviewer: answers to the first question by verdict, and of the rejects and alarms by reason."""

    reviewer: int
    answers: int
    accepted: int
    rejected: int
    relabelled: int
    cannot_tell: int
    quarantined: int
    reasons: tuple[int, ...]

    @property
    def refusing(self) -> Proportion:
        """A relabel refuses the claim too."""
        return Proportion(self.rejected + self.relabelled, self.answers)


def by_reviewer(votes: Votes, reasons: int) -> list[Rejecting]:
    """`reasons` is how many reasons there are."""
    asked = votes.asked_usable()
    people, who = np.unique(votes.reviewer[asked], return_inverse=True)
    verdicts = _crossed(who, votes.verdict[asked], len(people), QUARANTINE + 1)
    named = _crossed(who, votes.reason[asked], len(people), reasons + 1)[:, 1:]
    return [_row(int(pk), said, given) for pk, said, given in zip(people, verdicts, named, strict=True)]


def _crossed(rows: NDArray[Any], columns: NDArray[Any], high: int, wide: int) -> Counts:
    return np.bincount(rows * wide + columns, minlength=high * wide).reshape(high, wide)


def _row(reviewer: int, said: Counts, given: Counts) -> Rejecting:
    n = said.tolist()
    return Rejecting(
        reviewer=reviewer,
        answers=sum(n),
        accepted=n[ACCEPT],
        rejected=n[REJECT],
        relabelled=n[RELABEL],
        cannot_tell=n[CANNOT_TELL],
        quarantined=n[QUARANTINE],
        reasons=tuple(given.tolist()),
    )


def total(rows: list[Rejecting]) -> Rejecting:
    names = ("answers", "accepted", "rejected", "relabelled", "cannot_tell", "quarantined")
    sums = {name: sum(getattr(row, name) for row in rows) for name in names}
    reasons = tuple(sum(column) for column in zip(*(row.reasons for row in rows), strict=True))
    return Rejecting(reviewer=0, reasons=reasons, **sums)


def apart(hits: int, n: int, all_hits: int, all_n: int) -> float:
    """How surely a share differs from that of all the others: standard errors where that is sure, else 0."""
    if n < FEW or all_n - n < FEW:
        return 0.0
    z = standard_errors_apart(Proportion(hits, n), Proportion(all_hits - hits, all_n - n))
    return z if abs(z) >= SURELY else 0.0
