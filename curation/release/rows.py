"""The files of a release, told from its rows: nothing needs to be written to know them."""

import csv
import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate

from curation.models import ReleaseFace
from curation.release import ahead, manifest
from curation.release.naming import SPLITS

CHUNK = 500
Record = tuple[str, str, dict[str, Any]]  # of an image: id, sha256, and its row with the folders that it stands in
# Every image under images/ and in each tree where it stands, in the order of the bytes of the paths.
IMAGE_FILES = """
SELECT path, crop_sha256 FROM (
    SELECT 'images/' || image_id || '.jpg' AS path, crop_sha256
    FROM curation_releaseface WHERE release_id = %(release)s
    UNION ALL
    SELECT place || '/' || image_id || '.jpg', crop_sha256
    FROM curation_releaseface, jsonb_array_elements_text(record -> 'places') AS place
    WHERE release_id = %(release)s
) AS files ORDER BY path COLLATE "C"
"""


def _ordered(release: int) -> QuerySet[ReleaseFace]:
    return ReleaseFace.objects.filter(release_id=release).order_by(Collate("image_id", "C"))


def images(release: int) -> Iterator[ReleaseFace]:
    """In the order of the bytes of their ids, which is that of metadata.csv."""
    return _ordered(release).iterator(chunk_size=CHUNK)


def parts(release: int) -> Iterator[tuple[int, str, str]]:
    """(primary key, part of identity, part of the attributes) of each image, in the order of the ids."""
    columns = (f"record__columns__{name}" for name in SPLITS)
    return _ordered(release).values_list("pk", *columns).iterator(chunk_size=CHUNK)


def of_faces(keys: Sequence[int]) -> list[ReleaseFace]:
    """Those with these primary keys, in this order."""
    known = ReleaseFace.objects.in_bulk(keys)
    return [known[key] for key in keys]


def in_turn(keys: Sequence[int]) -> Iterator[ReleaseFace]:
    for first in range(0, len(keys), CHUNK):
        yield from of_faces(keys[first : first + CHUNK])


def records(release: int) -> Iterator[list[Record]]:
    """Of each image, in order, some at a time."""
    columns = ("image_id", "crop_sha256", "record")
    return ahead.batches(_ordered(release).values_list(*columns).iterator(chunk_size=CHUNK), CHUNK)


class _Echo:
    """A file that gives back what is written to it: then so does the writer of a row."""

    def write(self, text: str) -> str:
        return text


_CSV: Any = csv.writer(_Echo(), lineterminator="\n")


def csv_line(values: Sequence[str]) -> str:
    return str(_CSV.writerow(values))


def manifest_lines(release: int, others: Mapping[str, str], *, images: bool) -> Iterator[bytes]:
    """Of every file but the manifest, in the order of the bytes of the paths; `others` are files that are no images,
    and images are files of their own where `images`."""
    return manifest.lines(heapq.merge(sorted(others.items()), _image_files(release) if images else ()))


def _image_files(release: int) -> Iterator[tuple[str, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(IMAGE_FILES, {"release": release})
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
