"""Quantiles by linear interpolation."""

from collections.abc import Iterable, Mapping

FIVE = {"least": 0.0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "most": 1.0}
QUARTILES = {name: FIVE[name] for name in ("lower_quartile", "median", "upper_quartile")}
ENDS = {name: FIVE[name] for name in ("least", "median", "most")}


def quantiles(values: Iterable[float], shares: Mapping[str, float] = FIVE, *, digits: int = 2) -> dict[str, float]:
    """By name; empty of no values."""
    known = sorted(values)
    return {name: round(_at(known, share), digits) for name, share in shares.items()} if known else {}


def _at(values: list[float], share: float) -> float:
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
