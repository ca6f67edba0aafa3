"""Exports that end early, in whatever format they are just then: nothing half is left, and one line says what to do."""

import errno
import io
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from django.core.management import CommandError, call_command

from curation.models import Release
from curation.release import entries
from curation.release.entries import HashedFile
from curation.release.orders import FORMATS
from curation.release.verify import verify
from ingest import store
from tests.curation import releases as r
from tests.curation.test_export_command import PATIENCE, environment, run, start, wait_until

__all__ = ["environment"]

ADVICE = "Free some space there, or take another folder, and run the command again. Nothing was left there."


@pytest.fixture
def frozen(environment: dict[str, str]) -> Release:
    r.few_people()
    return r.frozen(formats=FORMATS)


def words(target: Path) -> tuple[str, ...]:
    return ("export_mtf", "--release", "1.0.0", "--output", str(target))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---- Killed


def serve(crop: Path, data: bytes, times: int) -> None:
    """In the place of the crop a pipe for every reader: so many get the bytes, the next one waits for good."""
    os.mkfifo(crop)

    def give() -> None:
        for _ in range(times):
            with open(crop, "wb") as pipe:  # waits for a reader
                _next_pipe(crop)
                pipe.write(data)

    threading.Thread(target=give, daemon=True).start()


def _next_pipe(crop: Path) -> None:
    coming = crop.with_name("coming")
    os.mkfifo(coming)
    coming.rename(crop)


@pytest.mark.parametrize(
    ("times", "there"),
    [(0, "images"), (1, "parquet"), (2, "webdataset")],
    ids=["among the images", "within Parquet", "within a tar file"],
)
def test_an_export_killed_anywhere_leaves_no_half_release(
    environment: dict[str, str], frozen: Release, tmp_path: Path, times: int, there: str
) -> None:
    crop = tmp_path / "media" / store.name_of("crops", frozen.faces.order_by("-image_id")[0].crop_sha256)
    data = crop.read_bytes()
    crop.unlink()
    serve(crop, data, times)
    place = tmp_path / "releases"
    place.mkdir()
    with start(environment, *words(place / "out")) as process:
        wait_until(lambda: _has_begun(place / ".out.partial" / there), process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    assert left(place) == [".out.partial"]
    crop.unlink()
    crop.write_bytes(data)
    assert run(environment, *words(place / "out"))[0] == 0
    assert left(place) == ["out"]
    assert verify(place / "out", digest=frozen.digest).problems == []


def _has_begun(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


# ---- A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for some of the images."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_line_and_nothing_is_left_there(
    environment: dict[str, str], frozen: Release, small_disk: Path
) -> None:
    target = small_disk / "out"
    status, out, err = run(environment, *words(target))
    assert (status, out) == (1, "")
    assert err == f"CommandError: {target} cannot be written: No space left on device. {ADVICE}\n"
    assert left(small_disk) == []


@pytest.mark.parametrize("largest", [100, 6_000], ids=["an image", "a larger file"])
def test_a_file_that_may_not_grow_is_one_line_and_nothing_is_left_there(
    environment: dict[str, str], frozen: Release, tmp_path: Path, largest: int
) -> None:
    place = tmp_path / "releases"
    place.mkdir()
    status, out, err = run(environment, *words(place / "out"), largest_file=largest)
    assert (status, out) == (1, "")
    assert err == f"CommandError: {place / 'out'} cannot be written: File too large. {ADVICE}\n"
    assert left(place) == []


class Full(io.RawIOBase):
    """A file on a disk without room."""

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["write", "link", "mkdir", "Parquet", "sync"])
def test_no_room_at_any_step_is_one_line_and_nothing_is_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    r.few_people()
    r.frozen(formats=FORMATS)
    place = tmp_path / "releases"
    place.mkdir()
    with monkeypatch.context() as patch:
        _fill(patch, what)
        with pytest.raises(CommandError) as refusal:
            call_command("export_mtf", release="1.0.0", output=str(place / "out"), stdout=io.StringIO())
    assert str(refusal.value) == f"{place / 'out'} cannot be written: No space left on device. {ADVICE}"
    assert left(place) == []
    call_command("export_mtf", release="1.0.0", output=str(place / "out"), stdout=io.StringIO())
    assert verify(place / "out").problems == []


def _full() -> BinaryIO:
    return cast("BinaryIO", Full())


def _is_parquet(file: Any) -> bool:
    return "parquet" in str(getattr(file, "name", ""))


def _fill(patch: pytest.MonkeyPatch, what: str) -> None:
    def full(*_words: Any, **_more: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if what == "Parquet":
        patch.setattr(entries, "HashedFile", lambda below: HashedFile(_full() if _is_parquet(below) else below))
    elif what == "mkdir":
        patch.setattr(Path, "mkdir", full)
    else:
        patch.setattr(os, what, full)
