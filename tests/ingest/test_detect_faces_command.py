import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from demo.drawing import encode, portrait
from demo.people import PEOPLE

REPO = Path(__file__).resolve().parent.parent.parent
REFUSALS = {
    "broken_picture", "not_a_picture", "too_many_bytes", "too_many_pixels", "too_slow", "too_small",
    "unsupported_format",
}  # fmt: skip


def detect_faces(*arguments: str | Path, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """The real command, warnings as errors, in an environment that leads to no database."""
    unreachable = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    environment = os.environ | unreachable | {"DJANGO_SETTINGS_MODULE": "mtf_site.settings"}
    command = [sys.executable, "-W", "error", "manage.py", "detect_faces", *map(str, arguments)]
    return subprocess.run(
        command, cwd=REPO, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "face.jpg").write_bytes(encode(portrait(PEOPLE[0], 1, (480, 600))))
    (tmp_path / "a.png").write_bytes(encode(Image.new("RGB", (64, 48))))
    (tmp_path / "c.jpg").write_text("<html>not found</html>")
    (tmp_path / ".hidden").write_text("no picture")
    return tmp_path


def told(*arguments: str | Path) -> list[str]:
    """What the command says, run in this process, where pytest lets nothing reach a database."""
    out = io.StringIO()
    call_command("detect_faces", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_folder_is_walked_in_order_and_a_bad_file_is_told_and_passed(folder: Path) -> None:
    done = detect_faces(folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    empty, bad, face = lines(done)
    assert empty == {"path": str(folder / "a.png"), "width": 64, "height": 48, "faces": [], "error": None}
    assert (bad["path"], bad["faces"], bad["width"]) == (str(folder / "c.jpg"), [], None)
    assert bad["error"].startswith("not_a_picture: ")
    assert (face["path"], face["width"], face["height"]) == (str(folder / "b" / "face.jpg"), 480, 600)
    (box,) = face["faces"]
    assert {"x", "y", "w", "h", "score", "weights", "eyes", "detector"} <= set(box)
    assert (box["detector"], box["eyes"] in (0, 1, 2)) == ("haar", True)
    assert 0 <= box["x"] < box["x"] + box["w"] <= 480
    assert 0 <= box["y"] < box["y"] + box["h"] <= 600


def test_without_json_each_picture_is_a_readable_line(folder: Path) -> None:
    empty, bad, face = told(folder)
    assert empty == f"{folder / 'a.png'}: 64x48, no face"
    assert bad.startswith(f"{folder / 'c.jpg'}: not_a_picture: ")
    assert face.startswith(f"{folder / 'b' / 'face.jpg'}: 480x600, ")
    assert " at " in face


def test_missing_file_is_an_error_of_its_line(folder: Path) -> None:
    absent, present = map(json.loads, told(folder / "absent.jpg", folder / "a.png", "--json"))
    assert absent["error"] == "unreadable: No such file or directory"
    assert present["error"] is None


def test_what_never_ends_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "b.jpg")
    with (folder / "huge.jpg").open("wb") as file:
        file.truncate(200_000_000_000)  # a hole, which takes no place
    found = {Path(line["path"]).name: line["error"] for line in map(json.loads, told(folder, "/dev/zero", "--json"))}
    assert found["b.jpg"] == found["zero"] == "not_a_file: neither a file nor a folder"
    assert found["huge.jpg"].startswith("too_many_bytes")
    assert found["a.png"] is None


def test_a_name_that_is_not_text_is_shown(folder: Path) -> None:
    odd = Path(os.fsdecode(bytes(folder) + b"/\xff.jpg"))
    odd.write_bytes(b"")
    assert told(odd, folder / "a.png")[0].startswith(f"{folder}/\\udcff.jpg: ")


def test_files_are_taken_in_the_order_given(folder: Path) -> None:
    paths = [str(folder / "c.jpg"), str(folder / "a.png")]
    assert [json.loads(line)["path"] for line in told(*paths, "--json")] == paths


def test_opencv_without_cascades_ends_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "CascadeClassifier")
    with pytest.raises(CommandError, match="below version 5"):
        told(folder)


def test_nothing_read_at_all_is_status_1_with_one_line(folder: Path) -> None:
    done = detect_faces(folder / "c.jpg", "--json")
    assert done.returncode == 1
    assert len(lines(done)) == 1
    assert done.stderr == "CommandError: Not one picture could be read.\n"


@pytest.mark.parametrize("arguments", [(), ("--detector", "clairvoyance", "x.jpg")])
def test_bad_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    done = detect_faces(*arguments)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.faces
def test_every_tricky_file_gives_faces_no_face_or_a_refusal(real_faces: Path) -> None:
    """A hang ends the run; a crash or a warning that escapes ends it with another status."""
    files = sorted(path for path in (real_faces / "tricky").iterdir() if path.is_file())
    done = detect_faces(real_faces / "tricky", "--json", seconds=len(files) * 5)
    seen = lines(done)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert [line["path"] for line in seen] == [str(path) for path in files]
    for line in seen:
        assert (line["error"] is None) == (line["width"] is not None)
        assert line["error"] is None or line["error"].split(":")[0] in REFUSALS, line
    refused = {Path(line["path"]).name: line["error"].split(":")[0] for line in seen if line["error"]}
    assert refused["pillow_truncated_jpeg.jpg"] == "broken_picture"
    assert refused["pillow_decompression_bomb.gif"] == "too_many_pixels"
    assert refused["exif_IMG_5195.HEIC"] == "unsupported_format"
    assert len(refused) < len(seen) / 2


@pytest.mark.faces
def test_photo_turned_by_a_quarter_without_exif_shows_no_upright_face(real_faces: Path) -> None:
    upright, lying = (real_faces / "tricky" / f"insightface_r{turn}.jpg" for turn in (0, 90))
    found, missed = map(json.loads, told(upright, lying, "--json"))
    assert len(found["faces"]) == 1
    assert missed["faces"] == []
