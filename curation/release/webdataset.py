"""Tar files as `webdataset` streams them: every image once, beside a JSON of its row, in shards by bucket.

Plain ustar with members in order and nothing of the machine in their headers: no clock, no owner. What follows the
first dot of a name is the kind of the part, so ids and buckets have none.
"""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from tarfile import BLOCKSIZE, NUL, RECORDSIZE, USTAR_FORMAT, TarInfo
from typing import BinaryIO

from curation.release import shards
from curation.release.class_labels import ClassLabel, class_labels
from curation.release.entries import Entry, Folder, Made
from curation.release.frozen import Frozen
from curation.release.output import FILE_MODE
from curation.release.shards import Shard

FOLDER = "webdataset"
SHARD = 1_000  # images, of some 30 to 100 KB each
GROUP = 50  # images in memory at a time
NO_CLASS = -1  # every JSON has the same keys and types


def entries(frozen: Frozen) -> Iterator[Entry]:
    yield Folder(FOLDER)
    for shard in shards.shards(frozen.number, SHARD):
        yield Made(f"{FOLDER}/{shard.bucket}-{shard.number:05d}.tar", partial(_write, frozen, shard))


def _write(frozen: Frozen, shard: Shard, file: BinaryIO) -> None:
    labels, length = class_labels(frozen), 0
    for group in shards.pictures(shard.faces, GROUP):
        for image, data in group:
            length += _member(file, f"{image.image_id}.jpg", data)
            length += _member(file, f"{image.image_id}.json", _json(image.record["columns"], frozen.columns, labels))
    file.write(NUL * (2 * BLOCKSIZE + -(length + 2 * BLOCKSIZE) % RECORDSIZE))


def _member(file: BinaryIO, name: str, data: bytes) -> int:
    """How many bytes it took."""
    member = TarInfo(name)  # its time and owner are 0
    member.size, member.mode = len(data), FILE_MODE
    parts = member.tobuf(USTAR_FORMAT), data, NUL * (-len(data) % BLOCKSIZE)
    file.writelines(parts)
    return sum(map(len, parts))


def _json(columns: dict[str, str], names: Sequence[str], labels: Sequence[ClassLabel]) -> bytes:
    row: dict[str, str | int] = {name: columns[name] for name in names}
    for label in labels:
        number = label.of(columns)
        row[label.name] = NO_CLASS if number is None else number
    return (json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n").encode()
