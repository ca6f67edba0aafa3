"""The files of a release, told from its rows: nothing needs to be written to know them."""

import csv
import heapq
import io
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection
from django.db.models.functions import Collate

from curation.models import ReleaseFace
from curation.release import manifest
from curation.release.naming import SPLITS

CHUNK = 1_000
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
LICENCES = """
SELECT record -> 'columns' ->> 'licence', count(*) FROM curation_releaseface WHERE release_id = %(release)s GROUP BY 1
"""


def images(release: int, **columns: str) -> Iterator[ReleaseFace]:
    """In the order of the bytes of their ids, which is that of metadata.csv; those with these columns."""
    faces = ReleaseFace.objects.filter(release_id=release).order_by(Collate("image_id", "C"))
    if columns:
        faces = faces.filter(record__contains={"columns": columns})
    return faces.iterator(chunk_size=CHUNK)


def parts(release: int) -> Iterator[tuple[int, str, str]]:
    """(primary key, part of identity, part of the attributes) of each image, in the order of the ids."""
    known = ReleaseFace.objects.filter(release_id=release).order_by(Collate("image_id", "C"))
    columns = (f"record__columns__{name}" for name in SPLITS)
    return known.values_list("pk", *columns).iterator(chunk_size=CHUNK)


def of_faces(keys: Sequence[int]) -> list[ReleaseFace]:
    """Those with these primary keys, in this order."""
    known = ReleaseFace.objects.in_bulk(keys)
    return [known[key] for key in keys]


def in_turn(keys: Sequence[int]) -> Iterator[ReleaseFace]:
    for first in range(0, len(keys), CHUNK):
        yield from of_faces(keys[first : first + CHUNK])


def metadata(release: int, columns: Sequence[str]) -> Iterator[bytes]:
    """metadata.csv, line by line, with these columns in this order."""
    yield _csv_line(columns)
    for image in images(release):
        yield _csv_line([image.record["columns"][name] for name in columns])


def _csv_line(values: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def manifest_lines(release: int, others: Mapping[str, str], *, images: bool) -> Iterator[bytes]:
    """Of every file but the manifest, in the order of the bytes of the paths; `others` are files that are no images,
    and images are files of their own where `images`."""
    return manifest.lines(heapq.merge(sorted(others.items()), _image_files(release) if images else ()))


def _image_files(release: int) -> Iterator[tuple[str, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(IMAGE_FILES, {"release": release})
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def licence_counts(release: int) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(LICENCES, {"release": release})
        return dict(cursor.fetchall())
