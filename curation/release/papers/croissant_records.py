"""The sets of files and of records in croissant.json: metadata.csv, the classes, images by themselves and of each other
format. An image is the same record in all of them, by its id."""

from collections.abc import Iterable, Iterator
from typing import Any

from curation.release.naming import METADATA
from curation.release.papers.facts import Facts

TYPES = {
    "date_taken": "sc:Date",
    "date_retrieved": "sc:Date",
    "licence_seen_on": "sc:Date",
    "age_class_code": "sc:Integer",
}
URLS = ("source_page", "image_url", "licence_url")
ABOUT_COLUMNS = {
    "id": "Opaque, and the same in every release.",
    "sha256": "Of the image file.",
    "file": "Where the image stands; empty where it stands in shards only.",
    "identity": "The name of the person shown.",
    "identity_slug": "The person's folder.",
    "photo_id": "Opaque: images of one photo have the same.",
    "duplicate_group": "Opaque: near-duplicates have the same.",
    "split_identity": "Part of the split in which a person is in all parts.",
    "split_attributes": "Part of the split in which nobody is in two parts.",
    "label_origin": "Whether labels are perceived by reviewers, or claimed.",
    "review_state": "What reviewers came to: accepted, rejected, disputed, or open while they have not decided.",
    "licence": "SPDX id of the photo's licence.",
    "licence_seen_on": "The day on which the licence was seen at its source.",
    "creator": "Who made the photo.",
    "date_taken": "The day on which the photo was taken, where that is known.",
}
ABOUT_GROUPS = {
    "perceived_": "As reviewers perceive it in the image; empty where they did not settle it.",
    "claimed_": "As it was claimed of the person, whatever reviewers answered; nobody checked it for this set.",
    "soft_": "Of reviewers' answers: labels with their probabilities, as `label:0.9731;label:0.0269`.",
    "votes_": "Every answer of a reviewer, as `annotator-01=answer;annotator-02=answer`.",
    "consensus_": "How reviewers' answers were settled: majority, posterior, adjudication, or disputed or open.",
}
ABOUT_SHARDS = (
    "One row an image, with the image out of its shard. mlcroissant keeps what it unpacks and knows it by the shard's"
    " path alone: give each release a CROISSANT_CACHE of its own, or what another one left there is loaded with it."
)
LISTED = ("metadata.csv", "ATTRIBUTION.csv", "ATTRIBUTION.md", "REVOKED.csv", "remove_revoked.py")


def is_listed(path: str) -> bool:
    """Whole files; the trees of the tasks, which repeat the images, are told of by their pattern alone."""
    return path in LISTED or path.startswith(("parquet/", "webdataset/"))


def file_sets(facts: Facts) -> Iterator[dict[str, Any]]:
    if "imagefolder" in facts.formats:
        yield _file_set("images", "images/*.jpg", "image/jpeg", "Every image once, by its id.")
        for task in facts.tasks:
            about = f"The tree of {task}: <part>/<class>/<id>.jpg."
            yield _file_set(f"tree-{task}", f"{task}/*/*/*.jpg", "image/jpeg", about)
    if has_files(facts, "parquet"):
        about = "Every image once, with all columns."
        yield _file_set("parquet-shards", "parquet/*.parquet", "application/x-parquet", about)
    if has_files(facts, "webdataset"):
        about = "Every image once, beside its columns as JSON."
        yield _file_set("webdataset-shards", "webdataset/*.tar", "application/x-tar", about)
        shards = [{"@id": path} for path in sorted(facts.files) if path.startswith("webdataset/")]
        yield _file_set("webdataset-images", "*.jpg", "image/jpeg", "The images in the shards.") | {
            "containedIn": shards
        }


def has_files(facts: Facts, form: str) -> bool:
    return form in facts.formats and any(path.startswith(f"{form}/") for path in facts.files)


def _file_set(name: str, includes: str, mime: str, about: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": about,
        "encodingFormat": mime,
        "includes": includes,
    }


def record_sets(facts: Facts) -> list[dict[str, Any]]:
    found = [_metadata(facts), *(_classes(facts, task) for task in facts.tasks if facts.classes.get(task))]
    if "imagefolder" in facts.formats:
        found.append(_images())
    if has_files(facts, "parquet"):
        found.append(_parquet(facts))
    if has_files(facts, "webdataset"):
        found.append(_webdataset(facts))
    return found


def _record_set(name: str, about: str, key: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    keys = {"key": {"@id": f"{name}/{key}"}} if key else {}
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": about} | keys | {"field": fields}


def _field(record_set: str, name: str, kind: str, source: dict[str, Any] | None = None) -> dict[str, Any]:
    about = about_column(name)
    return (
        {"@type": "cr:Field", "@id": f"{record_set}/{name}", "name": name, "dataType": kind}
        | ({"description": about} if about else {})
        | ({"source": source} if source else {})
    )


def about_column(name: str) -> str:
    groups = (text for start, text in ABOUT_GROUPS.items() if name.startswith(start))
    return ABOUT_COLUMNS.get(name) or next(groups, "")


def kind_of(column: str) -> str:
    return TYPES.get(column, "sc:URL" if column in URLS else "sc:Text")


def _metadata(facts: Facts) -> dict[str, Any]:
    return _record_set("metadata", "One row an image.", "id", _from_table("metadata", facts.columns))


def _from_table(record_set: str, columns: Iterable[str]) -> list[dict[str, Any]]:
    return [_field(record_set, name, kind_of(name), _column(name)) for name in columns]


def _column(name: str) -> dict[str, Any]:
    return {"fileObject": {"@id": METADATA}, "extract": {"column": name}}


def _classes(facts: Facts, task: str) -> dict[str, Any]:
    name = f"classes-{task}"
    columns = [column for column in ("code", "label", "folder") if column in facts.classes[task][0]]
    data = [{f"{name}/{column}": str(one[column]) for column in columns} for one in facts.classes[task]]
    fields = [_field(name, column, "sc:Text") for column in columns]
    return _record_set(name, f"The classes of {task}.", "folder", fields) | {"data": data}


def _images() -> dict[str, Any]:
    source = {"fileSet": {"@id": "images"}}
    stem = {"extract": {"fileProperty": "filename"}, "transform": {"regex": r"^(?:.*/)?([0-9a-f]+)\.jpg$"}}
    fields = [
        _field("pictures", "id", "sc:Text", source | stem),
        _field("pictures", "image", "sc:ImageObject", source | {"extract": {"fileProperty": "content"}}),
    ]
    return _record_set("pictures", "The images by themselves; the id is that of the metadata.", "id", fields)


def _text_or(kind: str) -> str:
    """In Parquet an empty text is there, and no number; in CSV it is no value at all."""
    return "sc:Text" if kind == "sc:Integer" else kind


def _parquet(facts: Facts) -> dict[str, Any]:
    """The image is a struct of bytes and path; labels are numbers of class folders in their order."""
    source = {"fileSet": {"@id": "parquet-shards"}}
    picture = source | {"extract": {"column": "image"}, "transform": {"jsonPath": "bytes"}}
    numbers = [f"label_{task}" for task in facts.tasks]
    fields = [
        _field("parquet", "image", "sc:ImageObject", picture),
        *(_field("parquet", name, "sc:Integer", source | {"extract": {"column": name}}) for name in numbers),
        *(
            _field("parquet", name, _text_or(kind_of(name)), source | {"extract": {"column": name}})
            for name in facts.columns
        ),
    ]
    return _record_set("parquet", "One row an image, with the image.", "id", fields)


def _webdataset(facts: Facts) -> dict[str, Any]:
    """The images in the shards, each with its row of metadata.csv.

    The JSON beside them cannot be loaded: of files in an archive mlcroissant 1.1 tells names and bytes, and parses none
    (`Column "id" does not exist`). The reference names the column itself: mlcroissant takes one to the field
    `metadata/id` too, but fails where that set was read before (`'generator' object has no attribute 'columns'`). It
    applies the pattern to the name, to join by it, and then to what it joined by: the pattern finds the id in either.
    """
    images = {"fileSet": {"@id": "webdataset-images"}}
    stem = {"extract": {"fileProperty": "filename"}, "transform": {"regex": r"^([0-9a-f]+)(?:\.jpg)?$"}}
    fields = [
        _field("webdataset", "id", "sc:Text", images | stem) | {"references": _column("id")},
        _field("webdataset", "image", "sc:ImageObject", images | {"extract": {"fileProperty": "content"}}),
        *_from_table("webdataset", (name for name in facts.columns if name != "id")),
    ]
    return _record_set("webdataset", ABOUT_SHARDS, "id", fields)
