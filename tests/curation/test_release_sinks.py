import hashlib
import json
import os
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.release import ahead, json_lines, sinks
from curation.release.entries import Folder, Image, MadeTogether, hashed
from ingest import store
from tests.curation import releases as r


@given(st.dictionaries(st.sampled_from(["a", "file", "file_n", "id", "50 %", "é\n"]), st.text()), st.text())
def test_lines_of_json_are_as_the_library_writes_them(row: dict[str, str], name: str) -> None:
    row |= {"a": "", "z": "\u2028"}
    expected = json.dumps(row | {"file_name": name}, sort_keys=True, ensure_ascii=False) + "\n"
    assert json_lines.line(json_lines.Rows(list(row)).around(row), name) == expected


def together(files: Sequence[BinaryIO]) -> tuple[Image, ...]:
    for _ in range(2):
        for number, file in enumerate(files):
            file.write(f"{number}\n".encode())
    return ()


def test_files_made_together_are_written_and_hashed_alike(tmp_path: Path) -> None:
    made = MadeTogether(("a/one", "two"), together)
    before = os.umask(0o077)
    try:
        written = sinks.write_folder(tmp_path, [Folder("a"), made], r.ignore)
    finally:
        os.umask(before)
    assert [(tmp_path / path).read_bytes() for path in made.paths] == [b"0\n0\n", b"1\n1\n"]
    sha256 = {path: hashlib.sha256((tmp_path / path).read_bytes()).hexdigest() for path in made.paths}
    assert written.files == {path: {"sha256": sha256[path], "bytes": 4} for path in made.paths}
    assert {path: file.sha256 for path, file in hashed(made)} == sha256
    assert stat.S_IMODE((tmp_path / "two").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o755


def test_images_in_many_batches_are_all_copied_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "BATCH", 2)
    monkeypatch.setattr(sinks, "AHEAD", 1)
    crops = [r.put_crop(number) for number in range(9)]
    images = [Image(f"images/{number}.jpg", crop, (f"tree/{number}.jpg",)) for number, crop in enumerate(crops)]
    progress: list[int] = []
    folders = [Folder(""), Folder("images"), Folder("tree")]
    written = sinks.write_folder(tmp_path / "out", [*folders, MadeTogether((), lambda _files: images)], progress.append)
    assert (written.images, written.copies, sum(progress)) == (9, 0, 9)
    for number, crop in enumerate(crops):
        assert (tmp_path / "out" / "tree" / f"{number}.jpg").read_bytes() == store.content("crops", crop)


def test_work_ahead_comes_in_order() -> None:
    gate, done = threading.Event(), list[int]()

    def slow_first(number: int) -> int:
        if number == 0:
            assert gate.wait(60)
        elif number == 2:
            gate.set()
        done.append(number)
        return number

    assert list(ahead.results(slow_first, range(20), 3)) == list(range(20))
    assert done.index(0) > done.index(2)


def test_work_ahead_stops_drawing_when_something_fails() -> None:
    drawn: list[int] = []

    def draw() -> Iterator[int]:
        for number in range(1000):
            drawn.append(number)
            yield number

    def fails(number: int) -> int:
        if number == 5:
            raise OSError("disk full")
        return number

    with pytest.raises(OSError, match="disk full"):
        list(ahead.results(fails, draw(), 4))
    assert len(drawn) <= 11
