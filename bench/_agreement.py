"""One way to measure agreement, in a process of its own: `python -m bench._agreement WAY ITEMS`, one JSON object."""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import krippendorff
import numpy as np
from numpy.typing import NDArray

from curation.agreement import Level, agreement, tabulated
from curation.bootstrap import bootstrap
from curation.coefficients import gwet_ac1

ANNOTATORS, VOTES, CLASSES, RIGHT = 8, 3, 7, 0.85
Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def votes(items: int) -> Columns:
    """Three of eight annotators on each item; each is right in 85 of 100 cases, and else says anything."""
    random = np.random.default_rng(0)
    who = np.argsort(random.random((items, ANNOTATORS)), axis=1)[:, :VOTES].ravel()
    truth = np.repeat(random.integers(0, CLASSES, items), VOTES)
    said = np.where(random.random(len(truth)) < RIGHT, truth, random.integers(0, CLASSES, len(truth)))
    return np.repeat(np.arange(items), VOTES), who, said


def ours(columns: Columns, level: Level) -> float | None:
    """Five coefficients, each class and each pair, all with intervals."""
    return agreement(*columns, level=level).krippendorff_alpha.value


def resampled(columns: Columns) -> float | None:
    return bootstrap(tabulated(*columns).patterns, gwet_ac1).value


def package(columns: Columns, level: Level) -> float:
    """α alone, without an interval."""
    item, who, said = columns
    table = np.full((ANNOTATORS, int(item[-1]) + 1), np.nan)
    table[who, item] = said
    return float(krippendorff.alpha(table, level_of_measurement=level))


WAYS: dict[str, Callable[[Columns], float | None]] = {
    **{f"ours {level}": partial(ours, level=level) for level in ("nominal", "ordinal", "interval")},
    **{f"krippendorff {level}": partial(package, level=level) for level in ("nominal", "ordinal", "interval")},
    "ours bootstrap": resampled,
}


def measured(way: Callable[[Columns], float | None], items: int, repeats: int = 3) -> dict[str, Any]:
    """The best of a few runs after a small one; memory is what the runs add to the three columns."""
    columns = votes(items)
    way(votes(100))
    before, seconds, alpha = _most(), [], None
    for _ in range(repeats):
        started = time.perf_counter()
        alpha = way(columns)
        seconds.append(time.perf_counter() - started)
    return {"seconds": min(seconds), "mib": _most() - before, "value": alpha}


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(measured(WAYS[sys.argv[1]], int(sys.argv[2]))))
