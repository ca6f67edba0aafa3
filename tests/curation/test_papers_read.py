"""The papers as others read them: Hugging Face's `datasets`, mlcroissant, the schema of CITATION.cff."""

import hashlib
import importlib
import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import mlcroissant
import pytest
import yaml
from PIL import Image

from curation.release import papers
from curation.release.naming import TASKS, class_folder
from curation.release.papers import citation
from curation.release.papers.front_matter import configs
from tests.curation import clients
from tests.curation import paper_scenes as p
from tests.curation import releases as r
from tests.curation.sheets import ANSWERS

pytestmark = clients.MLCROISSANT
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
NASTY = "Faces: “A”, 'B' & \"C\" \\ #1 | é 名 \u2028x: {y} [z] %a - *b @c\u0085"
BOTH = ("imagefolder", "parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release in both formats."""
    p.write(tmp_path, p.facts(formats=BOTH))
    return tmp_path


# ---- Front matter


def front_matter(told: dict[str, str]) -> dict[str, Any]:
    start, head, _rest = told["README.md"].split("---\n", 2)
    assert start == ""
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def test_front_matter_is_yaml_that_says_what_hugging_face_asks() -> None:
    told = front_matter(papers.render(p.facts(answers=ANSWERS | {"citation.title": NASTY})))
    assert told["pretty_name"] == NASTY
    assert (told["license"], told["license_name"], told["license_link"]) == ("other", "per-image", "ATTRIBUTION.md")
    assert told["task_categories"] == ["image-classification"]
    assert told["size_categories"] == ["n<1K"]
    assert told["tags"] == ["bias", "croissant", "faces", "perceived race"]
    assert [one["config_name"] for one in told["configs"]] == ["identity", "race", "gender", "age"]
    assert [one.get("default", False) for one in told["configs"]] == [True, False, False, False]


def test_configurations_name_one_format_and_no_part_without_files() -> None:
    assert configs(p.facts(formats=())) == {"metadata": [("all", "metadata.csv")]}
    assert list(configs(p.facts(formats=BOTH))) == ["identity", "attributes"]
    assert list(configs(p.facts(formats=("parquet",), tasks=("race",)))) == ["attributes"]
    few = p.facts(images=1, formats=("parquet",))  # in train alone
    assert configs(few)["identity"] == [("train", "parquet/identity-train--*.parquet")]
    assert configs(p.facts(images=1))["age"] == [("train", "age/train/**")]


@pytest.mark.parametrize("formats", [("imagefolder",), ("parquet",), BOTH])
def test_datasets_loads_every_configuration_and_finds_every_image(formats: tuple[str, ...], tmp_path: Path) -> None:
    os.environ |= OFFLINE | {"HF_HOME": str(tmp_path / "cache")}
    datasets = importlib.import_module("datasets")
    known = p.facts(formats=formats)
    (tmp_path / "release").mkdir()
    told = p.write(tmp_path / "release", known)
    rows = p.rows()
    assert ("dataset_info" in front_matter(told)) is ("parquet" in formats)
    for config in front_matter(told)["configs"]:
        name = config["config_name"]
        column = "split_identity" if name == "identity" else "split_attributes"
        loaded = datasets.load_dataset(str(tmp_path / "release"), name, cache_dir=str(tmp_path / "cache"))
        assert set(loaded) == {"train", "val", "test"}
        if "parquet" in formats:
            features = loaded["train"].features
            assert list(features) == ["image", *(f"label_{task}" for task in TASKS), *p.columns_of("curated")]
            assert features["label_race"].names == ["asian_indian", "black"]
            assert features["label_identity"].names == ["ada-marlow-0", "ada-marlow-1", "ada-marlow-2"]
        for part, found in loaded.items():
            wanted = {row["id"] for row in rows if row[column] == part and (name != "race" or row["perceived_race"])}
            assert set(found["id"]) == wanted
            assert len(found) == len(wanted)
            images = found["image"]
            assert all(image["bytes"] if isinstance(image, dict) else image.size == (48, 48) for image in images)


# ---- Croissant


def test_croissant_is_valid_without_a_warning(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = clients.croissant(folder, caplog)
    assert found.metadata.name == ANSWERS["citation.title"]
    assert str(found.metadata.version) == "1.2.0"
    assert found.metadata.conforms_to == [
        "http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0",
    ]  # fmt: skip


def test_every_record_of_every_set_is_loaded(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = clients.croissant(folder, caplog)
    records = {one.id: list(found.records(one.id)) for one in found.metadata.record_sets}
    assert {name: len(known) for name, known in records.items()} == {
        "metadata": 10, "pictures": 10, "parquet": 10,
        "classes-identity": 3, "classes-race": 2, "classes-gender": 2, "classes-age": 2,
    }  # fmt: skip
    ids = {row["id"].encode() for row in p.rows()}
    for name in ("metadata", "pictures", "parquet"):
        assert {record[f"{name}/id"] for record in records[name]} == ids
    assert all(isinstance(record["pictures/image"], Image.Image) for record in records["pictures"])
    assert all(record["parquet/image"].size == (48, 48) for record in records["parquet"])


def test_every_column_of_the_metadata_is_a_typed_field_with_its_value(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = clients.croissant(folder, caplog)
    record = {one["metadata/id"].decode(): one for one in found.records("metadata")}
    for row in p.rows():
        told = record[row["id"]]
        assert set(told) == {f"metadata/{name}" for name in p.columns_of("curated")}
        assert told["metadata/creator"].decode() == row["creator"]
        assert (told["metadata/date_taken"] is None) == (row["date_taken"] == "")
        if row["date_taken"]:
            assert told["metadata/date_taken"].date().isoformat() == row["date_taken"]
        assert told["metadata/age_class_code"] == (int(row["age_class_code"]) if row["age_class_code"] else None)


def test_croissant_names_files_with_their_true_hashes(folder: Path) -> None:
    told = json.loads((folder / "croissant.json").read_text())
    files = [one for one in told["distribution"] if one["@type"] == "cr:FileObject"]
    assert {"metadata.csv", "ATTRIBUTION.csv"} < {one["contentUrl"] for one in files}
    assert sum(one["encodingFormat"] == "application/x-parquet" for one in files) == 5
    for one in files:
        data = (folder / one["contentUrl"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["contentSize"] == f"{len(data)} B"


def test_croissant_says_by_the_extension_what_its_specification_spells() -> None:
    told = json.loads(papers.render(p.facts())["croissant.json"])
    assert told["rai:dataCollectionTimeframe"] == ["2026-11-10", "2026-11-19"]
    assert told["rai:dataManipulationProtocol"]
    assert told["rai:annotationsPerItem"].startswith("policy 1: 2 answers on whether")
    assert "Legitimate interests" in told["rai:personalSensitiveInformation"][0]
    assert told["rai:annotatorDemographics"] == ["2 annotators", "Gender: female 9"]
    assert all(not key.startswith("rai:") or told[key] for key in told)


def test_croissant_names_licences_by_address_where_they_have_one() -> None:
    rows = [p.row(0, licence=spdx) for spdx in ("CC0-1.0", "GFDL-1.2-or-later", "LicenseRef-Public-Domain")]
    assert json.loads(papers.render(p.facts(known=rows))["croissant.json"])["license"] == [
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://spdx.org/licenses/GFDL-1.2-or-later.html",
        "Public domain",
    ]


@pytest.mark.parametrize("selection", ["curated", "non-curated"])
@pytest.mark.parametrize("formats", [(), ("webdataset",)])
def test_croissant_without_folders_still_has_the_metadata(
    selection: str, formats: tuple[str, ...], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    p.write(tmp_path, p.facts(formats=formats, selection=selection))
    found = clients.croissant(tmp_path, caplog)
    assert len(list(found.records("metadata"))) == 10


# ---- Citation


def schema() -> dict[str, Any]:
    """That of the Citation File Format 1.2.0, as cffconvert ships it; the package itself is not imported."""
    found = find_spec("cffconvert")
    (place,) = (found and found.submodule_search_locations) or ["not installed: make install"]
    path = Path(place) / "schemas" / "1.2.0" / "schema.json"
    told: dict[str, Any] = json.loads(path.read_text())
    return told


@pytest.mark.parametrize("title", ["Faces", NASTY, "yes", "1.0", "- x", "名前"])
@pytest.mark.parametrize("optional", [True, False])
def test_the_citation_is_valid_and_says_who(title: str, optional: bool) -> None:
    left_out = {} if optional else {"citation.home": "", "citation.doi": ""}
    told = papers.render(p.facts(answers=ANSWERS | {"citation.title": title} | left_out))["CITATION.cff"]
    found = yaml.load(told, yaml.BaseLoader)  # noqa: S506, dates stay texts
    jsonschema.Draft7Validator(schema(), format_checker=jsonschema.FormatChecker()).validate(found)
    assert found["title"] == title
    assert (found["type"], found["version"], found["date-released"]) == ("dataset", "1.2.0", "2026-11-29")
    assert found["authors"] == [
        {"family-names": "Marlow", "given-names": "Ada", "orcid": "https://orcid.org/0000-0002-1825-0097"},
        {"family-names": "Eze", "given-names": "Chidi"},
    ]
    assert ("doi" in found) == optional


def test_the_schema_refuses_what_is_wrong() -> None:
    """That it is looked at at all."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema()).validate({"cff-version": "1.2.0", "type": "picture"})


def test_citation_as_a_line_and_as_bibtex() -> None:
    known = p.facts(answers=ANSWERS | {"citation.title": "Faces {of} A & B_1"})
    assert citation.as_line(known) == (
        "Ada Marlow and Chidi Eze (2026). Faces {of} A & B_1. Version 1.2.0. Institute of Example."
        " https://doi.org/10.5281/zenodo.1234567"
    )
    assert "  title = {{Faces of A \\& B\\_1}},\n" in citation.as_bibtex(known)
    assert citation.as_bibtex(known).count("{") == citation.as_bibtex(known).count("}")


# ---- A release that was really frozen and written


@pytest.mark.django_db
def test_a_frozen_release_loads_in_all_its_formats(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    r.few_people()
    release = r.written(tmp_path / "release", formats=["imagefolder", "parquet", "webdataset"])
    ids = {face.image_id.encode() for face in release.faces.all()}
    found = clients.croissant(tmp_path / "release", caplog)
    records = {one.id: list(found.records(one.id)) for one in found.metadata.record_sets}
    for name in ("metadata", "pictures", "parquet"):
        assert {record[f"{name}/id"] for record in records[name]} == ids
        assert len(records[name]) == 9
    folders = [one["classes-race/folder"] for one in records["classes-race"]]
    for record in records["parquet"]:
        label = record["parquet/perceived_race"].decode()
        number = sorted(folders).index(class_folder(label))
        assert record["parquet/label_race"] == number
    kinds = [
        str(one.encoding_formats) for one in found.metadata.distribution if isinstance(one, mlcroissant.FileObject)
    ]
    assert any("x-tar" in kind for kind in kinds)
    assert any("x-parquet" in kind for kind in kinds)
