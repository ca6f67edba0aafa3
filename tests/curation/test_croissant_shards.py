"""The images in tar files as mlcroissant loads them: the same records as in every other format."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pandas import NaT
from PIL import Image

from curation.models import Claim, Release
from ingest import store
from tests import factories
from tests.curation import clients
from tests.curation import releases as r

pytestmark = [pytest.mark.django_db, *clients.MLCROISSANT]
Records = dict[str, dict[str, Any]]


def records(found: Any, name: str) -> Records:
    """By id, without the set's name before that of the field."""
    rows = [{key.removeprefix(f"{name}/"): value for key, value in row.items()} for row in found.records(name)]
    by_id = {row["id"].decode(): row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def ids(release: Release) -> set[str]:
    return set(release.faces.values_list("image_id", flat=True))


def pixels(of: Records) -> dict[str, bytes]:
    return {name: row["image"].convert("RGB").tobytes() for name, row in of.items()}


def told(of: Records) -> Records:
    """Without the image; the one set has an empty text, or no time, where the other has no value."""
    none = (b"", NaT)
    return {
        name: {key: None if value in none else value for key, value in row.items() if key != "image"}
        for name, row in of.items()
    }


def stored(ids: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, sha256 in ids.items():
        data = store.read(store.name_of("crops", sha256))
        yield name, Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def test_a_release_of_shards_alone_has_records_with_their_images(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    r.few_people()
    r.accepted(factories.identity(), labels={"race": "1"}, creator="N° 1, “A, B”")
    release = r.written(tmp_path / "release", formats=["webdataset"])
    found = clients.croissant(tmp_path / "release", caplog)
    known = records(found, "webdataset")
    assert pixels(known) == dict(stored(dict(release.faces.values_list("image_id", "crop_sha256"))))
    with open(tmp_path / "release" / "metadata.csv", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert len(rows) == 10
    for name, row in known.items():
        assert set(row) == {*release.columns, "image"}
        for column in ("identity", "perceived_race", "split_identity", "creator", "votes_race"):
            assert (row[column] or b"").decode() == rows[name][column]
    assert caplog.messages == []


def test_an_image_is_the_same_record_in_every_format(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    r.few_people()
    release = r.written(tmp_path / "release", formats=["imagefolder", "parquet", "webdataset"])
    found = clients.croissant(tmp_path / "release", caplog)
    sets = {name: records(found, name) for name in ("metadata", "pictures", "parquet", "webdataset")}
    assert pixels(sets["webdataset"]) == pixels(sets["parquet"]) == pixels(sets["pictures"])
    assert told(sets["webdataset"]) == told(sets["metadata"])
    texts = [name for name in release.columns if name != "age_class_code"]  # a number, but a text in Parquet
    assert len(sets["parquet"]) == len(sets["metadata"]) == 9
    for name, row in told(sets["parquet"]).items():
        assert {key: row[key] for key in texts} == {key: told(sets["metadata"])[name][key] for key in texts}
    assert caplog.messages == []


@pytest.mark.parametrize("first", ["metadata", "webdataset"])
def test_sets_are_read_one_after_the_other_and_not_to_their_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, first: str
) -> None:
    """As validators read them, from one data set."""
    r.few_people()
    r.written(tmp_path / "release", formats=["webdataset"])
    found = clients.croissant(tmp_path / "release", caplog)
    names = [one.id for one in found.metadata.record_sets]
    assert {"metadata", "webdataset"} < set(names)
    for name in sorted(names, key=lambda name: name != first):
        assert next(iter(found.records(name)))
    assert caplog.messages == []


def test_what_another_release_left_unpacked_is_loaded_too_and_has_no_columns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the papers tell holders to give each release a cache of its own."""
    person = r.few_people()[0].identity
    one = ids(r.written(tmp_path / "one", "1.0.0", formats=["webdataset"]))
    records(clients.croissant(tmp_path / "one", caplog), "webdataset")
    Claim.objects.filter(identity=person).update(state="rejected")
    two = ids(r.written(tmp_path / "two", "1.1.0", formats=["webdataset"]))

    mixed = records(clients.croissant(tmp_path / "two", caplog), "webdataset")
    assert {name for name, row in mixed.items() if row["sha256"] is None} == one - two != set()
    clients.unpack_into(tmp_path / "unpacked-of-1.1.0", monkeypatch)
    assert set(records(clients.croissant(tmp_path / "two", caplog), "webdataset")) == two
