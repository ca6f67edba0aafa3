"""Damage by class: each is told by its kind and with the file, with a manifest that fits it where a forger made it."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet as pq

from curation.release.naming import image_id
from curation.release.verify import verify
from tests.curation import release_folders as f

Told = tuple[str, str]  # kind, path
Damage = Callable[[Path], Told]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return f.build(tmp_path_factory.mktemp("releases") / "whole")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy with hard links of its own."""
    subprocess.run(["cp", "--archive", str(whole), str(tmp_path / "release")], check=True)
    return tmp_path / "release"


def told(folder: Path, digest: str | None = None) -> set[Told]:
    return {(problem.kind, problem.path) for problem in verify(folder, digest=digest).problems}


def an_image(folder: Path, number: int = 0) -> Path:
    return sorted((folder / "images").iterdir())[number]


def a_shard(folder: Path, kind: str) -> Path:
    return sorted(folder.glob(f"*/*.{kind}"))[0]


def inside(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder))


def replace(path: Path, data: bytes) -> None:
    """In all its hard links: they are one file."""
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_whole_release_has_no_problem(folder: Path, tmp_path: Path) -> None:
    found = verify(folder)
    assert (found.problems, found.notes, found.more) == ([], [], {})
    assert verify(folder, digest=found.digest).problems == []
    assert found.files == len([path for path in folder.rglob("*") if path.is_file()])


@pytest.mark.parametrize(
    "formats", [(), *((name,) for name in f.ALL), f.ALL[1:]], ids=lambda formats: "+".join(formats)
)
def test_a_release_of_some_formats_has_no_problem(tmp_path: Path, formats: tuple[str, ...]) -> None:
    assert verify(f.build(tmp_path / "release", formats)).problems == []


def test_a_copy_without_hard_links_has_no_problem(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert verify(tmp_path / "copy").problems == []


def test_several_processes_find_the_same(folder: Path) -> None:
    flip_a_byte(folder)
    comment_in_an_image(folder)
    problems = verify(folder, processes=2).problems
    assert sorted(map(str, problems)) == sorted(map(str, verify(folder).problems))
    assert problems


# ---- Damage, with the manifest as it was


def flip_a_byte(folder: Path) -> Told:
    data = bytearray(an_image(folder).read_bytes())
    data[len(data) // 2] ^= 1
    replace(an_image(folder), bytes(data))
    return "bytes", inside(folder, an_image(folder))


def flip_a_byte_of_a_paper(folder: Path) -> Told:
    edit(folder / "README.md", "A", "B")
    return "bytes", "README.md"


def flip_a_byte_of_parquet(folder: Path) -> Told:
    data = bytearray(a_shard(folder, "parquet").read_bytes())
    data[200] ^= 1
    a_shard(folder, "parquet").write_bytes(data)
    return "bytes", inside(folder, a_shard(folder, "parquet"))


def swap_two_images(folder: Path) -> Told:
    one, two = an_image(folder, 0), an_image(folder, 1)
    first, second = one.read_bytes(), two.read_bytes()
    replace(one, second)
    replace(two, first)
    return "bytes", inside(folder, two)


def swap_two_names(folder: Path) -> Told:
    one, two = an_image(folder, 0), an_image(folder, 1)
    one.rename(folder / "images" / "x")
    two.rename(one)
    (folder / "images" / "x").rename(two)
    return "bytes", inside(folder, one)


def add_a_file(folder: Path) -> Told:
    (folder / "race" / "train" / "white" / "more.jpg").write_bytes(b"more")
    return "extra", "race/train/white/more.jpg"


def add_a_name_that_is_no_text(folder: Path) -> Told:
    Path(os.fsdecode(bytes(folder) + b"/reports/\xff\n")).touch()
    return "extra", "reports/\udcff\n"


def add_a_folder(folder: Path) -> Told:
    (folder / "race" / "val" / "green").mkdir(mode=0o755)
    return "folder", "race/val/green"


def add_a_deep_folder(folder: Path) -> Told:
    (folder / "reports" / "a" / "b" / "c" / "d" / "e" / "f" / "g").mkdir(parents=True)
    return "folder", "reports/a/b/c/d/e/f"


def lose_an_image(folder: Path) -> Told:
    path = an_image(folder)
    path.unlink()
    return "missing", inside(folder, path)


def lose_a_shard(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.unlink()
    return "missing", inside(folder, path)


def lose_a_class_folder(folder: Path) -> Told:
    shutil.rmtree(folder / "race" / "val" / "white")
    return "folder", "race/val/white"


def edit_a_label(folder: Path) -> Told:
    edit(folder / "metadata.csv", ",Asian (Indian),", ",White,")
    return "bytes", "metadata.csv"


def link_a_file(folder: Path) -> Told:
    path = an_image(folder)
    path.rename(folder.parent / "elsewhere.jpg")
    path.symlink_to(folder.parent / "elsewhere.jpg")
    return "link", inside(folder, path)


def link_a_paper(folder: Path) -> Told:
    (folder / "classes.json").rename(folder.parent / "classes.json")
    (folder / "classes.json").symlink_to(folder.parent / "classes.json")
    return "link", "classes.json"


def link_a_folder(folder: Path) -> Told:
    (folder / "race" / "val").rename(folder.parent / "val")
    (folder / "race" / "val").symlink_to(folder.parent / "val")
    return "link", "race/val"


def put_a_pipe(folder: Path) -> Told:
    (folder / "release.json").unlink()
    os.mkfifo(folder / "release.json")
    return "strange", "release.json"


def change_a_mode(folder: Path) -> Told:
    (folder / "metadata.csv").chmod(0o666)
    return "mode", "metadata.csv"


def change_a_mode_of_a_folder(folder: Path) -> Told:
    (folder / "age" / "test").chmod(0o775)
    return "mode", "age/test"


def cut_a_tar(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.write_bytes(path.read_bytes()[:-20_000])
    return "truncated", inside(folder, path)


def cut_parquet(folder: Path) -> Told:
    path = a_shard(folder, "parquet")
    path.write_bytes(path.read_bytes()[:-100])
    return "truncated", inside(folder, path)


def lead_outside(folder: Path) -> Told:
    path = folder / "MANIFEST.sha256"
    path.write_bytes(f"{'a' * 64}  ../../etc/passwd\n".encode() + path.read_bytes())
    return "outside", "MANIFEST.sha256"


def lead_to_the_root(folder: Path) -> Told:
    path = folder / "MANIFEST.sha256"
    path.write_bytes(f"{'a' * 64}  /etc/passwd\n".encode() + path.read_bytes())
    return "outside", "MANIFEST.sha256"


def turn_the_manifest_round(folder: Path) -> Told:
    path = folder / "MANIFEST.sha256"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    return "order", "MANIFEST.sha256"


def make_the_manifest_no_text(folder: Path) -> Told:
    (folder / "MANIFEST.sha256").write_bytes(b"\xff" * 2_000_000)
    return "order", "MANIFEST.sha256"


AS_IT_WAS: list[Damage] = [
    *(flip_a_byte, flip_a_byte_of_a_paper, flip_a_byte_of_parquet, swap_two_images, swap_two_names, add_a_file),
    *(add_a_name_that_is_no_text, add_a_folder, add_a_deep_folder, lose_an_image, lose_a_shard, lose_a_class_folder),
    *(edit_a_label, link_a_file, link_a_paper, link_a_folder, put_a_pipe, change_a_mode, change_a_mode_of_a_folder),
    *(cut_a_tar, cut_parquet, lead_outside, lead_to_the_root, turn_the_manifest_round, make_the_manifest_no_text),
]


@pytest.mark.parametrize("damage", AS_IT_WAS, ids=lambda damage: damage.__name__)
def test_damage_is_told(folder: Path, damage: Damage) -> None:
    assert damage(folder) in told(folder)


# ---- Forgeries: the manifest is made anew, so that only contradictions tell


def swap_with_a_fitting_manifest(folder: Path) -> Told:
    swap_two_images(folder)
    return "id", inside(folder, an_image(folder))


def put_another_picture(folder: Path) -> Told:
    replace(an_image(folder), f.picture(200))
    return "bytes", inside(folder, an_image(folder))


def cut_an_image(folder: Path) -> Told:
    replace(an_image(folder), an_image(folder).read_bytes()[:-40])
    return "picture", inside(folder, an_image(folder))


def comment_in_an_image(folder: Path) -> Told:
    data = an_image(folder).read_bytes()
    replace(an_image(folder), data[:2] + b"\xff\xfe\x00\x06home" + data[2:])
    return "metadata-left", inside(folder, an_image(folder))


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


# ---- … in Parquet


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object], **pages: Any) -> str:
    """The first shard, with a changed row and digests that fit."""
    path = a_shard(folder, "parquet")
    table = pq.read_table(path).to_pylist()
    change(table[0])
    f.put_parquet(folder, inside(folder, path), table, **pages)
    return inside(folder, path)


def relabel_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row.update(perceived_race="Green"))


def renumber_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row.update(label_race=1 - row["label_race"]))


def other_bytes_in_parquet(folder: Path) -> Told:
    return "bytes", rewritten(folder, lambda row: row["image"].update(bytes=f.picture(200)))


def lead_parquet_outside(folder: Path) -> Told:
    return "outside", rewritten(folder, lambda row: row["image"].update(path="../../etc/passwd"))


def other_path_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row["image"].update(path="somebody.jpg"))


def no_image_in_parquet(folder: Path) -> Told:
    return "row", rewritten(folder, lambda row: row["image"].update(bytes=None))


def pack_images(folder: Path) -> Told:
    return "too-large", rewritten(folder, lambda row: None, compression="zstd")


def pack_a_bomb(folder: Path) -> Told:
    path = rewritten(folder, lambda row: row.update(creator="a" * 5_000_000))
    assert (folder / path).stat().st_size < 100_000
    return "too-large", path


def name_classes_otherwise(folder: Path) -> Told:
    features = (
        f.schema().metadata[b"huggingface"].decode().replace('"asian_indian", "white"', '"white", "asian_indian"')
    )
    like = f.schema().with_metadata({"huggingface": features})
    path = a_shard(folder, "parquet")
    f.put_parquet(folder, inside(folder, path), pq.read_table(path).to_pylist(), like)
    return "disagree", inside(folder, path)


def hide_something_in_the_schema(folder: Path) -> Told:
    like = f.schema().with_metadata(f.schema().metadata | {b"author": b"somebody"})
    path = a_shard(folder, "parquet")
    f.put_parquet(folder, inside(folder, path), pq.read_table(path).to_pylist(), like)
    return "disagree", inside(folder, path)


def add_a_column_to_parquet(folder: Path) -> Told:
    path = a_shard(folder, "parquet")
    table = pq.read_table(path)
    pq.write_table(table.append_column("note", pa.array(["x"] * len(table))), path)
    return "disagree", inside(folder, path)


def say_other_digests(folder: Path) -> Told:
    path = inside(folder, a_shard(folder, "parquet"))
    edit_json(folder / "parquet" / "digests.json", **{path: {"rows": 1, "sha256": "0" * 64}})
    return "disagree", path


def lose_a_parquet_shard(folder: Path) -> Told:
    first, second = sorted(folder.glob("parquet/*-of-00002.parquet"))
    second.unlink()
    return "missing", inside(folder, first)


def cut_parquet_in_the_middle(folder: Path) -> Told:
    path = a_shard(folder, "parquet")
    data = path.read_bytes()
    path.write_bytes(data[:500] + data[1000:])
    return "truncated", inside(folder, path)


def write_no_parquet(folder: Path) -> Told:
    a_shard(folder, "parquet").write_bytes(b"PAR1")
    return "truncated", inside(folder, a_shard(folder, "parquet"))


# ---- … in tar files


def retarred(folder: Path, change: Callable[[list[tuple[str, bytes]]], object]) -> str:
    path = a_shard(folder, "tar")
    table, data = f.rows()
    bucket = path.name.removesuffix("-00000.tar")
    members = f.tar_members(f.buckets(table)[bucket], data)
    change(members)
    f.put_tar(folder, inside(folder, path), members)
    return inside(folder, path)


def relabel_in_a_tar(folder: Path) -> Told:
    def change(members: list[tuple[str, bytes]]) -> None:
        members[1] = (members[1][0], members[1][1].replace(b'"perceived_race": "', b'"perceived_race": "Off-'))

    return "disagree", retarred(folder, change)


def other_bytes_in_a_tar(folder: Path) -> Told:
    def change(members: list[tuple[str, bytes]]) -> None:
        members[0] = (members[0][0], f.picture(200))

    return "bytes", retarred(folder, change)


def lead_a_tar_outside(folder: Path) -> Told:
    return "outside", retarred(folder, lambda members: members.append(("../../etc/cron.d/x", b"x")))


def lead_a_tar_to_the_root(folder: Path) -> Told:
    return "outside", retarred(folder, lambda members: members.append(("/etc/cron.d/x", b"x")))


def add_a_member(folder: Path) -> Told:
    return "strange", retarred(folder, lambda members: members.append(("readme.txt", b"x")))


def lose_an_image_of_a_tar(folder: Path) -> Told:
    return "missing", retarred(folder, lambda members: members.__delitem__(slice(0, 2))).removesuffix("-00000.tar")


def lose_a_json_of_a_tar(folder: Path) -> Told:
    return "strange", retarred(folder, lambda members: members.pop(1))


def tell_an_owner(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    data = bytearray(path.read_bytes())
    data[265:269] = b"root"
    path.write_bytes(data)
    return "strange", inside(folder, path)


def put_something_behind_a_tar(folder: Path) -> Told:
    with open(a_shard(folder, "tar"), "ab") as file:
        file.write(b"x" * 512)
    return "strange", inside(folder, a_shard(folder, "tar"))


def cut_a_tar_between_members(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.write_bytes(path.read_bytes()[:512])
    return "truncated", inside(folder, path)


def name_a_shard_otherwise(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.rename(path.with_name("identity-train--attributes-all-00000.tar"))
    return "extra", "webdataset/identity-train--attributes-all-00000.tar"


FORGERIES: list[Damage] = [
    *(swap_with_a_fitting_manifest, put_another_picture, cut_an_image, comment_in_an_image, exif_in_an_image),
    *(something_after_an_image, make_an_image_huge, relabel_against_the_tree, relabel_against_json_lines),
    *(relabel_against_parquet, relabel_against_tar, relabel_against_the_balance, relabel_against_croissant),
    *(drop_a_row, turn_rows_round, cut_a_row, open_a_quote, make_a_row_no_text, make_a_line_endless, lose_a_column),
    *(rename_a_column, give_an_image_another_id, invent_a_class, rename_a_person, forget_a_class),
    *(lead_a_class_elsewhere, nest_too_deep, make_a_paper_endless, add_a_listed_image, move_an_image),
    *(lead_a_line_outside, drop_a_line, repeat_a_key, make_a_line_no_text, count_otherwise, count_people_otherwise),
    *(say_another_version, say_another_parent, say_a_format_that_is_not_there, say_less_columns),
    *(say_a_task_that_is_none, lose_a_licence, lose_a_credit, credit_otherwise, lose_a_paper, empty_a_paper),
    *(lose_the_plots, make_a_paper_no_text, revoke_an_image, relabel_in_parquet, renumber_in_parquet),
    *(other_bytes_in_parquet, lead_parquet_outside, other_path_in_parquet, no_image_in_parquet, pack_images),
    *(pack_a_bomb, name_classes_otherwise, hide_something_in_the_schema, add_a_column_to_parquet),
    *(say_other_digests, lose_a_parquet_shard, cut_parquet_in_the_middle, write_no_parquet, relabel_in_a_tar),
    *(other_bytes_in_a_tar, lead_a_tar_outside, lead_a_tar_to_the_root, add_a_member, lose_an_image_of_a_tar),
    *(lose_a_json_of_a_tar, tell_an_owner, put_something_behind_a_tar, cut_a_tar_between_members),
    *(name_a_shard_otherwise,),
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
