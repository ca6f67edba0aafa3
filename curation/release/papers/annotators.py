"""reports/annotators.json: who judged, all together. Nothing in it is about one person."""

from curation.release.papers.facts import Facts
from curation.release.papers.quantiles import quantiles
from curation.release.papers.text import as_json

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
