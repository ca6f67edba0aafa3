"""On which side new identities stand: counts of images and of persons as units for `balance`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from curation.release.naming import PARTS
from curation.release.splits.balance import FREE, Problem, Table, assign
from curation.release.splits.items import SHARES, Cell, Item, classes, rank

Feature = tuple[str, ...]
WHOLE: Feature = ("all",)
WEIGHTS = {1: 1.0, 2: 4.0, 3: 1.0}  # of the whole, of classes, which the tasks are about, and of cells


def assign_sides(
    items: Sequence[Item], certain: Sequence[Item], people: Collection[int], known: Mapping[int, str]
) -> dict[int, str]:
    """The side of every one of `people`: that of `known`, or one that brings images and persons of all cells, classes
    and in total near the shares, with every class on every side if that can be. `certain`: which of the items will
    stand there in any case, and so answer for their class."""
    tallies, safe = _tallies(items), _tallies(certain)
    order = sorted(people, key=lambda one: (-tallies[one].total(), rank("identity", one)))
    if not order or all(one in known for one in order):
        return {one: known[one] for one in order}
    counts, sure = ([_features(known[one]) for one in order] for known in (tallies, safe))
    fixed = [PARTS.index(known[one]) if one in known else FREE for one in order]
    sides = assign(_problem(counts, sure, fixed))
    return {one: PARTS[side] for one, side in zip(order, sides, strict=True)}


def _tallies(items: Iterable[Item]) -> dict[int, Counter[Cell]]:
    tallies: dict[int, Counter[Cell]] = defaultdict(Counter)
    for item in items:
        tallies[item.identity][item.cell] += 1
    return tallies


def _features(tally: Counter[Cell]) -> dict[Feature, int]:
    """Images of one person by total, class and cell; cells that are not settled in all three count for the rest."""
    found: Counter[Feature] = Counter({WHOLE: tally.total()})
    for cell, images in tally.items():
        known = classes(cell)
        for one in known:
            found[one] += images
        if len(known) == len(cell):
            found[cell] += images
    return found


def _problem(
    counts: Sequence[Mapping[Feature, int]], certain: Sequence[Mapping[Feature, int]], fixed: Sequence[int]
) -> Problem:
    features = sorted({feature for one in counts for feature in one})
    images, safe = _table(counts, features), _table(certain, features) > 0
    present = (images > 0).astype(np.float64)
    covers = np.where(safe.sum(0) >= len(PARTS), safe, present > 0)
    enough = present.sum(0) >= len(PARTS)
    needs = [n for n, feature in enumerate(features) if len(feature) == 2 and enough[n]]  # (attribute, label)
    return Problem(
        shares=np.array([SHARES[part] for part in PARTS]),
        counts=np.hstack([_scaled(images, features), _scaled(present, features)]),
        covers=covers[:, needs],
        fixed=np.array(fixed),
    )


def _table(counts: Sequence[Mapping[Feature, int]], features: Sequence[Feature]) -> Table:
    column = {feature: n for n, feature in enumerate(features)}
    table = np.zeros((len(counts), len(features)))
    for row, one in enumerate(counts):
        for feature, images in one.items():
            table[row, column[feature]] = images
    return table


def _scaled(table: Table, features: Sequence[Feature]) -> Table:
    """So that the squares of what is off, summed over a level, are comparable from level to level and from images to
    persons: those of chi-squared, by the root of what is expected. Then the levels are weighed."""
    totals = table.sum(0)
    whole = max(totals[features.index(WHOLE)], 1.0)
    weights = np.array([WEIGHTS[len(feature)] for feature in features])
    return np.asarray(table * np.sqrt(weights / (np.maximum(totals, 1.0) * whole)))
