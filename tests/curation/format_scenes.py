"""A release of a dozen images in all kinds of buckets, written in any of the formats."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from django.utils import timezone

from curation.models import Release, ReleaseFace
from curation.policies import current_policy
from curation.release import imagefolder, sinks, told
from curation.release.entries import Entry
from curation.release.frozen import Frozen
from curation.release.naming import TASKS, image_file, image_id
from tests import factories
from tests.curation import releases as r

PEOPLE = ("zoe-marlow", "ada-eze", "bo-lindqvist")
CLASSES = {
    "identity": [{"folder": slug, "label": "Émile “Zed” O'Neil"} for slug in PEOPLE],
    "race": [
        {"code": "1", "label": "White", "folder": "white"},
        {"code": "2", "label": "Asian (Indian)", "folder": "asian_indian"},
        {"code": "3", "label": "Black", "folder": "black"},
    ],
    "gender": [{"code": "1", "label": "female", "folder": "female"}, {"code": "2", "label": "male", "folder": "male"}],
    "age": [{"code": "1", "label": "young", "folder": "young"}, {"code": "2", "label": "old", "folder": "old"}],
}
COLUMNS = (
    *("id", "sha256", "file", "identity", "identity_slug", "perceived_race", "perceived_gender", "perceived_age"),
    *("split_identity", "split_attributes", "creator", "licence", "votes_race"),
)
PARTS = (("train", "train"), ("train", "val"), ("val", "train"), ("test", "test"), ("train", ""), ("", "val"))


def frozen(images: int = 12, tasks: tuple[str, ...] = TASKS, version: str = "1.0.0") -> Frozen:
    release = Release.objects.create(
        version=version,
        layout=1,
        tasks=list(tasks),
        formats=["imagefolder", "parquet", "webdataset"],
        columns=list(COLUMNS),
        policy=current_policy(),
        papers={},
        digest=f"sha256:{version}",
        faces_count=images,
        frozen_at=timezone.now(),
    )
    for number in range(images):
        _row(release, number)
    formats = tuple(release.formats)
    return Frozen(release.pk, version, "curated", date(2026, 11, 29), tasks, formats, COLUMNS, CLASSES)


def _row(release: Release, number: int) -> None:
    known = r.claim(factories.identity(), crop=r.put_crop(number), state="accepted")
    crop = known.face.crop_sha256
    columns = _columns(crop, number)
    ReleaseFace.objects.create(
        release=release,
        face=known.face,
        claim=known,
        image_id=columns["id"],
        crop_sha256=crop,
        record={"columns": columns, "places": list(_places(columns, release.tasks))},
    )


def _columns(crop: str, number: int) -> dict[str, str]:
    name = image_id(crop)
    identity, attributes = PARTS[number % len(PARTS)]
    race = CLASSES["race"][number % 3]["label"] if number % 5 else "cannot tell"
    return {
        **{"id": name, "sha256": crop, "file": image_file(name)},
        **{"identity": "Émile “Zed” O'Neil", "identity_slug": PEOPLE[number % 3]},
        **{"perceived_race": race, "perceived_gender": "female", "perceived_age": "old" if number % 4 else ""},
        **{"split_identity": identity, "split_attributes": attributes},
        **{"creator": f"N° {number}, “A, B”", "licence": "CC-BY-4.0", "votes_race": "annotator-01=White"},
        **{"source_page": "https://example.org/p", "licence_url": "", "modification": "cropped"},
    }


def _places(columns: dict[str, str], tasks: list[str]) -> Iterator[str]:
    for task in tasks:
        part = columns["split_identity" if task == "identity" else "split_attributes"]
        said = columns["identity_slug" if task == "identity" else f"perceived_{task}"]
        for one in CLASSES[task]:
            if part and said in (one["folder"] if task == "identity" else one["label"],):
                yield f"{task}/{part}/{one['folder']}"


def race_folder(label: str) -> str | None:
    return next((one["folder"] for one in CLASSES["race"] if one["label"] == label), None)


def written(folder: Path, known: Frozen, *formats: Callable[[Frozen], Iterator[Entry]]) -> sinks.Written:
    """Into a new folder, with metadata.csv."""
    folder.mkdir()

    def entries() -> Iterator[Entry]:
        if imagefolder.entries not in formats:
            yield told.texts(known)
        for form in formats:
            yield from form(known)

    return sinks.write_folder(folder, entries(), r.ignore)
