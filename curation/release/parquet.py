"""Parquet with the images in it, as Hugging Face's `datasets` reads them: every image once, in shards by bucket.

A file's footer names the version of pyarrow, so its bytes hang on it: `digests.json` says what is in the files,
whichever version writes them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO

from curation.release import rows, shards
from curation.release.class_labels import ClassLabel, class_labels
from curation.release.entries import Entry, Folder, Made, of_chunks
from curation.release.frozen import Frozen
from curation.release.shards import Picture, Shard

FOLDER = "parquet"
DIGESTS = f"{FOLDER}/digests.json"
SHARD = 5_000  # images, of some 30 to 100 KB each
ROW_GROUP = 100
FEATURES = "huggingface"  # the key of the schema's metadata that says what the columns are
COMPRESSION = "zstd"  # of all but the images


def entries(frozen: Frozen) -> Iterator[Entry]:
    known = shards.shards(frozen.number, SHARD)
    yield Folder(FOLDER)
    for shard in known:
        yield Made(_path(shard), partial(_write, frozen, shard))
    yield of_chunks(DIGESTS, lambda: [_digests(frozen, known)])


def _path(shard: Shard) -> str:
    return f"{FOLDER}/{shard.bucket}-{shard.number:05d}-of-{shard.of:05d}.parquet"


def _write(frozen: Frozen, shard: Shard, file: BinaryIO) -> None:
    import pyarrow as pa  # heavy, and only for those who write this format
    from pyarrow import parquet as pq

    pa.set_memory_pool(pa.system_memory_pool())  # the others keep what they once had
    labels, kinds = class_labels(frozen), schema(frozen)
    pages = {
        "compression": {path: "none" if path == "image.bytes" else COMPRESSION for path in _paths(frozen, labels)},
        "use_dictionary": list(frozen.columns),
        "write_statistics": [label.name for label in labels] + ["id"],
    }
    with pq.ParquetWriter(file, kinds, **pages) as writer:
        for group in shards.pictures(shard.faces, ROW_GROUP):
            batch = pa.RecordBatch.from_arrays(list(_arrays(group, frozen, labels)), schema=kinds)
            writer.write_batch(batch, row_group_size=ROW_GROUP)


def _paths(frozen: Frozen, labels: Sequence[ClassLabel]) -> list[str]:
    return ["image.bytes", "image.path", *(label.name for label in labels), *frozen.columns]


def schema(frozen: Frozen) -> Any:
    import pyarrow as pa  # see above

    labels = class_labels(frozen)
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [("image", image), *((label.name, pa.int64()) for label in labels)]
    fields += [(name, pa.string()) for name in frozen.columns]
    return pa.schema(fields, metadata={FEATURES: json.dumps({"info": {"features": _features(frozen, labels)}})})


def _features(frozen: Frozen, labels: Sequence[ClassLabel]) -> dict[str, Any]:
    """As `datasets.Features(…).arrow_schema` writes them."""
    numbered = {label.name: {"names": label.names, "_type": "ClassLabel"} for label in labels}
    texts = {name: {"dtype": "string", "_type": "Value"} for name in frozen.columns}
    return {"image": {"_type": "Image"}} | numbered | texts


def _arrays(group: Sequence[Picture], frozen: Frozen, labels: Sequence[ClassLabel]) -> Iterator[Any]:
    import pyarrow as pa  # see above

    told = [image.record["columns"] for image, _data in group]
    data = pa.array([data for _image, data in group], pa.binary())
    names = pa.array([_name(image.image_id) for image, _data in group], pa.string())
    yield pa.StructArray.from_arrays([data, names], names=["bytes", "path"])
    for label in labels:
        yield pa.array([label.of(columns) for columns in told], pa.int64())
    for name in frozen.columns:
        yield pa.array([columns[name] for columns in told], pa.string())


def _name(image_id: str) -> str:
    return f"{image_id}.jpg"


def _digests(frozen: Frozen, known: Iterable[Shard]) -> bytes:
    """By file: how many rows it has, and the sha256 of them, each a line of JSON with sorted keys, its image as
    the sha256 of the bytes."""
    labels = class_labels(frozen)
    found = {}
    for shard in known:
        hashed = hashlib.sha256()
        for line in _lines(shard, frozen, labels):
            hashed.update(line)
        found[_path(shard)] = {"rows": len(shard.faces), "sha256": hashed.hexdigest()}
    return (json.dumps(found, sort_keys=True, indent=1) + "\n").encode()


def _lines(shard: Shard, frozen: Frozen, labels: Sequence[ClassLabel]) -> Iterator[bytes]:
    for image in rows.in_turn(shard.faces):
        columns = image.record["columns"]
        row: dict[str, Any] = {name: columns[name] for name in frozen.columns}
        row |= {label.name: label.of(columns) for label in labels}
        row["image"] = {"bytes": image.crop_sha256, "path": _name(image.image_id)}
        yield (json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n").encode()
