"""Damage with the manifest as it was: each is told by its kind and with the file."""

import os
import shutil
from pathlib import Path

import pytest

from curation.release.verify import verify
from tests.curation import release_folders as f
from tests.curation.damage.folders import (
    Damage,
    Told,
    a_shard,
    an_image,
    comment_in_an_image,
    edit,
    edit_a_label,
    flip_a_byte,
    inside,
    swap_two_images,
    told,
)


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


def flip_a_byte_of_a_paper(folder: Path) -> Told:
    edit(folder / "README.md", "A", "B")
    return "bytes", "README.md"


def flip_a_byte_of_parquet(folder: Path) -> Told:
    data = bytearray(a_shard(folder, "parquet").read_bytes())
    data[200] ^= 1
    a_shard(folder, "parquet").write_bytes(data)
    return "bytes", inside(folder, a_shard(folder, "parquet"))


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
