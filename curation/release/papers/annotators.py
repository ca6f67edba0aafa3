"""reports/annotators.json: who judged, all together. Nothing in it is about one person."""

from collections.abc import Sequence
from typing import Any

from curation.release.papers.facts import Facts
from curation.release.papers.text import as_json

QUANTILES = {"least": 0.0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "most": 1.0}
ABOUT = (
    "Answers are votes in metadata.csv, of every field. What annotators said of themselves is told only as counts over"
    " all of them, each matter by itself; small counts are withheld, and others with them so that none is worked out."
)


def as_file(facts: Facts) -> str:
    answers = sorted(facts.counted.answers.values())
    return as_json(
        {
            "about": ABOUT,
            "annotators": facts.annotators,
            "annotators_of_released_images": len(answers),
            "answers": sum(answers),
            "answers_each": quantiles(answers),
            "said_of_themselves": {
                told.matter: {"counts": dict(told.counts), "withheld": list(told.withheld)}
                for told in facts.annotators_told
            },
        }
    )


def quantiles(values: Sequence[int]) -> dict[str, Any]:
    """Of sorted values, by linear interpolation; empty of none."""
    return {name: _at(values, share) for name, share in QUANTILES.items()} if values else {}


def _at(values: Sequence[int], share: float) -> float:
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return round(values[below] + (values[above] - values[below]) * (place - below), 2)
