"""The reports of a release: plots, balance, agreement, annotators, and what programs want."""

import json
import re
from statistics import quantiles as quantiles_
from xml.etree import ElementTree

import pytest

from curation.agreement import agreement
from curation.release import papers
from curation.release.papers import pairs
from curation.release.papers.balance import cells
from curation.release.papers.quantiles import quantiles
from tests.curation import paper_scenes as p

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return papers.render(p.facts(formats=("imagefolder", "parquet")))


# ---- Reports


def test_the_plots_tell_in_words_what_they_draw_and_know_the_dark(told: dict[str, str]) -> None:
    plot = ElementTree.fromstring(told["reports/balance-race.svg"])  # noqa: S314
    assert plot.findtext(f"{SVG}title") == "Perceived race"
    assert plot.findtext(f"{SVG}desc") == (
        "Asian (Indian): 4 images, 2 people; Black: 4 images, 3 people; not settled: 2 images, 2 people."
    )
    assert len(plot.findall(f"{SVG}g")) == 3
    assert "prefers-color-scheme:dark" in (plot.findtext(f"{SVG}style") or "")
    assert not re.search(r"href|script|url\(|@import", told["reports/balance-race.svg"])


def test_bars_are_as_long_as_their_counts(told: dict[str, str]) -> None:
    rows = ElementTree.fromstring(told["reports/balance-race.svg"]).findall(f"{SVG}g")  # noqa: S314
    wide = [{rect.get("class"): float(rect.get("width") or 0) for rect in row.findall(f"{SVG}rect")} for row in rows]
    assert [one["images"] for one in wide] == [160, 160, 80]
    assert [one["people"] for one in wide] == [106.7, 160, 106.7]


def test_balance_tells_empty_cells_too(told: dict[str, str]) -> None:
    known = cells(p.facts())
    assert [cell for cell, _count in known][:2] == [
        ("Asian (Indian)", "female", "young"), ("Asian (Indian)", "female", "old"),
    ]  # fmt: skip
    assert len(known) == 8 + 2
    told_ = json.loads(told["reports/balance.json"])
    assert {"race": "Black", "gender": "female", "age": "old", "images": 0, "people": 0} in told_["cells"]
    assert sum(cell["images"] for cell in told_["cells"]) == told_["images"] == 10


def test_agreement_is_told_with_intervals(told: dict[str, str]) -> None:
    found = json.loads(told["reports/agreement.json"])["race"]
    assert found["items"] == 12
    low, high = found["krippendorff_alpha_interval_95"]
    assert low < found["krippendorff_alpha"] < high
    assert f"{found['krippendorff_alpha']:.3f} [{low:.3f}, {high:.3f}]" in told["reports/agreement.md"]


def test_of_pairs_of_annotators_only_the_spread_is_told() -> None:
    known = p.agreed((3, 4, 7, 9))
    told = papers.render(p.facts(agreement={"race": known}))
    found = json.loads(told["reports/agreement.json"])["race"]["pairs"]
    shares = [pair.percent.value for pair in known.pairs]
    low, middle, high = (round(share, 6) for share in quantiles_(shares, n=4, method="inclusive"))
    assert found["number"] == 6
    assert found["images"] == {"least": 12, "median": 12, "most": 12}
    assert found["agreement"] == {"number": 6, "lower_quartile": low, "median": middle, "upper_quartile": high}
    assert found["cohens_kappa"].keys() == found["agreement"].keys()
    assert f"| race | 6 | 12 · 12 · 12 | {low:.3f} · {middle:.3f} · {high:.3f} |" in told["reports/agreement.md"]
    assert "annotator-" not in told["reports/agreement.json"] + told["reports/agreement.md"]


@pytest.mark.parametrize("people", [(7, 9), (3, 7, 9)])
def test_of_few_pairs_nothing_is_told_but_their_number(people: tuple[int, ...]) -> None:
    known = p.agreed(people)
    told = papers.render(p.facts(agreement={"race": known}))
    found = json.loads(told["reports/agreement.json"])["race"]["pairs"]
    assert found.keys() == {"number", "withheld"}
    assert found["number"] == len(known.pairs)
    assert f"| race | {len(known.pairs)} | – | – | – |" in told["reports/agreement.md"]


def test_kappa_that_can_be_estimated_of_few_pairs_is_withheld() -> None:
    """Everybody gives one answer but two people, on the images that they share."""
    items = [n // 4 for n in range(48)]
    known = agreement(items, [3, 4, 7, 9] * 12, [int(n % 4 == 0 and n > 24) for n in range(48)])
    assert sum(pair.kappa.value is not None for pair in known.pairs) == 3
    found = pairs.as_values(known.pairs)
    assert found["cohens_kappa"] == {"number": 3, "withheld": pairs.WITHHELD}
    assert found["agreement"]["number"] == 6


def test_annotators_are_told_in_aggregate_only(told: dict[str, str]) -> None:
    found = json.loads(told["reports/annotators.json"])
    assert "annotator-0" not in told["reports/annotators.json"]
    assert found["said_of_themselves"] == {"Gender": {"counts": {"female": 9}, "withheld": ["male", "not said"]}}
    assert found["answers_each"] == {
        "least": 10, "lower_quartile": 12.5, "median": 15, "upper_quartile": 17.5, "most": 20,
    }  # fmt: skip
    assert quantiles([]) == {}
    assert quantiles([4])["median"] == 4


def test_release_json_has_the_facts_that_programs_want(told: dict[str, str]) -> None:
    found = json.loads(told["release.json"])
    assert found.pop("columns") == list(p.columns_of("curated"))
    assert found == {
        "schema": 1, "version": "1.2.0", "selection": "curated", "frozen_on": "2026-11-29", "images": 10, "people": 3,
        "tasks": ["identity", "race", "gender", "age"], "formats": ["imagefolder", "parquet"],
        "parent": {"version": "1.1.0", "digest": f"sha256:{'a' * 64}"}, "held_back": {"licence_unproved": 3},
        "accepted": [],
        "policies": [
            {"version": 1, "votes_usable": 2, "votes_attributes": 2, "most_usable": 2, "most_attributes": 4,
             "blind": ["race", "gender", "age"]}
        ],
    }  # fmt: skip
