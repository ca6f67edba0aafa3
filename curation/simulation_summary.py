"""What many seeds come to: means, and intervals over the seeds. Plain values in, dataclasses and text out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.simulated_strategies import Attempt

FEWEST = 5  # seeds from which on an interval is given
Z = 1.959964
REFERENCE = "dawid-skene"


@dataclass(frozen=True)
class Mean:
    """With a 95 % interval of the mean over the seeds (Student's t); none of fewer than five."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """One strategy for one field. `right` in %; `votes` a seed, with gold and adjudication; `per_face` of these.

    `difference` in points to the reference, seed by seed; `ratio` of the votes to those of the reference. Both are
    None for the reference itself and where it was not tried.
    """

    field: str
    strategy: str
    seeds: int
    faces: float
    right: Mean
    votes: float
    per_face: float
    gold: float
    adjudicated: float
    hours: float
    difference: Mean | None = None
    ratio: float | None = None


def mean(values: Sequence[float] | NDArray[np.float64]) -> Mean:
    found = np.asarray(values, dtype=np.float64)
    value = float(found.mean())
    if len(found) < FEWEST:
        return Mean(value)
    half = _t(len(found) - 1) * float(found.std(ddof=1)) / len(found) ** 0.5
    return Mean(value, value - half, value + half)


def _t(freedom: int) -> float:
    """The 97.5 % point of Student's t, from the normal's (Abramowitz & Stegun 1964, 26.7.5)."""
    z = Z
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return float(sum(term / freedom**power for power, term in enumerate(terms)))


def summary(attempts: Iterable[Attempt]) -> list[Line]:
    """In the order of the attempts. The reference is Dawid-Skene with the most votes that were tried, at best three."""
    by_field: dict[str, dict[str, list[Attempt]]] = defaultdict(lambda: defaultdict(list))
    for attempt in attempts:
        by_field[attempt.field][attempt.strategy].append(attempt)
    lines: list[Line] = []
    for strategies in by_field.values():
        reference = strategies.get(reference_of(list(strategies)) or "", [])
        lines += [_line(tries, reference) for tries in strategies.values()]
    return lines


def reference_of(strategies: Sequence[str]) -> str | None:
    known = [name for name in strategies if name.startswith(REFERENCE)]
    three = f"{REFERENCE}, 3"
    return three if three in known else max(known, default=None)


def _line(tries: Sequence[Attempt], reference: Sequence[Attempt]) -> Line:
    first, faces = tries[0], _mean(one.faces for one in tries)
    votes = _mean(one.votes for one in tries)
    is_other = bool(reference) and reference[0].strategy != first.strategy
    fixed = {one.seed: one for one in reference}
    return Line(
        field=first.field,
        strategy=first.strategy,
        seeds=len(tries),
        faces=faces,
        right=mean([100 * one.right for one in tries]),
        votes=votes,
        per_face=votes / faces if faces else 0.0,
        gold=_mean(one.gold for one in tries),
        adjudicated=_mean(one.adjudicated for one in tries),
        hours=_mean(one.hours for one in tries),
        difference=mean([100 * (one.right - fixed[one.seed].right) for one in tries]) if is_other else None,
        ratio=votes / (_mean(one.votes for one in reference) or 1.0) if is_other else None,
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


# ---- To read

HEADS = ("", "right", "votes", "a face", "gold", "adjudicated", "hours")


def table(lines: Sequence[Line]) -> str:
    """A block of aligned columns for each field."""
    blocks = [_block(field, list(rows)) for field, rows in groupby(lines, key=lambda line: line.field)]
    return "\n\n".join(blocks)


def _block(field: str, lines: Sequence[Line]) -> str:
    reference = reference_of([line.strategy for line in lines]) or ""
    heads = [*HEADS, f"against {reference}" if reference else "", "ratio" if reference else ""]
    rows = [heads, *(_cells(line) for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    text = "\n".join(
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width)
                  for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    )  # fmt: skip
    seeds, faces = lines[0].seeds, lines[0].faces
    return f"{field}: {faces:,.0f} faces, {seeds} {'seed' if seeds == 1 else 'seeds'}\n{text}"


def _cells(line: Line) -> list[str]:
    return [
        line.strategy,
        f"{line.right.value:.2f} %",
        f"{line.votes:,.0f}",
        f"{line.per_face:.2f}",
        f"{line.gold:,.0f}",
        f"{line.adjudicated:,.0f}",
        f"{line.hours:.1f}",
        _points(line.difference),
        f"{line.ratio:.3f}" if line.ratio is not None else "",
    ]


def _points(found: Mean | None) -> str:
    if found is None:
        return ""
    if found.low is None or found.high is None:
        return f"{found.value:+.2f}"
    return f"{found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def as_json(line: Line) -> dict[str, Any]:
    return asdict(line)
