"""Counts that tell nothing of one person: small ones are withheld, and others with them so that none is worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """`counts` may be read; `withheld` are the values whose counts may not, in the order that was asked for.

    Nothing says which of the withheld are small and which only stand beside a small one.
    """

    counts: dict[str, int]
    withheld: list[str]


def withhold(counts: Mapping[str, int], *, least: int = 5) -> Shown:
    """Withholds each count below `least`, and as many others that no small one follows from those shown, the total
    and these rules. Where none is small, all are shown.
    """
    by_size = sorted(counts, key=lambda value: counts[value])
    small = sum(1 for value in by_size if counts[value] < least)
    hidden = by_size[: _enough([counts[value] for value in by_size], small, least)]
    return Shown(
        {value: count for value, count in counts.items() if value not in hidden},
        [value for value in counts if value in hidden],
    )


def _enough(sizes: Sequence[int], small: int, least: int) -> int:
    """How many of the smallest to withhold: the small ones, the next as well, or all.

    The test tries all sets of counts: for each withheld small one there is another number that would look the same.
    """
    together = sum(sizes[:small])
    if not small or (small > 1 and least <= together < small * (least - 1)):
        return small  # the small ones may share what they come to in several ways
    if together < least and len(sizes) > small + 1:
        beside, shown = sizes[small], sizes[small + 1]
        one_less = together >= 1 and beside + 1 < shown
        one_more = together + 1 < least <= beside - 1 and beside < shown
        if one_less or one_more:  # as well may the small ones come to that, and the one beside them to the rest
            return small + 1
    return len(sizes)
