"""Counts that tell nothing of one person: small ones are withheld, and others with them so that none is worked out."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """`counts` may be read; `withheld` are the values whose counts may not, in the order that was asked for.

    Nothing says which of the withheld are small and which only stand beside a small one.
    """

    counts: dict[str, int]
    withheld: list[str]


def withhold(counts: Mapping[str, int], *, least: int = 5) -> Shown:
    """Withholds each count below `least`, then the next smallest until those withheld are two or more and come to
    at least `least`: taken from the total, they tell only their sum. Nor may the sum be the most that so many small
    ones can come to, for then each is known. Where none is small, all are shown.
    """
    by_size = sorted(counts, key=lambda value: counts[value])
    hidden = [value for value in by_size if counts[value] < least]
    rest = by_size[len(hidden) :]
    while hidden and rest and _follows(len(hidden), sum(counts[value] for value in hidden), least):
        hidden.append(rest.pop(0))
    return Shown(
        {value: count for value, count in counts.items() if value not in hidden},
        [value for value in counts if value in hidden],
    )


def _follows(withheld: int, together: int, least: int) -> bool:
    """Whether single counts follow from how many are withheld and what they come to."""
    return withheld < 2 or together < least or together == withheld * (least - 1)
