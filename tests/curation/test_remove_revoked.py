"""The script for holders of old copies, run as they run it: by a Python that knows nothing of us."""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.release import revoked
from curation.release.naming import image_id
from tests.curation import erasure_scenes, releases

HEADER = "sha256,image_id,revoked_on,releases"
PICTURES = [f"picture {number}".encode() for number in range(6)]
HASHES = [hashlib.sha256(data).hexdigest() for data in PICTURES]
IDS = [image_id(sha256) for sha256 in HASHES]
GONE = (1, 4)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """An old copy in all its formats, beside a newer release's list and script."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    rows = [f"{HASHES[n]},{IDS[n]},2026-11-29,1.0.0" for n in GONE]
    (new / "REVOKED.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    (new / "remove_revoked.py").write_text(revoked.script())
    for n, data in enumerate(PICTURES):
        for place in ("images", "identity/train/ada", "race/val/black"):
            (old / place).mkdir(parents=True, exist_ok=True)
            (old / place / f"{IDS[n]}.jpg").write_bytes(data)
    (old / "mine").mkdir()
    (old / "mine" / "renamed.jpg").write_bytes(PICTURES[1])
    lines = [f'{IDS[n]},{HASHES[n]},"by ""J.""\nOkafor"' for n in range(6)]
    (old / "metadata.csv").write_text("\n".join(["id,sha256,creator", *lines]) + "\n")
    (old / "identity/train/metadata.jsonl").write_text(
        "".join(json.dumps({"file_name": f"ada/{name}.jpg"}) + "\n" for name in IDS)
    )
    (old / "reports.json").write_text(json.dumps({"worst": IDS, "counts": {IDS[1]: 3, IDS[2]: 4}, "n": 6}))
    shard(old / "webdataset" / "all-00000.tar")
    images = [{"bytes": data, "path": f"{name}.jpg"} for data, name in zip(PICTURES, IDS, strict=True)]
    table = pa.table({"image": images, "n": range(6)})
    (old / "parquet").mkdir()
    pq.write_table(table.replace_schema_metadata({"huggingface": "{}"}), old / "parquet" / "all-00000.parquet")
    return old


def shard(path: Path) -> None:
    path.parent.mkdir()
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in zip(IDS, PICTURES, strict=True):
            for suffix, content in ((".jpg", data), (".json", json.dumps({"id": name}).encode())):
                info = tarfile.TarInfo(name + suffix)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))


def run(folder: Path, *words: str, without: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Without our packages on the path; `without` are modules that this Python lacks."""
    script = folder.parent / "new" / "remove_revoked.py"
    lacking = "".join(f"sys.modules[{name!r}] = None;" for name in without)
    start = "import runpy; sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    code = f"import sys; {lacking} {start}"
    order = [sys.executable, "-c", code, str(script), str(folder), *words]
    return subprocess.run(order, capture_output=True, text=True, check=False, cwd=folder.parent)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_it_tells_and_changes_nothing(copy: Path) -> None:
    before = tree(copy)
    done = run(copy)
    assert done.returncode == 1, done.stderr
    assert tree(copy) == before
    told = {line.split(": ")[0].replace(f"{copy}/", ""): line.split(": ")[1] for line in done.stdout.splitlines()[:-1]}
    assert told["mine/renamed.jpg"] == "found"
    assert told["metadata.csv"] == told["identity/train/metadata.jsonl"] == "found 2 lines"
    assert told["webdataset/all-00000.tar"] == "found 4 members"
    assert told["parquet/all-00000.parquet"] == "found 2 rows"
    assert sum(path.endswith(".jpg") for path in told) == 7


def test_it_removes_what_is_revoked_and_nothing_else(copy: Path) -> None:
    before = tree(copy)
    done = run(copy, "--delete")
    assert done.returncode == 1, done.stderr
    after = tree(copy)
    kept = [n for n in range(6) if n not in GONE]
    assert {path for path in after if path.endswith(".jpg")} == {
        f"{place}/{IDS[n]}.jpg" for place in ("images", "identity/train/ada", "race/val/black") for n in kept
    }
    rest = "".join(f'{IDS[n]},{HASHES[n]},"by ""J.""\nOkafor"\n' for n in kept)
    assert after["metadata.csv"].decode() == f"id,sha256,creator\n{rest}"
    assert json.loads(after["reports.json"]) == {"worst": [IDS[n] for n in kept], "counts": {IDS[2]: 4}, "n": 6}
    with tarfile.open(copy / "webdataset/all-00000.tar") as tar:
        names = tar.getnames()
        content = tar.extractfile(f"{IDS[0]}.jpg")
        assert content is not None
        assert content.read() == PICTURES[0]
    assert names == [f"{IDS[n]}{suffix}" for n in kept for suffix in (".jpg", ".json")]
    table = pq.read_table(copy / "parquet/all-00000.parquet")
    assert table["n"].to_pylist() == kept
    assert table.schema.metadata == {b"huggingface": b"{}"}
    assert not any(HASHES[n].encode() in data or IDS[n].encode() in data for data in after.values() for n in GONE)
    assert before.keys() - after.keys() == {path for path in before if any(IDS[n] in path for n in GONE)} | {
        "mine/renamed.jpg"
    }
    again = run(copy)
    assert (again.returncode, again.stdout) == (0, "No revoked image was found.\n")


def test_without_pyarrow_it_says_what_it_cannot_look_into(copy: Path) -> None:
    done = run(copy, "--delete", without=["pyarrow", "pyarrow.parquet"])
    assert done.returncode == 2
    assert "all-00000.parquet: needs pyarrow: install it, and run this again\n" in done.stdout
    assert "all-00000.parquet: NOT DONE\n" in done.stdout
    assert not (copy / "images" / f"{IDS[1]}.jpg").exists()
    assert len(pq.read_table(copy / "parquet/all-00000.parquet")) == 6


def test_a_shard_that_is_cut_off_is_told_and_left(copy: Path) -> None:
    path = copy / "webdataset/all-00000.tar"
    path.write_bytes(path.read_bytes()[:3000])
    before = path.read_bytes()
    done = run(copy, "--delete")
    assert (done.returncode, path.read_bytes()) == (2, before)
    assert "all-00000.tar: NOT DONE" in done.stdout


def test_a_broken_parquet_file_is_not_said_to_want_pyarrow(copy: Path) -> None:
    (copy / "parquet/all-00000.parquet").write_bytes(b"PAR1 cut off")
    done = run(copy)
    assert (done.returncode, "needs pyarrow" in done.stdout) == (2, False)
    assert "all-00000.parquet: NOT DONE\n" in done.stdout


def test_what_cannot_be_removed_is_told_and_the_rest_goes(copy: Path) -> None:
    """In a folder that is read only, for whoever is no superuser; here removal is made to fail for everybody."""
    script = copy.parent / "new" / "remove_revoked.py"
    stuck = f"images/{IDS[1]}.jpg"
    failing = "import os\nkept = os.unlink\ndef unlink(path):\n    if path.endswith(STUCK):\n"
    failing += "        raise PermissionError(13, 'Permission denied', path)\n    kept(path)\nos.unlink = unlink\n"
    head, rest = script.read_text().split("CHUNK =", 1)
    script.write_text(f"{head}STUCK = {stuck!r}\n{failing}CHUNK ={rest}")
    done = run(copy, "--delete")
    assert (done.returncode, (copy / stuck).exists()) == (2, True)
    assert f"{stuck}: NOT DONE\n" in done.stdout
    assert not (copy / "race/val/black" / f"{IDS[1]}.jpg").exists()


def test_a_link_out_of_the_folder_is_not_followed(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(PICTURES[1])
    (copy / "link.jpg").symlink_to(outside)
    run(copy, "--delete")
    assert outside.exists()


def test_bad_usage(copy: Path) -> None:
    nowhere = copy.parent / "nowhere"
    assert run(nowhere).returncode == 2
    (copy.parent / "new" / "REVOKED.csv").write_text("something,else\n1,2\n")
    assert run(copy).returncode == 2


@pytest.mark.django_db
def test_a_copy_of_a_release_is_cleaned_of_an_erased_person(tmp_path: Path) -> None:
    people = releases.few_people()
    releases.written(tmp_path / "old")
    gone = [one.face.crop_sha256 for one in people[:3]]
    erasure_scenes.erase_identity(people[0].identity)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "REVOKED.csv").write_text("".join(revoked.lines()))
    (tmp_path / "new" / "remove_revoked.py").write_text(revoked.script())
    done = run(tmp_path / "old", "--delete")
    assert (done.returncode, "Names of people without images may be left" in done.stdout) == (1, True)
    left = tree(tmp_path / "old")
    assert not {hashlib.sha256(data).hexdigest() for data in left.values()} & set(gone)
    assert not any(image_id(sha256).encode() in data for data in left.values() for sha256 in gone)
    assert len([path for path in left if path.startswith("images/")]) == 6
    assert run(tmp_path / "old").returncode == 0
