import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from curation.release.verify import NotARelease, verify
from tests.conftest import REPO
from tests.curation import release_folders as f


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    f.build_first(tmp_path / "release")
    return tmp_path / "release"


def digest(folder: Path) -> str:
    return f"sha256:{hashlib.sha256((folder / 'MANIFEST.sha256').read_bytes()).hexdigest()}"


def problems(folder: Path, digest: str | None = None) -> list[str]:
    return [str(problem) for problem in verify(folder, digest=digest).problems]


def an_image(folder: Path) -> Path:
    return sorted((folder / "images").iterdir())[0]


def replace(path: Path, data: bytes) -> None:
    """In all its hard links: they are one file."""
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()


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


def remove_a_paper(folder: Path) -> str:
    (folder / "README.md").unlink()
    return "README.md: missing"


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


# ---- The command


def run(*words: str, var: Path) -> tuple[int, str, str]:
    """With a database that nobody could reach."""
    process = subprocess.run(
        [sys.executable, str(REPO / "manage.py"), "verify_release", *words],
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "for this test only",
            "MTF_VAR": str(var),
        },
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    return process.returncode, process.stdout, process.stderr


def test_command_verifies_without_a_database(folder: Path, tmp_path: Path) -> None:
    status, out, err = run(str(folder), "--digest", digest(folder), var=tmp_path)
    files = len([path for path in folder.rglob("*") if path.is_file()])
    assert (status, out, err) == (0, f"verified: {files:,} files, digest {digest(folder)}\n", "")


def test_command_tells_each_problem_in_a_line(folder: Path, tmp_path: Path) -> None:
    problem = remove_a_paper(folder)
    status, out, err = run(str(folder), var=tmp_path)
    assert (status, out) == (1, f"{problem}\n")
    assert err == f"CommandError: not verified: 1 problems in {folder}\n"


def test_command_shows_a_name_that_no_terminal_can_show(folder: Path, tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(folder / "images") + b"/\xff\nverified")).touch()
    status, out, err = run(str(folder), var=tmp_path)
    assert (status, len(err.splitlines())) == (1, 1)
    assert out.splitlines()[0] == "images/\\udcff\\nverified: extra, not in MANIFEST.sha256"


def test_command_of_a_folder_that_cannot_be_entered_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(place: Path) -> None:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(CommandError, match="cannot be read: Permission denied"):
        call_command("verify_release", str(folder))


def test_command_whose_helper_was_killed_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_words: object, **_more: object) -> None:
        raise BrokenExecutor("A process in the process pool was terminated abruptly")

    monkeypatch.setattr("curation.management.commands.verify_release.verify", killed)
    with pytest.raises(CommandError, match="not verified: a process"):
        call_command("verify_release", str(folder))


def test_command_of_no_release_is_one_line(tmp_path: Path) -> None:
    status, out, err = run(str(tmp_path / "nowhere"), var=tmp_path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "is not a release" in err


def test_command_without_a_folder_is_bad_usage(tmp_path: Path) -> None:
    assert run(var=tmp_path)[0] == 2
