"""Forgeries of papers whose hashes fit: an answer taken out, another version, other numbers than the rows give."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.release import sheet
from curation.release.verify import verify
from tests.curation import release_folders as f

ERRATUM = next(one for one in sheet.QUESTIONS if one.code == "maintenance.erratum")


def lose_a_question(folder: Path) -> tuple[str, str]:
    return _edit(folder / "DATASHEET.md", f"### {ERRATUM.text}", "### Is it?"), "DATASHEET.md"


def lose_an_answer(folder: Path) -> tuple[str, str]:
    said = f"### {ERRATUM.text}\n\n*{ERRATUM.more}*\n\n> "
    return _edit(folder / "DATASHEET.md", f"{said}Nothing.", said), "DATASHEET.md"


def lose_the_law(folder: Path) -> tuple[str, str]:
    return _edit(folder / "DATASHEET.md", "## Lawful basis", "## More"), "DATASHEET.md"


def cite_another_version(folder: Path) -> tuple[str, str]:
    return _edit(folder / "CITATION.cff", 'version: "1.0.0"', 'version: "2.0.0"', "disagree"), "CITATION.cff"


def count_a_part_otherwise(folder: Path) -> tuple[str, str]:
    def change(told: Any) -> None:
        told["splits"]["disjoint"]["all"]["val"]["images"] += 1

    return _edit_json(folder / "reports/splits.json", change), "reports/splits.json"


def count_a_cell_otherwise(folder: Path) -> tuple[str, str]:
    def change(told: Any) -> None:
        told["cells"][0]["images"] += 1

    return _edit_json(folder / "reports/balance.json", change), "reports/balance.json"


def tell_no_parts(folder: Path) -> tuple[str, str]:
    (folder / "reports/splits.json").write_text("{}\n")
    return "paper", "reports/splits.json"


def _edit(path: Path, old: str, new: str, kind: str = "paper") -> str:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return kind


def _edit_json(path: Path, change: Callable[[Any], None]) -> str:
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))
    return "count"


@pytest.mark.parametrize(
    "forgery",
    [
        *(lose_a_question, lose_an_answer, lose_the_law, cite_another_version),
        *(count_a_part_otherwise, count_a_cell_otherwise, tell_no_parts),
    ],
    ids=lambda forgery: forgery.__name__,
)
def test_a_paper_that_does_not_fit_is_told_though_its_hash_does(
    tmp_path: Path, forgery: Callable[[Path], tuple[str, str]]
) -> None:
    folder = f.build(tmp_path / "release", formats=())
    assert verify(folder).problems == []
    expected = forgery(folder)
    f.seal(folder)
    assert [(problem.kind, problem.path) for problem in verify(folder).problems] == [expected]
