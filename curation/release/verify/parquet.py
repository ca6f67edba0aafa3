"""Parquet against the rows. What a file says of its sizes is looked at before anything of it is unpacked."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from curation.release.naming import METADATA, image_id
from curation.release.verify import bounded, shards
from curation.release.verify.findings import (
    BYTES,
    DISAGREE,
    OUTSIDE,
    PAPER,
    ROW,
    TOO_LARGE,
    TRUNCATED,
    UNREADABLE,
    Findings,
    Unreadable,
)
from curation.release.verify.layout import Layout, Row, is_plain
from curation.release.verify.pages import check_sizes
from curation.release.verify.sides import Item, Side, differing
from curation.release.verify.work import LARGEST_IMAGE, Crew, Picture

FOLDER = "parquet"
DIGESTS = f"{FOLDER}/digests.json"
FEATURES = b"huggingface"
BATCH = 20  # rows in memory at a time, of each bucket
LARGEST_FOOTER = 64_000_000
WRITER = re.compile(r"parquet-cpp-arrow version [0-9.]+")


def side(folder: Path, layout: Layout, findings: Findings, crew: Crew | None) -> Side:
    """With a crew every picture is decoded as well."""
    paths = shards.by_bucket(folder, FOLDER, ("digests.json",), findings)
    digests = _digests(folder, [path for known in paths.values() for path in known], findings)
    streams = {
        f"{FOLDER}/{bucket}": _rows(folder, known, layout, findings, digests, crew) for bucket, known in paths.items()
    }
    return Side(findings, streams, lambda row: [f"{FOLDER}/{shards.of_row(row)}"], partial(_check, layout, findings))


def _digests(folder: Path, paths: Sequence[str], findings: Findings) -> Mapping[str, Any]:
    try:
        told = bounded.json_of(folder, DIGESTS)
    except Unreadable as trouble:
        findings.take(trouble.problem)
        return {}
    if not isinstance(told, dict) or sorted(told) != sorted(paths):
        findings.add(PAPER, DIGESTS, "does not tell of the files that are there")
    return told if isinstance(told, dict) else {}


def _rows(
    folder: Path,
    paths: Sequence[str],
    layout: Layout,
    findings: Findings,
    digests: Mapping[str, Any],
    crew: Crew | None,
) -> Iterator[Item]:
    for path in paths:
        hashed, count = hashlib.sha256(), 0
        for row in _of_file(folder, path, layout):
            item, line = _item(path, row, crew)
            hashed.update(line)
            count += 1
            yield item
        if path in digests and digests[path] != {"rows": count, "sha256": hashed.hexdigest()}:
            findings.add(DISAGREE, path, f"its rows are not those of which {DIGESTS} tells")


def _of_file(folder: Path, path: str, layout: Layout) -> Iterator[dict[str, Any]]:
    import pyarrow as pa  # heavy, and only for releases with this format
    from pyarrow import parquet as pq

    _check_footer(folder, path)
    try:
        with bounded.opened(folder, path) as file, pq.ParquetFile(file, pre_buffer=False) as table:
            _check_schema(table, path, layout)
            check_sizes(file, table.metadata, path)
            for batch in table.iter_batches(BATCH, use_threads=False):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise Unreadable(UNREADABLE, path, f"cannot be read: {said}") from None


def _check_footer(folder: Path, path: str) -> None:
    """The end of a file says where its footer begins."""
    with bounded.opened(folder, path) as file:
        first, length = file.read(4), file.seek(0, 2)
        file.seek(max(0, length - 8))
        end = file.read(8)
    if first != b"PAR1" or end[4:] != b"PAR1" or length < 12:
        raise Unreadable(TRUNCATED, path, "is cut off, or no Parquet")
    footer = int.from_bytes(end[:4], "little")
    if footer > length - 12:
        raise Unreadable(TRUNCATED, path, "is cut off: its footer is longer than the file")
    if footer > LARGEST_FOOTER:
        raise Unreadable(TOO_LARGE, path, f"its footer has {footer:,} bytes")


def _check_schema(table: Any, path: str, layout: Layout) -> None:
    schema, wanted = table.schema_arrow, _schema(layout)
    found = {field.name: str(field.type) for field in schema}
    if list(found.items()) != list(wanted.items()):
        raise Unreadable(DISAGREE, path, f"its columns differ from {METADATA} in {differing(found, wanted) or 'order'}")
    metadata = schema.metadata or {}
    if json.loads(metadata.get(FEATURES, b"{}")) != {"info": {"features": _features(layout)}}:
        raise Unreadable(DISAGREE, path, "its features do not name the classes of classes.json")
    if set(table.metadata.metadata or {}) - {FEATURES, b"ARROW:schema"} or set(metadata) != {FEATURES}:
        raise Unreadable(DISAGREE, path, "its schema carries more than the names of columns and classes")
    if not WRITER.fullmatch(table.metadata.created_by):
        raise Unreadable(DISAGREE, path, "says that something else wrote it")


def _schema(layout: Layout) -> dict[str, str]:
    image = {"image": "struct<bytes: binary, path: string>"}
    return image | {f"label_{task}": "int64" for task in layout.tasks} | dict.fromkeys(layout.columns, "string")


def _features(layout: Layout) -> dict[str, Any]:
    labels = {f"label_{t}": {"names": sorted(layout.numbers[t]), "_type": "ClassLabel"} for t in layout.tasks}
    return {"image": {"_type": "Image"}} | labels | {n: {"dtype": "string", "_type": "Value"} for n in layout.columns}


def _item(path: str, row: dict[str, Any], crew: Crew | None) -> tuple[Item, bytes]:
    """And the row as digests.json counts it: a line of JSON with the sha256 of the image's bytes."""
    image, name = row.pop("image") or {}, row.get("id")
    data, said = image.get("bytes"), image.get("path")
    if not isinstance(name, str) or not isinstance(data, bytes) or not isinstance(said, str):
        raise Unreadable(ROW, path, "has a row without id or image")
    if len(data) > LARGEST_IMAGE:
        raise Unreadable(TOO_LARGE, path, f"image {name} has {len(data):,} bytes")
    if not is_plain(said):
        raise Unreadable(OUTSIDE, path, f"image {name} leads elsewhere: {said!r}")
    if crew:
        crew.take(Picture(f"{path}: {said}", data))
    row["image"] = {"bytes": hashlib.sha256(data).hexdigest(), "path": said}
    return Item(name, path, row), (json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _check(layout: Layout, findings: Findings, item: Item, row: Row) -> None:
    image = item.told["image"]
    if image["bytes"] != row["sha256"] or image_id(image["bytes"]) != item.id:
        findings.add(BYTES, item.path, f"image {item.id}: its bytes are not those that {METADATA} names")
    wanted = dict(row) | layout.class_numbers(row) | {"image": {"bytes": image["bytes"], "path": f"{item.id}.jpg"}}
    if item.told != wanted:
        said = differing(item.told, wanted)
        findings.add(DISAGREE, item.path, f"image {item.id} differs from {METADATA} in {said}")
