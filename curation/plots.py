"""Plots as SVG text: lines with their interval, whiskers, sparklines. Looks come from static/css/quality.css alone.

Each is a picture with a title and a description for whoever cannot see it; pages give the figures as a table too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isfinite

WIDE, TALL = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 10, 26  # around the plane
LABELS = 7  # on the lower edge, at the most
STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
LINES = 4  # of the grid
SPARK_WIDE, SPARK_TALL, SPARK_EDGE = 96, 26, 3
WHISKER_WIDE, WHISKER_TALL = 160, 14


@dataclass(frozen=True)
class Point:
    """`value` is None where nothing can be said; then the line has a gap."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    told: str = ""  # when the pointer rests on it


@dataclass(frozen=True)
class Scale:
    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(TOP + (TALL - TOP - BOTTOM) * (1 - min(max(share, 0.0), 1.0)), 1)

    def ticks(self) -> list[float]:
        return [round(self.low + n * self.step, 4) for n in range(round((self.high - self.low) / self.step) + 1)]


def scale_of(points: Sequence[Point], top: float = 1.0) -> Scale:
    """From a round number below everything that is drawn up to `top`, in a few round steps."""
    known = [v for p in points for v in (p.value, p.low) if v is not None and isfinite(v)]
    lowest = min([*known, top - STEPS[0] * LINES])
    step = next((one for one in STEPS if (top - lowest) / one <= LINES), STEPS[-1])
    return Scale(round(top - step * -floor((lowest - top) / step), 4), top, step)


def trend(
    points: Sequence[Point],
    *,
    name: str,
    title: str,
    about: str,
    shown: Callable[[float], str],
    scale: Scale | None = None,
) -> str:
    """A line over time with its band; `name` makes ids unique on the page, `shown` writes a value."""
    scale = scale or scale_of(points)
    xs = _places(len(points))
    parts = [_grid(scale, shown), _dates(points, xs)]
    for run in _unbroken(points):
        parts.append(_band(points, xs, run, scale))
        line = " ".join(f"{xs[i]},{scale.y(points[i].value or 0)}" for i in run)
        parts.append(f'<polyline class="plot-line" points="{line}"/>')
    parts += [_dot(points[i], xs[i], scale) for run in _unbroken(points) for i in run]
    return _svg("plot", WIDE, TALL, name, title, about, "".join(parts))


def _places(count: int) -> list[float]:
    plane = WIDE - LEFT - RIGHT
    return [round(LEFT + plane * (n + 0.5) / count, 1) for n in range(count)]


def _unbroken(points: Sequence[Point]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _grid(scale: Scale, shown: Callable[[float], str]) -> str:
    return "".join(
        f'<line class="plot-grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{scale.y(tick)}" y2="{scale.y(tick)}"/>'
        f'<text class="plot-text" x="{LEFT - 6}" y="{scale.y(tick) + 3.5:.1f}" text-anchor="end">'
        f"{escape(shown(tick))}</text>"
        for tick in scale.ticks()
    )


def _dates(points: Sequence[Point], xs: Sequence[float]) -> str:
    every = max(-(-len(points) // LABELS), 1)
    last = len(points) - 1
    return "".join(
        f'<text class="plot-text" x="{xs[i]}" y="{TALL - 8}" text-anchor="middle">{escape(points[i].label)}</text>'
        for i in range(len(points))
        if (last - i) % every == 0
    )


def _band(points: Sequence[Point], xs: Sequence[float], run: Sequence[int], scale: Scale) -> str:
    known = [i for i in run if points[i].low is not None and points[i].high is not None]
    if len(known) == 1:
        x, low, high = xs[known[0]], points[known[0]].low or 0, points[known[0]].high or 0
        return f'<line class="plot-reach" x1="{x}" x2="{x}" y1="{scale.y(low)}" y2="{scale.y(high)}"/>'
    upper = [f"{xs[i]},{scale.y(points[i].high or 0)}" for i in known]
    lower = [f"{xs[i]},{scale.y(points[i].low or 0)}" for i in reversed(known)]
    return f'<polygon class="plot-band" points="{" ".join(upper + lower)}"/>' if known else ""


def _dot(point: Point, x: float, scale: Scale) -> str:
    told = f"<title>{escape(point.told)}</title>" if point.told else ""
    return f'<circle class="plot-dot" cx="{x}" cy="{scale.y(point.value or 0)}" r="3.5">{told}</circle>'


# ---- Small ones


def spark(
    values: Sequence[float | None], *, name: str, title: str, low: float | None = None, high: float | None = None
) -> str:
    """A line without axes, its last point marked; `low` and `high` bound it where lines shall be comparable."""
    known = [v for v in values if v is not None]
    if not known:
        return ""
    bottom, top = min(known) if low is None else low, max(known) if high is None else high
    reach, plane = top - bottom or 1.0, SPARK_TALL - 2 * SPARK_EDGE
    wide = (SPARK_WIDE - 2 * SPARK_EDGE) / max(len(values) - 1, 1)
    places = [
        (
            round(SPARK_EDGE + wide * n if len(values) > 1 else SPARK_WIDE / 2, 1),
            round(SPARK_EDGE + plane * (1 - min(max((v - bottom) / reach, 0.0), 1.0)), 1),
        )
        for n, v in enumerate(values)
        if v is not None
    ]
    line = " ".join(f"{x},{y}" for x, y in places)
    x, y = places[-1]
    body = f'<polyline class="plot-line" points="{line}"/><circle class="plot-dot" cx="{x}" cy="{y}" r="2.5"/>'
    return _svg("spark", SPARK_WIDE, SPARK_TALL, name, title, "", body)


def whisker(value: float, low: float | None, high: float | None, *, bottom: float = 0.0, top: float = 1.0) -> str:
    """A value with its interval on a line from `bottom` to `top`; decoration beside the same figures in words."""

    def x(one: float) -> float:
        return round(4 + (WHISKER_WIDE - 8) * min(max((one - bottom) / (top - bottom), 0.0), 1.0), 1)

    middle = WHISKER_TALL / 2
    parts = [f'<line class="plot-grid" x1="4" x2="{WHISKER_WIDE - 4}" y1="{middle}" y2="{middle}"/>']
    if low is not None and high is not None:
        parts.append(f'<line class="plot-reach" x1="{x(low)}" x2="{x(high)}" y1="{middle}" y2="{middle}"/>')
    parts.append(f'<circle class="plot-dot" cx="{x(value)}" cy="{middle}" r="4"/>')
    head = f'<svg class="whisker" viewBox="0 0 {WHISKER_WIDE} {WHISKER_TALL}" aria-hidden="true">'
    return f"{head}{''.join(parts)}</svg>"


def _svg(kind: str, wide: int, tall: int, name: str, title: str, about: str, body: str) -> str:
    ids = f"{name}-title" + (f" {name}-about" if about else "")
    told = f'<desc id="{name}-about">{escape(about)}</desc>' if about else ""
    return (
        f'<svg class="{kind}" viewBox="0 0 {wide} {tall}" role="img" aria-labelledby="{ids}">'
        f'<title id="{name}-title">{escape(title)}</title>{told}{body}</svg>'
    )
