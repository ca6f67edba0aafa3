"""Releases that were made wrong from the start, and what is no damage."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.release.verify import verify
from tests.curation import release_folders as f
from tests.curation.damage.folders import an_image, edit_json, told


def test_a_forgery_of_everything_is_told_by_the_digest_alone(folder: Path, tmp_path: Path) -> None:
    table, data = f.rows()
    table[0] |= {"perceived_age": "Old" if table[0]["perceived_age"] == "Young" else "Young"}
    forged = f.build(tmp_path / "forged", made=(table, data))
    published = verify(folder).digest
    assert told(forged) == set()
    assert told(forged, published) == {("digest", "MANIFEST.sha256")}
    assert told(folder, published) == set()


# ---- Releases that were made wrong from the start


def one_person_in_two_parts(table: list[f.Row]) -> None:
    row = next(row for row in table if row["split_attributes"] == "train")
    row |= {"split_attributes": "test"}


def one_photo_in_two_parts(table: list[f.Row]) -> None:
    for row in table:
        if row["identity_slug"] == f.PEOPLE[0]:
            row["photo_id"] = "ab" * 10


def one_photo_of_two_people_in_two_parts(table: list[f.Row]) -> None:
    for who in (f.PEOPLE[0], f.PEOPLE[5]):
        next(row for row in table if (row["identity_slug"], row["split_identity"]) == (who, "val"))["photo_id"] = (
            "0a" * 10
        )


def near_duplicates_in_two_parts(table: list[f.Row]) -> None:
    for row in table:
        if row["identity_slug"] == f.PEOPLE[0]:
            row["duplicate_group"] = "group"


def a_part_that_is_none(table: list[f.Row]) -> None:
    table[0]["split_attributes"] = "dev"


@pytest.mark.parametrize(
    "change",
    [
        *(one_person_in_two_parts, one_photo_in_two_parts, one_photo_of_two_people_in_two_parts),
        *(near_duplicates_in_two_parts, a_part_that_is_none),
    ],
    ids=lambda change: change.__name__,
)
def test_splits_that_are_not_disjoint_are_told(tmp_path: Path, change: Callable[[list[f.Row]], None]) -> None:
    table, data = f.rows()
    change(table)
    folder = f.build(tmp_path / "release", f.ALL[1:], made=(table, data))
    assert ("split", "metadata.csv") in told(folder)


def test_images_without_a_part_or_a_label_are_in_no_tree(tmp_path: Path) -> None:
    table, data = f.rows()
    table.append(f.row_of(f.picture(99)) | {"split_attributes": "", "split_identity": ""})
    table.sort(key=lambda row: row["id"])
    data[f.id_of(f.picture(99))] = f.picture(99)
    table[1] |= {"perceived_age": "cannot tell"}
    folder = f.build(tmp_path / "release", made=(table, data))
    assert told(folder) == set()


def test_a_class_without_images_in_a_part_is_told_unless_its_makers_say_so(tmp_path: Path) -> None:
    table, data = f.rows()
    for row in table:
        if row["split_attributes"] == "val":
            row["perceived_gender"] = "Male"
    folder = f.build(tmp_path / "release", f.ALL[1:], made=(table, data))
    assert told(folder) == {("empty-class", "gender/val/female")}
    edit_json(folder / "release.json", accepted=["empty_class"])
    f.seal(folder)
    assert told(folder) == set()


def test_images_are_decoded_wherever_they_are(tmp_path: Path) -> None:
    data = f.picture(0)
    for bad, kind in ((data[:-40], "picture"), (data[:2] + b"\xff\xe1\x00\x06Exif" + data[2:], "metadata-left")):
        table, pictures = f.rows()
        table.append(f.row_of(bad))
        table.sort(key=lambda row: row["id"])
        pictures[f.id_of(bad)] = bad
        for formats in f.ALL:
            folder = f.build(tmp_path / kind / formats, (formats,), made=(table, pictures))
            assert [found for found, path in told(folder) if f.id_of(bad) in path] == [kind]


def test_names_outside_the_folder_are_noted(folder: Path, tmp_path: Path) -> None:
    os.link(an_image(folder), tmp_path / "mine.jpg")
    found = verify(folder)
    assert found.problems == []
    (note,) = found.notes
    assert (note.kind, note.text) == ("shared", "has 1 more names outside this folder (hard links)")


def test_a_signature_beside_the_manifest_is_no_problem(folder: Path) -> None:
    (folder / "MANIFEST.sha256.minisig").write_text("untrusted comment: signature")
    (folder / "MANIFEST.sha256.minisig").chmod(0o644)
    assert told(folder) == set()


def test_no_kind_of_problem_fills_the_screen(folder: Path) -> None:
    for number in range(130):
        (folder / f"{number}.txt").touch(0o644)
    found = verify(folder)
    assert (len(found.problems), found.more, found.count) == (100, {"extra": 30}, 130)
