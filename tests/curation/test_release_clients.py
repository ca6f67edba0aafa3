"""Releases read by the libraries that people read them with: every row decoded, no image dropped."""

import csv
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curation.release import imagefolder, parquet, webdataset
from curation.release.frozen import Frozen
from curation.release.naming import PARTS, TASKS, split_column
from tests.curation import clients
from tests.curation import format_scenes as scenes

pytestmark = pytest.mark.django_db
HF_PARTS = {"train": "train", "val": "validation", "test": "test"}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return clients.hugging_face(str(tmp_path_factory.mktemp("hugging-face")))


@pytest.fixture
def known() -> Frozen:
    return scenes.frozen(24)


@pytest.fixture
def listed(tmp_path: Path, known: Frozen) -> list[dict[str, str]]:
    scenes.written(tmp_path / "out", known, imagefolder.entries, parquet.entries, webdataset.entries)
    with open(tmp_path / "out" / "metadata.csv", newline="") as file:
        return list(csv.DictReader(file))


def in_tree(listed: list[dict[str, str]], task: str, part: str) -> dict[str, dict[str, str]]:
    column = "identity_slug" if task == "identity" else f"perceived_{task}"
    here = [row for row in listed if row[split_column(task)] == part]
    return {row["id"]: row for row in here if row[column] not in ("", "cannot tell")}


def test_datasets_reads_every_image_of_the_folders(tmp_path: Path, listed: list[dict[str, str]], datasets: Any) -> None:
    for task in TASKS:
        read = datasets.load_dataset("imagefolder", data_dir=str(tmp_path / "out" / task), cache_dir=str(tmp_path))
        assert set(read) == set(HF_PARTS.values())
        for part in PARTS:
            rows = {row["id"]: row for row in read[HF_PARTS[part]]}
            expected = in_tree(listed, task, part)
            assert len(rows) == len(read[HF_PARTS[part]])
            for row in rows.values():
                assert row.pop("image").convert("RGB").size == (48, 48)
            assert rows == expected


@pytest.mark.parametrize(("pattern", "split"), [("identity-{}--*", "identity"), ("*--attributes-{}-*", "attributes")])
def test_datasets_reads_every_row_of_parquet_in_either_split(
    tmp_path: Path, listed: list[dict[str, str]], known: Frozen, datasets: Any, pattern: str, split: str
) -> None:
    files = {part: f"{tmp_path}/out/parquet/{pattern.format(part)}.parquet" for part in (*PARTS, "none")}
    read = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path))
    seen = set()
    for part, rows in read.items():
        assert {name: rows.features[f"label_{name}"].names for name in TASKS} == {
            name: sorted(one["folder"] for one in known.classes[name]) for name in TASKS
        }
        for row in rows:
            assert row["image"].convert("RGB").size == (48, 48)
            assert row[f"split_{split}"] == part.replace("none", "")
            race = row["label_race"]
            folder = None if race is None else rows.features["label_race"].int2str(race)
            assert folder == scenes.race_folder(row["perceived_race"])
            seen.add(row["id"])
    assert seen == {row["id"] for row in listed}
    assert sum(map(len, read.values())) == len(listed)


def test_the_schema_is_as_datasets_writes_it(known: Frozen, datasets: Any) -> None:
    names = {task: sorted(one["folder"] for one in known.classes[task]) for task in known.tasks}
    labels = {f"label_{task}": datasets.ClassLabel(names=names[task]) for task in known.tasks}
    texts = {name: datasets.Value("string") for name in known.columns}
    theirs = datasets.Features({"image": datasets.Image()} | labels | texts).arrow_schema
    assert parquet.schema(known).equals(theirs, check_metadata=True)


@pytest.mark.parametrize("_over", [clients.TORCH])
def test_image_folder_numbers_classes_alike_in_every_part_and_as_parquet_does(
    tmp_path: Path, listed: list[dict[str, str]], known: Frozen, _over: str
) -> None:
    with clients.torch():
        folder = importlib.import_module("torchvision.datasets").folder
    for task in TASKS:
        names = sorted(one["folder"] for one in known.classes[task])
        for part in PARTS:
            read = folder.ImageFolder(tmp_path / "out" / task / part, loader=folder.pil_loader, allow_empty=True)
            assert read.class_to_idx == {name: number for number, name in enumerate(names)}
            assert {Path(path).stem for path, _number in read.samples} == set(in_tree(listed, task, part))
            assert all(picture.size == (48, 48) for picture, _number in read)


@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io:pytest.PytestUnraisableExceptionWarning"
)  # of open files
def test_webdataset_reads_every_sample(tmp_path: Path, listed: list[dict[str, str]]) -> None:
    samples = list(_samples(tmp_path / "out" / "webdataset"))
    gc.collect()  # the library leaves its files open
    assert sorted(sample["__key__"] for sample in samples) == [row["id"] for row in listed]
    said = {row["id"]: row for row in listed}
    for sample in samples:
        row = said[sample["__key__"]]
        assert sample["jpg"].size == (48, 48)
        assert {name: sample["json"][name] for name in row} == row


def _samples(folder: Path) -> Iterator[dict[str, Any]]:
    import webdataset as wds  # heavy: only here

    for path in sorted(folder.iterdir()):
        read = wds.WebDataset(str(path), shardshuffle=False, empty_check=True).decode("pil")
        yield from read
