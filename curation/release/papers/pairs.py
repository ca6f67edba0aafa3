"""How far two annotators agree, over all pairs who met: how it is spread, and nothing of any one pair.

Quartiles of a few pairs would be the figures of single ones, so those are withheld.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from curation.agreement import Agreement, Pair
from curation.release.papers.quantiles import ENDS, QUARTILES, quantiles
from curation.release.papers.text import table

FEWEST = 5  # pairs
WITHHELD = f"fewer than {FEWEST} pairs: what is told of so few is told of single ones"
HEADS = (
    *("field", "pairs", "images of a pair (least · median · most)"),
    *("agreement (quartiles)", "Cohen’s κ (quartiles)"),
)
ABOUT = """## Between two annotators

Of all pairs who answered the same images, how the figures of a pair are spread: lower quartile, median, upper quartile.
Where they are of fewer than {fewest} pairs they are withheld. κ is not estimable of pairs who both always gave one
answer."""


def as_values(pairs: Sequence[Pair]) -> dict[str, Any]:
    """`number` of pairs, and the spread of `images`, `agreement` and `cohens_kappa`, or else why it is `withheld`."""
    if len(pairs) < FEWEST:
        return {"number": len(pairs), "withheld": WITHHELD}
    return {
        "number": len(pairs),
        "images": quantiles((pair.n for pair in pairs), ENDS),
        "agreement": _spread([pair.percent.value for pair in pairs]),
        "cohens_kappa": _spread([pair.kappa.value for pair in pairs]),
    }


def _spread(values: Sequence[float | None]) -> dict[str, Any]:
    """`number` counts the pairs of whom the figure can be estimated."""
    known = [value for value in values if value is not None]
    few = {"withheld": WITHHELD} if len(known) < FEWEST else {}
    return {"number": len(known)} | (few or quantiles(known, QUARTILES, digits=6))


def to_read(fields: Mapping[str, Agreement]) -> str:
    rows = [_row(field, as_values(found.pairs)) for field, found in fields.items()]
    return ABOUT.format(fewest=FEWEST) + "\n\n" + table(HEADS, rows)


def _row(field: str, told: Mapping[str, Any]) -> list[Any]:
    images = " · ".join(f"{n:,.10g}" for n in told.get("images", {}).values())
    figures = (told.get(name, {}) for name in ("agreement", "cohens_kappa"))
    return [field, told["number"], images or "–", *(_quartiles(figure) for figure in figures)]


def _quartiles(figure: Mapping[str, Any]) -> str:
    return " · ".join(f"{figure[name]:.3f}" for name in QUARTILES if name in figure) or "–"
