"""Releases of the first layout: what is told of them, in words."""

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from curation.release.verify import NotARelease, verify
from tests.conftest import REPO
from tests.curation import release_folders as f
from tests.curation.damage.folders import an_image, digest, remove_a_paper, replace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    f.build_first(tmp_path / "release")
    return tmp_path / "release"


def problems(folder: Path, digest: str | None = None) -> list[str]:
    return [str(problem) for problem in verify(folder, digest=digest).problems]


def test_a_release_as_it_was_written_verifies(folder: Path) -> None:
    found = verify(folder, digest=digest(folder))
    assert (found.problems, found.digest) == ([], digest(folder))
    assert found.files == len([path for path in folder.rglob("*") if path.is_file()])


def test_a_copy_without_hard_links_verifies(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert problems(tmp_path / "copy", digest=digest(folder)) == []


def flip_a_byte(folder: Path) -> str:
    image = an_image(folder)
    data = bytearray(image.read_bytes())
    data[len(data) // 2] ^= 1
    replace(image, bytes(data))
    return f"images/{image.name}: its bytes are not those that MANIFEST.sha256 names"


def remove_an_image(folder: Path) -> str:
    image = an_image(folder)
    image.unlink()
    return f"images/{image.name}: missing"


def add_a_file(folder: Path) -> str:
    (folder / "race" / "train" / "white" / "extra.jpg").write_bytes(b"extra")
    return "race/train/white/extra.jpg: extra, not in MANIFEST.sha256"


def add_a_folder(folder: Path) -> str:
    (folder / "race" / "train" / "green").mkdir()
    return "race/train/green: folder of no class"


def remove_a_class_folder(folder: Path) -> str:
    shutil.rmtree(folder / "race" / "val" / "white")
    return "race/val/white: folder missing"


def edit_a_label(folder: Path) -> str:
    path = folder / "metadata.csv"
    path.write_text(path.read_text().replace(",Asian (Indian),", ",White,", 1))
    return "metadata.csv: its bytes are not those that MANIFEST.sha256 names"


def put_a_link(folder: Path) -> str:
    image = an_image(folder)
    data = image.read_bytes()
    image.unlink()
    (folder.parent / "elsewhere.jpg").write_bytes(data)
    image.symlink_to(folder.parent / "elsewhere.jpg")
    return f"images/{image.name}: is a link"


def put_a_linked_folder(folder: Path) -> str:
    (folder / "race" / "val").rename(folder.parent / "val")
    (folder / "race" / "val").symlink_to(folder.parent / "val")
    return "race/val: is a link"


def put_a_pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe: is neither a file nor a folder"


def lead_outside(folder: Path) -> str:
    path = folder / "MANIFEST.sha256"
    path.write_bytes(f"{'a' * 64}  ../../etc/passwd\n".encode() + path.read_bytes())
    return "MANIFEST.sha256: line 1 leads outside the folder: ../../etc/passwd"


DAMAGE: list[Callable[[Path], str]] = [
    *(flip_a_byte, remove_an_image, remove_a_paper, add_a_file, add_a_folder, remove_a_class_folder),
    *(edit_a_label, put_a_link, put_a_linked_folder, put_a_pipe, lead_outside),
]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_told(folder: Path, damage: Callable[[Path], str]) -> None:
    assert damage(folder) in problems(folder)


def test_a_rewritten_manifest_is_told_by_the_digest(folder: Path) -> None:
    published = digest(folder)
    (folder / "README.md").write_text("All labels are certain.")
    f.seal(folder)
    assert problems(folder) == []
    (problem,) = problems(folder, digest=published)
    assert problem == f"MANIFEST.sha256: its digest is {digest(folder)}, not {published}"


# ---- Damage with a manifest that fits it: the files contradict each other


def move_an_image(folder: Path) -> str:
    image = sorted(folder.glob("gender/*/female/*.jpg"))[0]
    other = image.parent.parent / "male" / image.name
    image.rename(other)
    return f"{other.relative_to(folder)}: the trees have it, metadata.csv has not"


def relabel(folder: Path) -> str:
    lines = (folder / "metadata.csv").read_text().splitlines()
    relabelled = next(line for line in lines if ",Asian (Indian)," in line).split(",")[0]
    edit_a_label(folder)
    (image,) = (p for p in folder.glob("race/*/asian_indian/*.jpg") if p.stem == relabelled)
    return f"{image.relative_to(folder)}: the trees have it, metadata.csv has not"


def drop_a_row(folder: Path) -> str:
    path = folder / "metadata.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    return f"images/{lines[-1].split(',')[0]}.jpg: the trees have it, metadata.csv has not"


def turn_rows_round(folder: Path) -> str:
    path = folder / "metadata.csv"
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *reversed(lines)]))
    return "metadata.csv: ids are out of order or there twice"


def forget_a_class(folder: Path) -> str:
    path = folder / "classes.json"
    classes = json.loads(path.read_text())
    classes["gender"] = [known for known in classes["gender"] if known["folder"] != "male"]
    path.write_text(json.dumps(classes))
    return "gender/train/male: folder of no class"


def add_exif(folder: Path) -> str:
    image = an_image(folder)
    out = io.BytesIO()
    with Image.open(image) as picture:
        known = Image.Exif()
        known[0x010E] = "at home"
        picture.save(out, "JPEG", exif=known)
    replace(image, out.getvalue())
    return f"images/{image.name}: carries APP1"


def cut_off(folder: Path) -> str:
    image = an_image(folder)
    replace(image, image.read_bytes()[:-40])
    return f"images/{image.name}: cannot be decoded: a cut-off JPEG"


def swap_an_image(folder: Path) -> str:
    image = an_image(folder)
    replace(image, f.picture(200))
    return f"images/{image.name}: its bytes are not those that metadata.csv names"


FORGERY = [move_an_image, relabel, drop_a_row, turn_rows_round, forget_a_class, add_exif, cut_off, swap_an_image]


@pytest.mark.parametrize("forgery", FORGERY, ids=lambda forgery: forgery.__name__)
def test_a_forgery_whose_hashes_fit_is_told(folder: Path, forgery: Callable[[Path], str]) -> None:
    expected = forgery(folder)
    f.seal(folder)
    assert expected in problems(folder)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("metadata.csv", b""),
        ("metadata.csv", b"id,file\nx,y\n"),
        ("metadata.csv", b"\xff\xfe"),
        ("metadata.csv", b'"'),
        ("classes.json", b"{}"),
        ("classes.json", b"[]"),
        ("classes.json", b'{"identity": 1, "race": 2, "gender": 3, "age": 4}'),
        ("classes.json", b"nothing"),
        pytest.param("classes.json", b"[" * 100_000, id="nested too deep"),
    ],
)
def test_papers_that_cannot_be_read_are_told(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    f.seal(folder)
    assert name in " ".join(problems(folder))


@pytest.mark.parametrize("line", [b"0123,images/x.jpg", b"x" * 300 + b"," * 26, b"../../x" + b"," * 26])
def test_a_row_that_is_none_of_ours_is_told(folder: Path, line: bytes) -> None:
    (folder / "metadata.csv").write_bytes((folder / "metadata.csv").read_bytes() + line + b"\n")
    f.seal(folder)
    assert "metadata.csv: row 20 is cut off, or its id is none of ours" in problems(folder)


@pytest.mark.parametrize("name", ["classes.json", "metadata.csv"])
def test_a_pipe_is_told_and_not_waited_for(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert f"{name}: is neither a file nor a folder" in problems(folder)


@pytest.mark.parametrize("what", ["nothing", "a link", "a folder", "a pipe"])
def test_a_folder_without_a_manifest_is_no_release(tmp_path: Path, what: str) -> None:
    manifest_file = tmp_path / "MANIFEST.sha256"
    if what == "a link":
        manifest_file.symlink_to(REPO / "README.md")
    elif what == "a folder":
        manifest_file.mkdir()
    elif what == "a pipe":
        os.mkfifo(manifest_file)
    with pytest.raises(NotARelease, match=r"MANIFEST\.sha256 cannot be read"):
        verify(tmp_path)
