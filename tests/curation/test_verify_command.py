"""The command that proves a release, with no database to reach."""

import os
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import REPO
from tests.curation import release_folders as f
from tests.curation.damage.folders import digest, remove_a_paper


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    f.build_first(tmp_path / "release")
    return tmp_path / "release"


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
