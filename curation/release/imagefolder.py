"""Folders of JPEGs, a tree a task, as torchvision's ImageFolder and Hugging Face's `imagefolder` read them."""

import json
from collections.abc import Iterator, Sequence

from curation.models import ReleaseFace
from curation.release import rows
from curation.release.entries import Entry, Folder, Image, of_chunks
from curation.release.frozen import Frozen
from curation.release.naming import PARTS, image_file, part_of

JSON_LINES = "metadata.jsonl"


def entries(frozen: Frozen) -> Iterator[Entry]:
    yield from _folders(frozen)
    for image in rows.images(frozen.number):
        places = tuple(f"{place}/{image.image_id}.jpg" for place in image.record["places"])
        yield Image(image_file(image.image_id), image.crop_sha256, places)
    if frozen.layout:
        for task in frozen.tasks:
            yield from (_json_lines(frozen, task, part) for part in PARTS)


def _folders(frozen: Frozen) -> Iterator[Folder]:
    """Every part holds every class folder of its task, or the numbers of classes would shift."""
    yield Folder("images")
    for task in frozen.tasks:
        yield Folder(task)
        for part in PARTS:
            yield Folder(f"{task}/{part}")
            yield from (Folder(f"{task}/{part}/{one['folder']}") for one in frozen.classes[task])


def _json_lines(frozen: Frozen, task: str, part: str) -> Entry:
    return of_chunks(f"{task}/{part}/{JSON_LINES}", lambda: _lines(frozen, task, part))


def _lines(frozen: Frozen, task: str, part: str) -> Iterator[bytes]:
    """The rows of the images of a part, each with its place in it: an image without a row would be dropped silently."""
    start = f"{task}/{part}/"
    for image in rows.images(frozen.number, **part_of(task, part)):
        for place in image.record["places"]:
            if place.startswith(start):
                yield _line(image, f"{place.removeprefix(start)}/{image.image_id}.jpg", frozen.columns)


def _line(image: ReleaseFace, file_name: str, columns: Sequence[str]) -> bytes:
    row = {name: image.record["columns"][name] for name in columns} | {"file_name": file_name}
    return (json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n").encode()
