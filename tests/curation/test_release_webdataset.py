import csv
import json
import tarfile
from pathlib import Path

import pytest

from curation.release import webdataset
from ingest import store
from tests.curation import format_scenes as scenes

pytestmark = pytest.mark.django_db


def test_webdataset_has_every_image_once_beside_its_row(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), webdataset.entries)
    with open(tmp_path / "out" / "metadata.csv", newline="") as file:
        expected = {row["id"]: row for row in csv.DictReader(file)}
    for path in (tmp_path / "out").glob("webdataset/*.tar"):
        with tarfile.open(path) as tar:
            names = tar.getnames()
            assert names == sorted(names)
            for image, row in zip(names[::2], names[1::2], strict=True):
                told = json.loads(_read(tar, row))
                said = expected.pop(told["id"])
                assert (image, row) == (f"{said['id']}.jpg", f"{said['id']}.json")
                assert _read(tar, image) == store.read(store.name_of("crops", said["sha256"]))
                assert {name: told[name] for name in scenes.COLUMNS} == said
    assert expected == {}


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file
    return file.read()


def test_webdataset_rows_all_have_the_same_keys_and_types(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), webdataset.entries)
    seen, numbers = set(), set()
    for path in (tmp_path / "out").glob("webdataset/*.tar"):
        with tarfile.open(path) as tar:
            for name in tar.getnames()[1::2]:
                row = json.loads(_read(tar, name))
                seen.add(tuple((key, type(value)) for key, value in row.items()))
                numbers.add((row["perceived_race"], row["label_race"]))
    (keys,) = seen
    assert {name for name, kind in keys if kind is int} == {f"label_{t}" for t in ("identity", "race", "gender", "age")}
    assert numbers == {("Asian (Indian)", 0), ("Black", 1), ("White", 2), ("cannot tell", -1)}


def test_webdataset_headers_say_nothing_of_the_machine(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), webdataset.entries)
    for path in (tmp_path / "out").glob("webdataset/*.tar"):
        assert path.read_bytes()[257:265] == b"ustar\x0000"
        assert path.stat().st_size % tarfile.RECORDSIZE == 0
        with tarfile.open(path) as tar:
            told = {(m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname, m.type) for m in tar.getmembers()}
        assert told == {(0o644, 0, 0, 0, "", "", tarfile.REGTYPE)}


def test_webdataset_shards_are_of_one_bucket_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdataset, "SHARD", 3)
    monkeypatch.setattr(webdataset, "GROUP", 2)
    scenes.written(tmp_path / "out", scenes.frozen(25), webdataset.entries)
    found = {path.name: path for path in (tmp_path / "out" / "webdataset").iterdir()}
    assert len(found) == 12
    assert "identity-val--attributes-train-00001.tar" in found
    for name, path in found.items():
        assert name.count(".") == 1
        with tarfile.open(path) as tar:
            rows = [json.loads(_read(tar, member)) for member in tar.getnames()[1::2]]
        assert 1 <= len(rows) <= 3
        parts = {(row["split_identity"] or "none", row["split_attributes"] or "none") for row in rows}
        ((identity, attributes),) = parts
        assert name.startswith(f"identity-{identity}--attributes-{attributes}-0000")
