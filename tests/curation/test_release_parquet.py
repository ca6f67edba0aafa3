import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curation.release import parquet, rows
from curation.release.errors import ReleaseRefused
from ingest import store
from tests.curation import format_scenes as scenes

pytestmark = pytest.mark.django_db


def listed(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "metadata.csv", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def table_rows(folder: Path) -> list[dict[str, Any]]:
    return [row for path in folder.glob("parquet/*.parquet") for row in pq.read_table(path).to_pylist()]


def test_parquet_has_every_image_once_with_its_row_and_bytes(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), parquet.entries)
    expected = listed(tmp_path / "out")
    known = table_rows(tmp_path / "out")
    assert len(known) == len(expected) == 12
    for row in known:
        assert {name: row[name] for name in scenes.COLUMNS} == expected[row["id"]]
        assert row["image"]["path"] == f"{row['id']}.jpg"
        assert row["image"]["bytes"] == store.read(store.name_of("crops", row["sha256"]))


def test_parquet_classes_are_numbered_by_folder_and_empty_where_there_is_none(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(tasks=("identity", "race", "age")), parquet.entries)
    known = table_rows(tmp_path / "out")
    number = {"Asian (Indian)": 0, "Black": 1, "White": 2, "cannot tell": None}
    assert {(row["perceived_race"], row["label_race"]) for row in known} == set(number.items())
    assert {(row["identity_slug"], row["label_identity"]) for row in known} == {
        ("ada-eze", 0),
        ("bo-lindqvist", 1),
        ("zoe-marlow", 2),
    }
    assert {(row["perceived_age"], row["label_age"]) for row in known} == {("old", 0), ("", None)}
    assert "label_gender" not in known[0]


def test_parquet_shards_are_of_one_bucket_in_the_order_of_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SHARD", 3)
    monkeypatch.setattr(parquet, "ROW_GROUP", 2)
    scenes.written(tmp_path / "out", scenes.frozen(25), parquet.entries)
    names = sorted(path.name for path in (tmp_path / "out" / "parquet").glob("*.parquet"))
    assert [name for name in names if name.startswith("identity-train--attributes-train")] == [
        "identity-train--attributes-train-00000-of-00002.parquet",
        "identity-train--attributes-train-00001-of-00002.parquet",
    ]
    assert "identity-none--attributes-val-00000-of-00002.parquet" in names
    assert len(names) == 12
    seen = []
    for name in names:
        held = pq.read_table(tmp_path / "out" / "parquet" / name).to_pylist()
        assert len(held) <= 3
        parts = {(row["split_identity"] or "none", row["split_attributes"] or "none") for row in held}
        assert parts == {tuple(part.split("-")[1] for part in name.split("--"))}
        seen += [(name.rsplit("-", 3)[0], row["id"]) for row in held]
    assert seen == sorted(seen)
    file = pq.ParquetFile(tmp_path / "out" / "parquet" / names[0])
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [2, 1]


def test_parquet_images_are_not_compressed_again(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), parquet.entries)
    (path, *_others) = (tmp_path / "out" / "parquet").glob("*.parquet")
    group = pq.ParquetFile(path).metadata.row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert {path for path, column in columns.items() if column.compression == "UNCOMPRESSED"} == {"image.bytes"}
    assert not columns["image.bytes"].is_stats_set
    assert not columns["image.bytes"].has_dictionary_page


def test_parquet_digests_can_be_told_from_what_any_reader_reads(tmp_path: Path) -> None:
    scenes.written(tmp_path / "out", scenes.frozen(), parquet.entries)
    told = json.loads((tmp_path / "out" / "parquet" / "digests.json").read_text())
    for path in (tmp_path / "out").glob("parquet/*.parquet"):
        hashed, held = hashlib.sha256(), pq.read_table(path).to_pylist()
        for row in held:
            row["image"]["bytes"] = hashlib.sha256(row["image"]["bytes"]).hexdigest()
            hashed.update((json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n").encode())
        assert told.pop(f"parquet/{path.name}") == {"rows": len(held), "sha256": hashed.hexdigest()}
    assert told == {}


def test_a_crop_that_is_gone_stops_the_shard(tmp_path: Path) -> None:
    known = scenes.frozen(1)
    (image,) = rows.images(known.number)
    os.unlink(tmp_path / "media" / store.name_of("crops", image.crop_sha256))
    with pytest.raises(ReleaseRefused, match="not in the storage"):
        scenes.written(tmp_path / "out", known, parquet.entries)
