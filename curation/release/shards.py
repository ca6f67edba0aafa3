"""Formats that hold every image once cut a release into shards, whose names are known before one is written.

An image has a part in the split of identity and one in that of the attributes, so shards are of a pair of parts, its
bucket: either split is then a pattern of file names.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from curation.models import ReleaseFace
from curation.release import ahead, crops, rows
from curation.release.errors import ReleaseRefused
from curation.release.naming import bucket

Picture = tuple[ReleaseFace, bytes]
AHEAD = 2  # groups of pictures that wait to be written


@dataclass(frozen=True)
class Shard:
    """`faces` are primary keys in the order of the image ids."""

    bucket: str
    number: int
    of: int
    faces: Sequence[int]


def shards(release: int, size: int) -> list[Shard]:
    """Of at most `size` images each: crops are no larger than so many pixels, so that bounds the bytes too."""
    buckets: dict[str, array[int]] = defaultdict(lambda: array("q"))
    for face, *parts in rows.parts(release):
        buckets[bucket(*parts)].append(face)
    return [shard for name in sorted(buckets) for shard in _cut(name, buckets[name], size)]


def _cut(name: str, faces: "array[int]", size: int) -> Iterator[Shard]:
    count = -(-len(faces) // size)
    for number in range(count):
        yield Shard(name, number, count, faces[number * size : (number + 1) * size])


def pictures(faces: Sequence[int], group: int) -> Iterator[list[Picture]]:
    """The rows of these faces with their pictures, so many at a time. ReleaseRefused for a crop that changed."""
    groups = (faces[first : first + group] for first in range(0, len(faces), group))
    return ahead.results(_read, map(rows.of_faces, groups), AHEAD)


def _read(images: Sequence[ReleaseFace]) -> list[Picture]:
    try:
        return [(image, crops.read(image.crop_sha256)) for image in images]
    except crops.CropRefused as trouble:
        raise ReleaseRefused(f"A shard cannot be written: {trouble}.") from trouble
