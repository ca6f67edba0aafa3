"""One way to measure agreement, in a process of its own: `python -m bench._agreement WAY VOTES.npy` prints JSON."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
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
    table = np.full((ANNOTATORS, int(item.max()) + 1), np.nan)
    table[who, item] = said
    return float(krippendorff.alpha(table, level_of_measurement=level))


WAYS: dict[str, Callable[[Columns], float | None]] = {
    **{f"ours {level}": partial(ours, level=level) for level in ("nominal", "ordinal", "interval")},
    **{f"krippendorff {level}": partial(package, level=level) for level in ("nominal", "ordinal", "interval")},
    "ours bootstrap": resampled,
}


def measured(way: Callable[[Columns], float | None], path: str, repeats: int = 5) -> dict[str, Any]:
    """The best processor time of a few runs after a small one; memory is what the runs add to the three columns."""
    way(votes(100))
    item, who, said = np.load(path)
    before, seconds, value = _most(), [], None
    for _ in range(repeats):
        started = time.process_time()
        value = way((item, who, said))
        seconds.append(time.process_time() - started)
    return {"seconds": min(seconds), "mib": _most() - before, "value": value}


def _most() -> float:
    """MiB, of this process alone: the kernel hands a child its parent's `ru_maxrss`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(measured(WAYS[sys.argv[1]], sys.argv[2])))
