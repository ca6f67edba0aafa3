"""Labels from simulated votes, by Dawid and Skene's EM: seconds, memory and accuracy. One JSON object a line.

Eight annotators with known error rates give three votes a face on gender, race and age. Each way runs in a process of
its own on the same votes: the product's, and an EM in plain Python with the same start and stopping rule. `ratio` says
how many times faster than that it is. With `--rows N` the command is measured on a CSV of N rows instead.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._plain_em import plain_dawid_skene
from curation.ballots import ballots
from curation.consensus import majorities
from curation.dawid_skene import MOST_ROUNDS, TOLERANCE, dawid_skene
from curation.glad import glad

FACES, VOTES, PEOPLE = 132_816, 3, 8
MARGINALS = {
    "gender": (0.55, 0.45),
    "race": (0.32, 0.22, 0.14, 0.12, 0.1, 0.06, 0.04),
    "age": (0.3, 0.5, 0.2),
}
RIGHT = (0.8, 0.97)  # the least and the most able annotator
LEANING = 0.25  # of an annotator's errors are one class too high, the others are any
REPO = Path(__file__).resolve().parent.parent
CHUNK = 100_000
WAYS = ("product", "plain", "glad", "majority")

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Votes:
    items: Numbers
    annotators: Numbers
    labels: Numbers
    truth: Numbers


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.consensus", description=__doc__)
    parser.add_argument("--faces", type=int, default=FACES)
    parser.add_argument("--rows", type=int, help="measure manage.py consensus on a CSV of so many rows")
    parser.add_argument("--alone", nargs=2, metavar=("FIELD", "WAY"), help=argparse.SUPPRESS)
    order = parser.parse_args()
    if order.alone:
        field, way = order.alone
        print(json.dumps(measured(field, way, simulated(MARGINALS[field], order.faces))))
        return
    for line in of_command(order.rows) if order.rows else of_fields(order.faces):
        print(json.dumps(line), flush=True)


def of_fields(faces: int) -> Iterator[dict[str, Any]]:
    for field, marginals in MARGINALS.items():
        found = {way: _alone(field, way, faces) for way in WAYS}
        yield {
            "bench": f"consensus: {field}, {len(marginals)} classes, {faces:,} faces x {VOTES} votes",
            **found,
            "ratio": round(found["plain"]["seconds"] / found["product"]["seconds"], 1),
        }


def _alone(field: str, way: str, faces: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.consensus", "--faces", str(faces), "--alone", field, way]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=REPO).stdout)
    return found


def simulated(marginals: tuple[float, ...], faces: int, seed: int = 5) -> Votes:
    """Each annotator is right about as much of every class as `RIGHT` says; of the errors `LEANING` lean."""
    random, classes = np.random.default_rng(seed), len(marginals)
    truth = random.choice(classes, faces, p=marginals)
    items = np.repeat(np.arange(faces), VOTES)
    annotators = np.argsort(random.random((faces, PEOPLE)), axis=1)[:, :VOTES].ravel()
    right = random.random(len(items)) < np.linspace(*RIGHT, PEOPLE)[annotators]
    leaning = random.random(len(items)) < LEANING
    step = np.where(leaning, 1, random.integers(1, classes, len(items)))
    labels = np.where(right, truth[items], (truth[items] + step) % classes)
    return Votes(items, annotators, labels, truth)


def measured(field: str, way: str, votes: Votes) -> dict[str, Any]:
    """In this process, from the columns of the votes to a probability of each class of each item."""
    classes, columns = len(MARGINALS[field]), (votes.items, votes.annotators, votes.labels)
    lists = [column.tolist() for column in columns] if way == "plain" else []
    before, begun = peak_mb(), time.perf_counter()
    told: dict[str, Any] = {}
    if way == "plain":
        items, annotators, labels = lists
        belief, told["rounds"] = plain_dawid_skene(items, annotators, labels, classes, TOLERANCE, MOST_ROUNDS)
        shares = np.array([belief[item] for item in range(len(votes.truth))])
    elif way == "majority":
        shares = majorities(ballots(*columns, classes=range(classes))).shares
    else:
        fit = (glad if way == "glad" else dawid_skene)(ballots(*columns, classes=range(classes)))
        shares, told = fit.probabilities, {"rounds": fit.rounds, "converged": fit.converged}
    seconds = time.perf_counter() - begun
    accuracy = round(float((shares.argmax(axis=1) == votes.truth).mean()), 5)
    return {"seconds": round(seconds, 3), "peak_mb": peak_mb(), "peak_mb_before": before, "accuracy": accuracy, **told}


def peak_mb() -> int:
    """Of this process since its program began; getrusage would count what its parent held."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def of_command(rows: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="mtf-bench-") as folder:
        path = Path(folder, "votes.csv")
        _write_csv(path, rows)
        for method in ("majority", "dawid-skene"):
            for form in ([], ["--json"]):
                yield {
                    "bench": f"consensus: manage.py consensus --method {' '.join([method, *form])}, {rows:,} rows",
                    **_command(["consensus", str(path), "--method", method, *form]),
                }


def _write_csv(path: Path, rows: int) -> None:
    """Votes on race, a chunk of faces at a time."""
    with path.open("w") as file:
        file.write("item,annotator,label\n")
        for begin in range(0, rows, CHUNK * VOTES):
            votes = simulated(MARGINALS["race"], -(-min(CHUNK * VOTES, rows - begin) // VOTES), seed=begin)
            columns = (votes.items + begin // VOTES, votes.annotators, votes.labels)
            lines = zip(*(column.tolist() for column in columns), strict=True)
            text = [f"face-{item:08},annotator-{who},{label}\n" for item, who, label in lines]
            file.writelines(text[: rows - begin])


def _command(arguments: list[str]) -> dict[str, Any]:
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, "manage.py", *arguments], stdout=subprocess.DEVNULL, cwd=REPO)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return {"seconds": round(time.perf_counter() - begun, 1), "peak_mb": usage.ru_maxrss // 1024}


if __name__ == "__main__":
    main()
