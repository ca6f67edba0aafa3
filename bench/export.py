"""Releases frozen, written and verified, beside a plain copy of the same pictures. One JSON object a line.

Works in a folder, a database for each size and a Redis of its own, which are gone at the end. Each part is a process
of its own, whose peak of memory is told with it. The plain copy is `shutil.copyfile` of every crop, one by one, and the
sha256 of what was written; `ratio` says how many times quicker than it a format is. Everything ends with a sync.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SIZES = (5_246, 132_816)
FORMATS = ("imagefolder", "parquet", "webdataset")
COPIES = ("copy", "copy and links")
Line = dict[str, Any]


def main() -> None:
    order = _order()
    for faces in order.faces:
        var = Path(tempfile.mkdtemp(prefix="mtf-bench-", dir=order.folder))
        try:
            _settle_in(var)
            for line in _figures(faces, order.times, var):
                print(json.dumps({"faces": faces} | line), flush=True)
        finally:
            shutil.rmtree(var, ignore_errors=True)


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.export", description=__doc__)
    parser.add_argument("--faces", nargs="+", type=int, default=SIZES, help="that are in the release")
    parser.add_argument("--times", type=int, default=1, help="everything is written; the median is told")
    parser.add_argument("--folder", type=Path, help="to work in: some 200 KB a face are written there")
    return parser.parse_args()


def _settle_in(var: Path) -> None:
    """The parts' environment: embedded servers of their own, whatever it says now; else as in production."""
    for name in ("DATABASE_URL", "REDIS_URL", "MTF_TEST_SERVICES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
        "MTF_ENVIRONMENT": "development",
        "MTF_VAR": str(var),
        "MTF_LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }


def _figures(faces: int, times: int, var: Path) -> Iterator[Line]:
    stock = _run("fill", faces=faces)
    yield {"bench": "export: seconds to fill", **stock}
    yield {"bench": "export: freeze", **_run("freeze")}
    seen: dict[str, list[Line]] = defaultdict(list)
    for _ in range(times):
        for part in (*COPIES, *FORMATS, COPIES[0]):  # the copy at both ends, so that neither is warmer
            target = var / "out"
            seen[part].append(_run(part, target=target))
            if part == "imagefolder":
                seen["verify"].append(_run("verify", target=target))
            shutil.rmtree(target)
    yield from _told(seen, faces)


def _told(seen: dict[str, list[Line]], faces: int) -> Iterator[Line]:
    plain = _median(seen["copy"])
    for part, runs in seen.items():
        seconds = _median(runs)
        line = {"bench": f"export: {part}", "seconds": round(seconds, 2), "images_a_second": round(faces / seconds)}
        verified = part == "verify"
        more = {"problems": runs[0]["problems"]} if verified else {"ratio": round(plain / seconds, 2)}
        yield line | more | {"peak_mb": max(run["peak_mb"] for run in runs)}


def _median(runs: Sequence[Line]) -> float:
    return float(statistics.median(run["seconds"] for run in runs))


def _run(part: str, **options: object) -> Line:
    os.sync()  # what others wrote is not this one's to wait for
    words = [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-m", "bench._export_parts", part, *words], stdout=subprocess.PIPE, check=True
    )
    told: Line = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    main()
