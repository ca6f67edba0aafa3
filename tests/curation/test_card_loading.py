"""What README.md of a release says of loading it is true: its lines are run in the folder."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from curation.release import papers
from curation.release.naming import TASKS
from ingest import crops, store
from tests import factories
from tests.conftest import REPO
from tests.curation import clients
from tests.curation import paper_scenes as p
from tests.curation import releases as r

FORMATS = ("imagefolder", "parquet", "webdataset")


def loads(card: str) -> list[str]:
    return [line.strip() for line in card.split("## Load\n")[1].split("\n## ")[0].splitlines() if line[:4] == "    "]


@pytest.mark.django_db
@pytest.mark.parametrize("_over", [clients.TORCH])
@pytest.mark.parametrize(("task", "formats"), [("identity", FORMATS), ("age", FORMATS), ("age", ("webdataset",))])
def test_the_lines_load_the_same_images_with_the_same_numbers_from_every_format(
    tmp_path: Path, task: str, formats: tuple[str, ...], _over: str
) -> None:
    r.few_people()
    larger = store.put("crops", crops.encode(r.picture(7).resize((64, 64))))
    r.accepted(factories.identity(), crop=larger)
    r.accepted(factories.identity(), labels={"race": "1"})  # has no age
    folder = tmp_path / "release"
    r.written(folder, formats=list(formats), tasks=list(TASKS[: TASKS.index(task) + 1]))
    environment = os.environ | clients.OFFLINE | {"HF_HOME": str(tmp_path), "PYTHONPATH": _paths()}
    command = [sys.executable, "-m", "tests.curation.card_lines", task]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [_wanted(folder, task)] * len(formats)


def _paths() -> str:
    return os.pathsep.join([str(REPO), *filter(None, [os.environ.get("PYTHONPATH")])])


def _wanted(folder: Path, task: str) -> list[int]:
    """The numbers of the images in train, as metadata.csv and classes.json tell them."""
    known = json.loads((folder / "classes.json").read_text())[task]
    folders = {one["folder"] if task == "identity" else one["label"]: one["folder"] for one in known}
    column, split = ("identity_slug", "identity") if task == "identity" else (f"perceived_{task}", "attributes")
    with open(folder / "metadata.csv", newline="") as file:
        here = [row[column] for row in csv.DictReader(file) if row[f"split_{split}"] == "train" and row[column]]
    assert len(here) > 1
    return sorted(sorted(folders.values()).index(folders[said]) for said in here)


@pytest.mark.parametrize("form", FORMATS)
def test_the_card_tells_of_the_formats_that_are_there(form: str) -> None:
    told = "\n".join(loads(papers.render(p.facts(formats=(form,)))["README.md"]))
    readers = {"imagefolder": "ImageFolder(", "parquet": ".set_transform(", "webdataset": "webdataset.WebDataset("}
    assert {name for name, reader in readers.items() if reader in told} == {form}


def test_the_card_of_no_format_or_no_task_says_nothing_of_torch() -> None:
    for known in (p.facts(formats=()), p.facts(tasks=(), formats=FORMATS)):
        card = papers.render(known)["README.md"]
        assert "torch" not in "\n".join(loads(card))
        assert loads(card)


def test_the_card_names_a_task_and_a_part_that_have_images() -> None:
    rows = [p.row(number, split_attributes="val", perceived_age="") for number in range(4)]
    told = loads(papers.render(p.facts(known=rows, formats=FORMATS))["README.md"])
    (folders,) = [line for line in told if "ImageFolder(" in line]
    assert 'ImageFolder(f"gender/{part}"' in folders
    assert 'batches = DataLoader(parts["val"], batch_size=64)' in told
    assert 'shards = sorted(glob.glob("webdataset/*--attributes-val-*.tar"))' in told


@pytest.mark.django_db
@pytest.mark.parametrize("formats", [("webdataset",), ("imagefolder", "webdataset"), FORMATS])
def test_the_lines_for_croissant_load_every_image(formats: tuple[str, ...], tmp_path: Path) -> None:
    r.few_people()
    release = r.written(tmp_path / "release", formats=list(formats))
    lines = loads((tmp_path / "release" / "README.md").read_text())
    first = next(number for number, line in enumerate(lines) if line in ("import os", "import mlcroissant"))
    code = "\n".join([*lines[first:], "print(sum(any('image' in key for key in one) for one in records))"])
    home = {"CROISSANT_CACHE": str(tmp_path / "not-this-one")}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path / "release", env=os.environ | home, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("9\n", 0), done.stderr
    assert (tmp_path / f"croissant-{release.version}").is_dir() == (formats == ("webdataset",))
    assert not (tmp_path / "not-this-one").exists()
