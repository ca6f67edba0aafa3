"""The papers of a release: every text that is rendered once, when it is frozen, from facts alone."""

from curation.release.changes import changes_markdown
from curation.release.naming import CLASSES, README
from curation.release.papers import (
    agreement,
    annotators,
    balance,
    card,
    citation,
    croissant,
    datasheet,
    licences,
    record,
)
from curation.release.papers.counting import count
from curation.release.papers.facts import Count, Counted, Facts, Parent, PolicyFacts, Told
from curation.release.papers.text import as_json

__all__ = ["Count", "Counted", "Facts", "Parent", "PolicyFacts", "Told", "count", "render"]


def render(facts: Facts) -> dict[str, str]:
    """Text by path, in the order of the paths. The sheet lacks nothing by then: see `sheet.missing`."""
    found = {
        README: card.as_file(facts),
        CLASSES: as_json(facts.classes),
        "DATASHEET.md": datasheet.as_file(facts),
        "croissant.json": croissant.as_file(facts),
        "CITATION.cff": citation.as_cff(facts),
        "CHANGES.json": as_json(facts.changes.to_json()),
        "CHANGES.md": changes_markdown(facts.changes),
        "release.json": record.as_file(facts),
        "reports/agreement.json": agreement.as_file(facts),
        "reports/agreement.md": agreement.to_read(facts),
        "reports/annotators.json": annotators.as_file(facts),
    }
    if facts.splits is not None:
        found |= {
            "reports/splits.json": as_json(facts.splits.as_json()),
            "reports/splits.md": facts.splits.as_markdown(),
        }
    return dict(sorted((found | balance.files(facts) | licences.files(facts.counted.licences)).items()))
