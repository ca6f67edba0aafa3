"""The command as people run it: in a process of its own, on the same database and crops."""

import io
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from curation.management.commands import export_mtf
from curation.models import Release
from curation.release import writing
from curation.release.orders import ACCEPTABLE, FORMATS
from curation.release.sinks import Progress, Written
from ingest import store
from tests import factories
from tests.conftest import REPO
from tests.curation import releases as r

PATIENCE = 60  # seconds
SMALL: dict[str, Any] = {"release": "1.0.0", "accept": list(ACCEPTABLE)}


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Leads another process to the test's database, and to its crops under tmp_path/media."""
    known = connection.settings_dict
    place = f"{quote(str(known['HOST']), safe='')}:{known['PORT'] or 5432}"
    who = quote(str(known["USER"])) + (f":{quote(str(known['PASSWORD']))}" if known["PASSWORD"] else "")
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgres://{who}@{place}/{known['NAME']}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "for this test only",
        "MTF_VAR": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",  # with a limit on files, Python leaves half a .pyc for everybody after it
    }


Run = tuple[int, str, str]  # exit status, what it said, what it complained of


def start(
    environment: Mapping[str, str], *words: str, umask: int = -1, largest_file: int | None = None
) -> "subprocess.Popen[str]":
    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.Popen(
        [sys.executable, str(REPO / "manage.py"), *words],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=umask,
        cwd="/",
        preexec_fn=limit,
    )


def run(environment: Mapping[str, str], *words: str, **limits: int) -> Run:
    with start(environment, *words, **limits) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def export(environment: Mapping[str, str], target: Path, *words: str, version: str = "1.0.0") -> Run:
    accepted = [word for code in ACCEPTABLE for word in ("--accept", code)]
    return run(environment, "export_mtf", "--release", version, "--output", str(target), *accepted, *words)


def test_export_freezes_and_writes_the_same_tree_anywhere(environment: dict[str, str], tmp_path: Path) -> None:
    r.few_people()
    first, second = tmp_path / "first", tmp_path / "elsewhere" / "second"
    second.parent.mkdir()
    status, out, err = export(environment, first, *(f"--format={name}" for name in FORMATS))
    assert (status, err) == (0, "")
    release = Release.objects.get(version="1.0.0")
    assert out.splitlines() == [f"release 1.0.0: 9 images in {first}", release.digest]
    odd = {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    words = ("export_mtf", "--release", "1.0.0", "--output", str(second))
    assert run(environment | odd, *words, umask=0o077)[0] == 0
    assert r.tree(first) == r.tree(second)
    assert run(environment, "verify_release", str(second), "--digest", release.digest)[0] == 0


def test_export_that_is_killed_leaves_nothing_and_can_be_run_again(environment: dict[str, str], tmp_path: Path) -> None:
    r.few_people()
    release = r.frozen()
    last = release.faces.order_by("-image_id")[0]
    crop = tmp_path / "media" / store.name_of("crops", last.crop_sha256)
    data = crop.read_bytes()
    crop.unlink()
    os.mkfifo(crop)  # whoever reads it waits
    target, images = tmp_path / "out", tmp_path / ".out.partial" / "images"
    with start(environment, "export_mtf", "--release", "1.0.0", "--output", str(target)) as process:
        wait_until(lambda: images.is_dir() and len(list(images.iterdir())) == 8, process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    assert images.is_dir()
    assert not target.exists()
    crop.unlink()
    crop.write_bytes(data)
    assert export(environment, target)[::2] == (0, "")
    assert not images.exists()
    assert len(list((target / "images").iterdir())) == 9


def wait_until(there: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_export_on_a_full_disk_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    r.few_people()
    r.frozen()
    words = ("export_mtf", "--release", "1.0.0", "--output", str(tmp_path / "out"))
    status, out, err = run(environment, *words, largest_file=100)
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "Nothing was left there" in err
    assert not list(tmp_path.glob("*out*"))


def test_export_refuses_with_one_line_and_status_1(environment: dict[str, str], tmp_path: Path) -> None:
    status, out, err = export(environment, tmp_path / "out", version="1.0")
    assert (status, out) == (1, "")
    assert err == "CommandError: '1.0' is not a version: it must be three numbers, like 1.0.0.\n"


def test_export_used_badly_ends_with_status_2(environment: dict[str, str]) -> None:
    status, out, err = run(environment, "export_mtf", "--release", "1.0.0")
    assert (status, out) == (2, "")
    assert "--output" in err.splitlines()[-1]


@pytest.mark.django_db
@pytest.mark.parametrize("words", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("version", "place", "complaint"),
    [
        ("v1", "out", "is not a version"),
        ("1.0.0", "full", "is not empty"),
        ("1.0.0", "full/mine", "is not a folder"),
        ("1.0.0", "full/mine/deep/er", "is not a folder"),
        ("1.0.0", "out", "no face is accepted"),
    ],
)
def test_export_refuses_and_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], version: str, place: str, complaint: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    target = str(tmp_path / place)
    with pytest.raises(CommandError, match=complaint) as refusal:
        call_command("export_mtf", *words, release=version, output=target, stdout=io.StringIO())
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_export_into_a_place_where_nobody_may_write_is_one_line() -> None:
    r.few_people()
    with pytest.raises(CommandError, match="/proc") as refusal:
        call_command("export_mtf", release="1.0.0", output="/proc/release", stdout=io.StringIO())
    assert "\n" not in str(refusal.value)
    assert not Release.objects.exists()


def test_dry_run_lists_and_freezes_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    r.few_people()
    r.accepted(factories.identity("Dewi Anggraini"), proof="unproved")
    status, out, err = export(environment, tmp_path / "out", "--dry-run")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "ready: 9 faces"
    place = lines.index("held back: the licence is not proved: 1")
    assert lines[place + 1].endswith("(Dewi Anggraini)")
    assert not Release.objects.exists()
    assert not (tmp_path / "out").exists()


def test_dry_run_fails_where_a_crop_blocks(environment: dict[str, str], tmp_path: Path) -> None:
    r.few_people()
    bad = r.accepted(factories.identity(), crop=factories.digest("no such crop"))
    status, out, err = export(environment, tmp_path / "out", "--dry-run")
    assert status == 1
    assert "blocking: the crop is missing: 1" in out.splitlines()
    assert f"face {bad.face_id}: " in out
    assert err.splitlines() == ["CommandError: Release 1.0.0 cannot be frozen: the crop is missing."]


@pytest.mark.django_db
def test_dry_run_of_a_frozen_release_says_so_and_reads_its_crops(tmp_path: Path) -> None:
    made = r.few_people()
    release, out = r.frozen(), io.StringIO()
    call_command("export_mtf", "--dry-run", release="1.0.0", output=str(tmp_path / "out"), stdout=out)
    assert out.getvalue() == f"release 1.0.0 is frozen: 9 images, {release.digest}\n"
    (tmp_path / "media" / store.name_of("crops", made[0].face.crop_sha256)).unlink()
    with pytest.raises(CommandError, match=r"1\.0\.0 cannot be written: the crop is missing"):
        call_command("export_mtf", "--dry-run", release="1.0.0", output=str(tmp_path / "out"), stdout=out)


@pytest.mark.django_db
def test_a_dry_run_of_claims_holds_no_dispute_against_them(tmp_path: Path) -> None:
    """Their labels are as claimed, whatever reviewers say of them."""
    made = r.few_people()
    made[0].consensus.filter(field="race").update(state="disputed", value="")

    def told(*words: str) -> str:
        out = io.StringIO()
        options = {"output": tmp_path / "r", "dry_run": True, "accept": list(ACCEPTABLE), "stdout": out}
        call_command("export_mtf", *words, release="1.0.0", **options)
        return out.getvalue()

    assert "not in the tree of race: 1 (disputed)" in told()
    assert "not in the tree" not in told("--set", "non-curated")


@pytest.mark.django_db
def test_an_alarm_while_the_files_are_written_keeps_them_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = r.few_people()

    def write(release: Release, folder: Path, progress: Progress) -> Written:
        done = writing.write(release, folder, progress)
        r.quarantine(made[0])
        return done

    monkeypatch.setattr(export_mtf, "write", write)
    with pytest.raises(CommandError, match="1 of its faces are in quarantine"):
        call_command("export_mtf", **SMALL, output=str(tmp_path / "out"), stdout=io.StringIO())
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_a_frozen_release_with_a_quarantined_face_is_not_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    made = r.few_people()
    r.frozen()
    r.quarantine(made[0])
    with pytest.raises(CommandError, match="1 of its faces are in quarantine"):
        call_command("export_mtf", *words, release="1.0.0", output=str(tmp_path / "out"), stdout=io.StringIO())
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
