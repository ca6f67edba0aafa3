"""Papers grow with the images: those of a large release are as good as any, and take no more memory."""

import tracemalloc
from pathlib import Path

import pytest

from curation.release.verify import verify
from tests.curation import release_folders as f

LINE = f"- `{'0' * 20}`: {'a creator of a long name, ' * 4_000}\n"  # 100 kB
LINES = 700


@pytest.mark.parametrize("path", ["ATTRIBUTION.md", "CHANGES.md"])
def test_a_paper_of_70_megabytes_verifies_in_little_memory(tmp_path: Path, path: str) -> None:
    folder = f.build(tmp_path / "release", ("imagefolder",))
    with open(folder / path, "w") as file:
        file.writelines(LINE for _ in range(LINES))
    f.seal(folder)
    tracemalloc.start()
    try:
        found = verify(folder, processes=0)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.problems == []
    assert peak < 8_000_000


def test_a_large_paper_that_is_no_text_at_its_end_is_told(tmp_path: Path) -> None:
    folder = f.build(tmp_path / "release", ("imagefolder",))
    (folder / "ATTRIBUTION.md").write_bytes(b"- line\n" * 300_000 + b"\xff\n")
    f.seal(folder)
    assert [(one.kind, one.path) for one in verify(folder).problems] == [("not-utf-8", "ATTRIBUTION.md")]


def test_of_several_papers_that_are_no_text_each_is_told(tmp_path: Path) -> None:
    folder = f.build(tmp_path / "release", ("imagefolder",))
    bad = {"LICENSES/CC-BY-4.0.txt", "README.md", "reports/balance-race.svg"}
    for path in bad:
        (folder / path).write_bytes(b"\xff")
    f.seal(folder)
    assert {(one.kind, one.path) for one in verify(folder).problems} == {("not-utf-8", path) for path in bad}
