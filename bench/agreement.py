"""Agreement figures beside the krippendorff package, and the command on a large CSV: one JSON object a line.

Ours are percent agreement, Fleiss' κ, Krippendorff's α, Gwet's AC1 and Scott's π, specific agreement and κ of each
class, and percent agreement and κ of each pair of annotators, every one with its interval. The package gives α alone.
Each way runs in a process of its own, from three columns in memory, in the order of items and in no order: `seconds` of
the processor, and `mib` that it adds to the columns. `ratio` is the package's time by ours. The differences are to
krippendorff, statsmodels and irrCAC on random tables with gaps.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench import _peers
from bench._agreement import ANNOTATORS, CLASSES, VOTES, votes

ROOT = Path(__file__).resolve().parent.parent
LEVELS = ("nominal", "ordinal", "interval")
MOST_MIB = 2000
STEP = 300_000  # rows written at once

Line = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=132_816, help="items of three votes")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the CSV; 0 leaves it out")
    parser.add_argument("--tables", type=int, default=500, help="random tables to compare on; 0 leaves them out")
    options = parser.parse_args()
    for line in _lines(options):
        print(json.dumps(line), flush=True)


def _lines(options: argparse.Namespace) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        path, columns = Path(folder) / "votes.npy", np.stack(votes(options.items))
        for rows in ("by item", "in no order"):
            np.save(path, columns)
            for level in LEVELS:
                yield _beside(level, path) | {"items": options.items, "votes": columns.shape[1], "rows": rows}
            columns = columns[:, np.random.default_rng(1).permutation(columns.shape[1])]
        resampled = _rounded("ours", _way("ours bootstrap", path))
        yield {"bench": "agreement: AC1 with 2,000 resamples of the items", "items": options.items, **resampled}
    if options.tables:
        for name, (tables, apart) in _peers.differences(options.tables).items():
            yield {"bench": f"agreement: difference to {name}", "tables": tables, "greatest": apart}
    if options.rows:
        yield _command(options.rows)


def _beside(level: str, path: Path) -> Line:
    mine, theirs = _way(f"ours {level}", path), _way(f"krippendorff {level}", path)
    return {
        "bench": f"agreement: {level}, all figures with intervals beside krippendorff's alpha",
        **_rounded("ours", mine),
        **_rounded("krippendorff", theirs),
        "ratio": round(theirs["seconds"] / mine["seconds"], 1),
        "memory_ratio": round(theirs["mib"] / max(mine["mib"], 1), 1),
        "difference": abs(mine["value"] - theirs["value"]),
    }


def _way(name: str, path: Path) -> Line:
    command = [sys.executable, "-m", "bench._agreement", name, str(path)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: Line = json.loads(run.stdout)
    return found


def _rounded(name: str, way: Line) -> Line:
    return {f"{name}_seconds": round(way["seconds"], 4), f"{name}_mib": round(way["mib"], 1)}


def _command(rows: int) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.csv"
        _write(path, rows)
        started = perf_counter()
        command = [sys.executable, "manage.py", "agreement", str(path), "--json"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return {
            "bench": "agreement: manage.py agreement on a CSV",
            "rows": rows,
            "file_mib": round(path.stat().st_size / 2**20),
            "status": process.returncode,
            "seconds": round(perf_counter() - started, 1),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
            "mib": round(usage.ru_maxrss / 1024),
            "ratio": round(MOST_MIB * 1024 / usage.ru_maxrss, 2),  # of 2 GB to what it took
        }


def _write(path: Path, rows: int) -> None:
    names = np.array([f"annotator-{number}" for number in range(ANNOTATORS)])
    classes = np.array([f"class {number}" for number in range(CLASSES)])
    with path.open("w") as file:
        file.write("item,annotator,label\n")
        for start in range(0, rows, STEP):
            size = min(STEP, rows - start)
            item, who, said = (column[:size] for column in votes(-(-size // VOTES)))
            cells = zip((item + start // VOTES).tolist(), names[who].tolist(), classes[said].tolist(), strict=True)
            file.writelines(f"item-{number:08d},{name},{label}\n" for number, name, label in cells)


if __name__ == "__main__":
    main()
