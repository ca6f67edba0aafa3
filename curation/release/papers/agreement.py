"""How far annotators agreed, before adjudication: reports/agreement.json and the same to read."""

from typing import Any

from curation.agreement import Agreement, Figure
from curation.release.papers import pairs
from curation.release.papers.facts import Facts
from curation.release.papers.text import as_json, table

FIGURES = (
    ("agreement", "Agreement", "percent_agreement"),
    ("fleiss_kappa", "Fleiss’ κ", "fleiss_kappa"),
    ("krippendorff_alpha", "Krippendorff’s α", "krippendorff_alpha"),
    ("gwet_ac1", "Gwet’s AC1", "gwet_ac1"),
)
ABOUT = """# Agreement

How far the annotators agreed on the answers that were given before any adjudication, of all images that were judged,
released or not. `usable` is whether the picture shows the person and a usable face. Agreement is the share of pairs of
answers to one image that are the same; the other figures take off what chance would bring. In brackets stands the
interval of 95 %. A field that everybody answers alike says little by κ or α, which then fall although people agree:
read all figures together.
"""


def as_file(facts: Facts) -> str:
    return as_json({field: _field(found) for field, found in facts.agreement.items()})


def _field(found: Agreement) -> dict[str, Any]:
    counts = {
        "items": found.percent_agreement.n,
        "comparisons": found.comparisons,
        "pairs": pairs.as_values(found.pairs),
    }
    figures = [_figure(name, getattr(found, attribute)) for name, _words, attribute in FIGURES]
    return counts | {key: value for figure in figures for key, value in figure.items()}


def _figure(name: str, figure: Figure) -> dict[str, Any]:
    if figure.value is None:
        return {name: None, f"{name}_not_estimable": figure.reason}
    told: dict[str, Any] = {name: round(figure.value, 6)}
    if figure.low is not None and figure.high is not None:
        told[f"{name}_interval_95"] = [round(figure.low, 6), round(figure.high, 6)]
    return told


def to_read(facts: Facts) -> str:
    fields = list(facts.agreement.items())
    heads = ["field", *(words for _name, words, _attribute in FIGURES), "images"]
    rows = [
        [field, *(shown(getattr(found, attribute)) for _n, _w, attribute in FIGURES), found.percent_agreement.n]
        for field, found in fields
    ]
    notes = sorted({figure.reason for _field, found in fields for figure in _all(found) if figure.value is None})
    parts = [ABOUT, table(heads, rows), *(f"– {reason}." for reason in notes if reason)]
    if fields:
        parts.append(pairs.to_read(facts.agreement))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _all(found: Agreement) -> list[Figure]:
    return [getattr(found, attribute) for _name, _words, attribute in FIGURES]


def shown(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
