"""The texts that are told from the rows of the images: metadata.csv, the credits, and a metadata.jsonl in every part.

One reading of the rows serves for all of them, and for the images that are written beside them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO

from curation.release import json_lines, rows
from curation.release.entries import Image, MadeTogether
from curation.release.frozen import Frozen
from curation.release.naming import JSON_LINES, METADATA, image_file, json_columns
from curation.release.papers import attribution

CREDITS: Mapping[str, tuple[bytes, Callable[[Mapping[str, str]], bytes]]] = {
    attribution.CSV: (attribution.head(), attribution.csv_row),
    attribution.MARKDOWN: (attribution.ABOUT.encode(), attribution.markdown_row),
}


def texts(frozen: Frozen, parts: Sequence[str] = (), *, images: bool = False) -> MadeTogether:
    """With the images themselves where `images`; `parts` as `race/train` are those that have lines of JSON. Layout 0
    has metadata.csv alone."""
    credit, parts = (tuple(CREDITS), parts) if frozen.layout else ((), ())
    paths = (METADATA, *credit, *(f"{part}/{JSON_LINES}" for part in parts))
    return MadeTogether(paths, partial(_tell, frozen, len(credit), parts, images))


def _tell(
    frozen: Frozen, credit: int, parts: Sequence[str], images: bool, files: Sequence[BinaryIO]
) -> Iterator[Image]:
    metadata, credited, lines = files[0], files[1 : 1 + credit], files[1 + credit :]
    file_of, row = dict(zip(parts, lines, strict=True)), json_lines.Rows(json_columns(frozen.columns))
    metadata.write(rows.csv_line(frozen.columns).encode())
    for file, (head, _tell_row) in zip(credited, CREDITS.values(), strict=False):
        file.write(head)
    for batch in rows.records(frozen.number):
        if images:
            yield from map(_image, batch)
        columns = [record["columns"] for _id, _crop, record in batch]
        metadata.write("".join(rows.csv_line([one[name] for name in frozen.columns]) for one in columns).encode())
        for file, (_head, tell_row) in zip(credited, CREDITS.values(), strict=False):
            file.write(b"".join(map(tell_row, columns)))
        for part, told in _by_part(batch, row).items() if parts else ():
            file_of[part].write("".join(told).encode())


def _image(told: rows.Record) -> Image:
    image_id, crop_sha256, record = told
    return Image(image_file(image_id), crop_sha256, tuple(f"{place}/{image_id}.jpg" for place in record["places"]))


def _by_part(batch: Sequence[rows.Record], row: json_lines.Rows) -> dict[str, list[str]]:
    """In each part the rows of the images in it, each with its place there: an image without a row would be dropped
    silently."""
    lines = defaultdict(list)
    for image_id, _crop, record in batch:
        around = row.around(record["columns"])
        for place in record["places"]:
            task, part, folder = place.split("/")
            lines[f"{task}/{part}"].append(json_lines.line(around, f"{folder}/{image_id}.jpg"))
    return lines
