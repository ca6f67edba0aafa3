"""Forged trees, papers and credits, with a manifest made anew: only contradictions tell."""

import shutil
from pathlib import Path

import pytest

from curation.release.naming import image_id
from tests.curation import release_folders as f
from tests.curation.damage.folders import Damage, Told, edit, edit_json, inside, told


def add_a_listed_image(folder: Path) -> Told:
    sha256, name = f.numbered(99)
    (folder / "race" / "train" / "white" / f"{name}.jpg").write_bytes(f.picture(99))
    assert image_id(sha256) == name
    return "extra", f"race/train/white/{name}.jpg"


def move_an_image(folder: Path) -> Told:
    path = sorted(folder.glob("gender/*/female/*.jpg"))[0]
    path.rename(path.parent.parent / "male" / path.name)
    return "missing", inside(folder, path)


def lead_a_line_outside(folder: Path) -> Told:
    path = folder / "race" / "train" / "metadata.jsonl"
    edit(path, '"file_name": "', '"file_name": "../../')
    return "outside", "race/train/metadata.jsonl"


def drop_a_line(folder: Path) -> Told:
    path = folder / "age" / "val" / "metadata.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    return "missing", "age/val/metadata.jsonl"


def repeat_a_key(folder: Path) -> Told:
    """Some readers take the first, some the last."""
    path = folder / "age" / "val" / "metadata.jsonl"
    edit(path, '"perceived_race":', '"perceived_race": "White", "perceived_race":')
    return "disagree", "age/val/metadata.jsonl"


def make_a_line_no_text(folder: Path) -> Told:
    path = folder / "age" / "val" / "metadata.jsonl"
    path.write_bytes(path.read_bytes().replace("“".encode(), b"\xff", 1))
    return "not-utf-8", "age/val/metadata.jsonl"


def count_otherwise(folder: Path) -> Told:
    edit_json(folder / "release.json", images=17)
    return "count", "release.json"


def count_people_otherwise(folder: Path) -> Told:
    edit_json(folder / "release.json", people=7)
    return "count", "release.json"


def say_another_version(folder: Path) -> Told:
    edit_json(folder / "release.json", version="2.0.0")
    return "disagree", "croissant.json"


def say_another_parent(folder: Path) -> Told:
    edit_json(folder / "release.json", parent={"version": "0.9.0", "digest": f"sha256:{'0' * 64}"})
    return "disagree", "CHANGES.json"


def say_a_format_that_is_not_there(folder: Path) -> Told:
    shutil.rmtree(folder / "webdataset")
    return "folder", "webdataset"


def say_less_columns(folder: Path) -> Told:
    edit_json(folder / "release.json", columns=list(f.COLUMNS[:-1]))
    return "columns", "metadata.csv"


def say_a_task_that_is_none(folder: Path) -> Told:
    edit_json(folder / "release.json", tasks=["identity", "mood"])
    return "unreadable", "release.json"


def lose_a_licence(folder: Path) -> Told:
    (folder / "LICENSES" / "CC-BY-4.0.txt").unlink()
    return "licence", "LICENSES/CC-BY-4.0.txt"


def lose_a_credit(folder: Path) -> Told:
    path = folder / "ATTRIBUTION.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    return "missing", "ATTRIBUTION.csv"


def credit_otherwise(folder: Path) -> Told:
    edit(folder / "ATTRIBUTION.csv", "CC-BY-4.0", "CC0-1.0")
    return "attribution", "ATTRIBUTION.csv"


def lose_a_paper(folder: Path) -> Told:
    (folder / "DATASHEET.md").unlink()
    return "paper", "DATASHEET.md"


def empty_a_paper(folder: Path) -> Told:
    (folder / "reports" / "agreement.md").write_text("\n")
    return "paper", "reports/agreement.md"


def lose_the_plots(folder: Path) -> Told:
    (folder / "reports" / "balance-race.svg").unlink()
    return "paper", "reports"


def make_a_paper_no_text(folder: Path) -> Told:
    (folder / "DATASHEET.md").write_bytes(b"\xff\xfe")
    return "not-utf-8", "DATASHEET.md"


def revoke_an_image(folder: Path) -> Told:
    with open(folder / "REVOKED.csv", "a") as file:
        file.write(f"{f.numbered(0)[0]}\n")
    return "revoked", "REVOKED.csv"


FORGERIES: list[Damage] = [
    add_a_listed_image,
    move_an_image,
    lead_a_line_outside,
    drop_a_line,
    repeat_a_key,
    make_a_line_no_text,
    count_otherwise,
    count_people_otherwise,
    say_another_version,
    say_another_parent,
    say_a_format_that_is_not_there,
    say_less_columns,
    say_a_task_that_is_none,
    lose_a_licence,
    lose_a_credit,
    credit_otherwise,
    lose_a_paper,
    empty_a_paper,
    lose_the_plots,
    make_a_paper_no_text,
    revoke_an_image,
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forgery_whose_hashes_fit_is_told(folder: Path, forgery: Damage) -> None:
    expected = forgery(folder)
    f.seal(folder)
    assert expected in told(folder)
