"""Forged images, labels and classes, with a manifest made anew: only contradictions tell."""

import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image
from pyarrow import parquet as pq

from tests.curation import release_folders as f
from tests.curation.damage.folders import (
    Damage,
    Told,
    an_image,
    comment_in_an_image,
    edit,
    edit_a_label,
    edit_json,
    inside,
    replace,
    swap_two_images,
    told,
)


def swap_with_a_fitting_manifest(folder: Path) -> Told:
    swap_two_images(folder)
    return "id", inside(folder, an_image(folder))


def put_another_picture(folder: Path) -> Told:
    replace(an_image(folder), f.picture(200))
    return "bytes", inside(folder, an_image(folder))


def cut_an_image(folder: Path) -> Told:
    replace(an_image(folder), an_image(folder).read_bytes()[:-40])
    return "picture", inside(folder, an_image(folder))


def exif_in_an_image(folder: Path) -> Told:
    out, known = io.BytesIO(), Image.Exif()
    known[0x010E] = "at home"
    with Image.open(an_image(folder)) as picture:
        picture.save(out, "JPEG", exif=known)
    replace(an_image(folder), out.getvalue())
    return "metadata-left", inside(folder, an_image(folder))


def something_after_an_image(folder: Path) -> Told:
    replace(an_image(folder), an_image(folder).read_bytes() + b"PK")
    return "metadata-left", inside(folder, an_image(folder))


def make_an_image_huge(folder: Path) -> Told:
    with open(an_image(folder), "r+b") as file:
        file.truncate(61_000_000)
    return "too-large", inside(folder, an_image(folder))


def relabelled(folder: Path) -> str:
    edit_a_label(folder)
    lines = (folder / "metadata.csv").read_text().splitlines()
    return next(line.split(",")[0] for line in lines if ",White," in line and "Asian (Indian)" in line)


def relabel_against_the_tree(folder: Path) -> Told:
    name = relabelled(folder)
    (path,) = [path for path in folder.glob("race/*/asian_indian/*.jpg") if path.stem == name]
    return "extra", inside(folder, path)


def relabel_against_json_lines(folder: Path) -> Told:
    name = relabelled(folder)
    (path,) = [path for path in folder.glob("identity/*/metadata.jsonl") if name in path.read_text()]
    return "disagree", inside(folder, path)


def relabel_against_parquet(folder: Path) -> Told:
    name = relabelled(folder)
    (path,) = [p for p in folder.glob("parquet/*.parquet") if name in pq.read_table(p)["id"].to_pylist()]
    return "disagree", inside(folder, path)


def relabel_against_tar(folder: Path) -> Told:
    name = relabelled(folder)
    (path,) = [path for path in folder.glob("webdataset/*.tar") if name.encode() in path.read_bytes()]
    return "disagree", inside(folder, path)


def relabel_against_the_balance(folder: Path) -> Told:
    relabelled(folder)
    return "count", "reports/balance.json"


def relabel_against_croissant(folder: Path) -> Told:
    relabelled(folder)
    return "disagree", "croissant.json"


def drop_a_row(folder: Path) -> Told:
    path = folder / "metadata.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    return "extra", f"images/{lines[-1].split(',')[0]}.jpg"


def turn_rows_round(folder: Path) -> Told:
    path = folder / "metadata.csv"
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *reversed(lines)]))
    return "order", "metadata.csv"


def cut_a_row(folder: Path) -> Told:
    path = folder / "metadata.csv"
    path.write_text(path.read_text()[:-40])
    return "row", "metadata.csv"


def open_a_quote(folder: Path) -> Told:
    with open(folder / "metadata.csv", "a") as file:
        file.write('"')
    return "row", "metadata.csv"


def make_a_row_no_text(folder: Path) -> Told:
    path = folder / "metadata.csv"
    path.write_bytes(path.read_bytes().replace("“".encode(), b"\xff", 1))
    return "not-utf-8", "metadata.csv"


def make_a_line_endless(folder: Path) -> Told:
    with open(folder / "metadata.csv", "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(file.tell() + 40_000_000)
    return "too-large", "metadata.csv"


def lose_a_column(folder: Path) -> Told:
    edit(folder / "metadata.csv", "photo_id,", "photo,")
    return "columns", "metadata.csv"


def rename_a_column(folder: Path) -> Told:
    edit(folder / "metadata.csv", "creator,", "maker,")
    return "columns", "metadata.csv"


def give_an_image_another_id(folder: Path) -> Told:
    name = an_image(folder).stem
    edit(folder / "metadata.csv", f"{name},", f"{'0' * 20},")
    return "id", "metadata.csv"


def invent_a_class(folder: Path) -> Told:
    edit(folder / "metadata.csv", ",Female,", ",Fish,")
    return "class", "metadata.csv"


def rename_a_person(folder: Path) -> Told:
    edit(folder / "metadata.csv", ",Ada Marlow,", ",Ida Marlow,")
    return "class", "metadata.csv"


def forget_a_class(folder: Path) -> Told:
    known = json.loads((folder / "classes.json").read_text())
    edit_json(folder / "classes.json", gender=known["gender"][:1])
    return "folder", "gender/train/male"


def lead_a_class_elsewhere(folder: Path) -> Told:
    edit(folder / "classes.json", '"asian_indian"', '"../../etc"')
    return "unreadable", "classes.json"


def nest_too_deep(folder: Path) -> Told:
    (folder / "classes.json").write_text("[" * 100_000)
    return "unreadable", "classes.json"


def make_a_paper_endless(folder: Path) -> Told:
    with open(folder / "classes.json", "r+b") as file:
        file.truncate(40_000_000)
    return "too-large", "classes.json"


FORGERIES: list[Damage] = [
    swap_with_a_fitting_manifest,
    put_another_picture,
    cut_an_image,
    comment_in_an_image,
    exif_in_an_image,
    something_after_an_image,
    make_an_image_huge,
    relabel_against_the_tree,
    relabel_against_json_lines,
    relabel_against_parquet,
    relabel_against_tar,
    relabel_against_the_balance,
    relabel_against_croissant,
    drop_a_row,
    turn_rows_round,
    cut_a_row,
    open_a_quote,
    make_a_row_no_text,
    make_a_line_endless,
    lose_a_column,
    rename_a_column,
    give_an_image_another_id,
    invent_a_class,
    rename_a_person,
    forget_a_class,
    lead_a_class_elsewhere,
    nest_too_deep,
    make_a_paper_endless,
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forgery_whose_hashes_fit_is_told(folder: Path, forgery: Damage) -> None:
    expected = forgery(folder)
    f.seal(folder)
    assert expected in told(folder)


@pytest.mark.parametrize("forgery", [relabel_against_the_tree, relabel_against_json_lines, relabel_against_the_balance])
def test_a_label_edited_where_there_are_trees_alone_is_told(tmp_path: Path, forgery: Damage) -> None:
    folder = f.build(tmp_path / "release", ("imagefolder",))
    expected = forgery(folder)
    f.seal(folder)
    assert expected in told(folder)
