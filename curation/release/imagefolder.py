"""Folders of JPEGs, a tree a task, as torchvision's ImageFolder and Hugging Face's `imagefolder` read them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

from curation.release import json_lines, rows
from curation.release.entries import Entry, Folder, Image, MadeTogether
from curation.release.frozen import Frozen
from curation.release.naming import METADATA, PARTS, image_file, json_columns

JSON_LINES = "metadata.jsonl"


def entries(frozen: Frozen) -> Iterator[Entry]:
    """With metadata.csv, which tells the same rows as the lines of JSON in every part."""
    yield from _folders(frozen)
    for image_id, crop_sha256, places in rows.placed(frozen.number):
        yield Image(image_file(image_id), crop_sha256, tuple(f"{place}/{image_id}.jpg" for place in places))
    parts = [f"{task}/{part}" for task in frozen.tasks for part in PARTS] if frozen.layout else []
    yield MadeTogether((METADATA, *(f"{part}/{JSON_LINES}" for part in parts)), partial(_tell, frozen, parts))


def _folders(frozen: Frozen) -> Iterator[Folder]:
    """Every part holds every class folder of its task, or the numbers of classes would shift."""
    yield Folder("images")
    for task in frozen.tasks:
        yield Folder(task)
        for part in PARTS:
            yield Folder(f"{task}/{part}")
            yield from (Folder(f"{task}/{part}/{one['folder']}") for one in frozen.classes[task])


def _tell(frozen: Frozen, parts: Sequence[str], files: Sequence[BinaryIO]) -> None:
    """The rows of all images, and in each part those of the images in it, each with its place there: an image without
    a row would be dropped silently."""
    metadata, *others = files
    file_of, row = dict(zip(parts, others, strict=True)), json_lines.Rows(json_columns(frozen.columns))
    metadata.write(rows.csv_line(frozen.columns).encode())
    for batch in rows.records(frozen.number):
        told = "".join(rows.csv_line([record["columns"][name] for name in frozen.columns]) for _id, record in batch)
        metadata.write(told.encode())
        for part, lines in _by_part(batch, row).items() if parts else ():
            file_of[part].write("".join(lines).encode())


def _by_part(batch: Sequence[rows.Record], row: json_lines.Rows) -> dict[str, list[str]]:
    lines = defaultdict(list)
    for image_id, record in batch:
        around = row.around(record["columns"])
        for place in record["places"]:
            task, part, folder = place.split("/")
            lines[f"{task}/{part}"].append(json_lines.line(around, f"{folder}/{image_id}.jpg"))
    return lines
