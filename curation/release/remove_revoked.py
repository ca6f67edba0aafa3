#!/usr/bin/env python3
"""Remove images from a copy of this data set that had to be erased after it was published.

    python remove_revoked.py FOLDER [--delete] [--revoked REVOKED.csv]

Finds what REVOKED.csv of this release names in FOLDER, an older copy or anything made of one: files by the hash of
their bytes, rows of metadata files, members of tar shards, rows of parquet files. Lists what it finds; removes it
only with --delete. Exit status: 0 nothing found, 1 found, 2 it could not look everywhere or bad usage.

Needs Python 3.9 or later and nothing else; to look into parquet files it needs pyarrow.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import json
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

CHUNK = 1 << 20
TEXTS = (".csv", ".jsonl", ".json", ".md", ".txt", ".sha256", ".cff")
NAME = re.compile(r"[0-9a-f]{64}|[0-9a-f]{20}")
OWN = ("REVOKED.csv", "remove_revoked.py", "CHANGES.json", "CHANGES.md")  # which tell by opaque ids what left
NAMES = (
    "Names of people without images may be left in lists of classes (README.md, JSON, parquet) and as names of folders"
)
LINE, TAR, PARQUET, FILE = "lines", "members", "rows", "file"


class Revoked:
    def __init__(self, path: str) -> None:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.hashes = {row["sha256"] for row in rows}
        self.ids = {row["image_id"] for row in rows}

    def names(self, text: str) -> bool:
        """Whether the text holds the id or the hash of a revoked image."""
        return any(found in self.ids or found in self.hashes for found in NAME.findall(text))

    def is_image(self, data: bytes) -> bool:
        return hashlib.sha256(data).hexdigest() in self.hashes


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def sha256_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def files_of(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def replace(path: str, write: Callable[[IO[bytes]], object]) -> None:
    """The whole new file, or the old one: never half of it."""
    draft = path + ".part"
    try:
        with open(draft, "wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(draft, os.stat(path).st_mode & 0o777)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


# ---- What a file holds


def look_into_text(path: str, revoked: Revoked, delete: bool) -> int:
    """Rows of tables, lines of lists, entries of JSON documents."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = records(file) if path.endswith(".csv") else file.readlines()
    kept = [line for line in lines if not revoked.names(line)]
    found = len(lines) - len(kept)
    if found and path.endswith(".json"):
        document = json.loads("".join(lines))
        pruned = json.dumps(without(document, revoked), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        kept = [pruned]
    if found and delete:
        replace(path, lambda out: out.write("".join(kept).encode("utf-8", "surrogateescape")))
    return found


def records(lines: Iterable[str]) -> list[str]:
    """Rows of a table, some of which may go over several lines inside quotation marks."""
    found: list[str] = []
    is_open = False
    for line in lines:
        if is_open:
            found[-1] += line
        else:
            found.append(line)
        is_open ^= line.count('"') % 2 == 1
    return found


def without(value: Any, revoked: Revoked) -> Any:
    if isinstance(value, dict):
        return {
            key: without(item, revoked)
            for key, item in value.items()
            if not revoked.names(key) and not (isinstance(item, str) and revoked.names(item))
        }
    if isinstance(value, list):
        return [without(item, revoked) for item in value if not (isinstance(item, str) and revoked.names(item))]
    return value


def look_into_tar(path: str, revoked: Revoked, delete: bool) -> int:
    """A shard is written anew without the members of revoked images; the others keep their order and their bytes."""
    with tarfile.open(path) as shard:
        gone = [member for member in shard if is_revoked(shard, member, revoked)]
        if gone and delete:
            names = {member.name for member in gone}
            replace(path, lambda out: copy_tar(shard, names, out))
    return len(gone)


def is_revoked(shard: tarfile.TarFile, member: tarfile.TarInfo, revoked: Revoked) -> bool:
    if revoked.names(member.name):
        return True
    content = shard.extractfile(member) if member.isfile() else None
    return content is not None and revoked.is_image(content.read())


def copy_tar(shard: tarfile.TarFile, but: set[str], out: IO[bytes]) -> None:
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as new:
        for member in shard:
            if member.name not in but:
                new.addfile(member, shard.extractfile(member) if member.isfile() else None)


def look_into_parquet(path: str, revoked: Revoked, delete: bool) -> int:
    parquet = importlib.import_module("pyarrow.parquet")  # the one thing that is not in every Python

    table = parquet.read_table(path)
    kept = [number for number, row in enumerate(rows_of(table)) if not row_is_revoked(row, revoked)]
    found = int(table.num_rows) - len(kept)
    if found and delete:
        replace(path, lambda out: parquet.write_table(table.take(kept), out, row_group_size=100))
    return found


def rows_of(table: Any) -> Iterator[Any]:
    for batch in table.to_batches(max_chunksize=100):
        yield from batch.to_pylist()


def row_is_revoked(value: Any, revoked: Revoked) -> bool:
    if isinstance(value, dict):
        return any(row_is_revoked(item, revoked) for item in value.values())
    if isinstance(value, list):
        return any(row_is_revoked(item, revoked) for item in value)
    if isinstance(value, bytes):
        return revoked.is_image(value)
    return isinstance(value, str) and revoked.names(value)


# ---- The whole folder


def look(folder: str, revoked: Revoked, delete: bool) -> Iterator[tuple[str, str, int | None]]:
    """(path, what was found, how many) of every file that holds something; None where it could not be looked into."""
    for path in files_of(folder):
        name = os.path.basename(path)
        if name in OWN:
            continue
        kind, into = reader_of(name)
        try:
            if is_whole(path, name, revoked):
                kind, found = FILE, 1
                if delete:
                    os.unlink(path)
            else:
                found = into(path, revoked, delete) if into else 0
        except ImportError:
            say(f"{path}: needs pyarrow: install it, and run this again")
            found = None
        except (OSError, ValueError, tarfile.TarError) as error:
            say(f"{path}: {error}")
            found = None
        if found is None or found:
            yield path, kind, found


def is_whole(path: str, name: str, revoked: Revoked) -> bool:
    """Whether the file is a revoked image, by its bytes or by its name."""
    return sha256_of(path) in revoked.hashes or (revoked.names(name) and not name.endswith((".tar", ".parquet")))


def reader_of(name: str) -> tuple[str, Callable[[str, Revoked, bool], int] | None]:
    if name.endswith(TEXTS):
        return LINE, look_into_text
    if name.endswith(".tar"):
        return TAR, look_into_tar
    if name.endswith(".parquet"):
        return PARQUET, look_into_parquet
    return FILE, None


def tell(found: Iterable[tuple[str, str, int | None]], delete: bool) -> int:
    """The exit status."""
    unread = 0
    total = 0
    for path, kind, count in found:
        if count is None:
            unread += 1
            say(f"{path}: NOT DONE")
        else:
            total += count
            say(f"{path}: {'removed' if delete else 'found'}" + ("" if kind == FILE else f" {count} {kind}"))
    if not total and not unread:
        say("No revoked image was found.")
    elif total and not delete:
        say("Nothing was changed: run this again with --delete to remove them.")
    elif total:
        say("Hashes and counts in MANIFEST.sha256 and in the reports are no longer those of this folder.")
        say(f"{NAMES}: take the newest release, which has none of them, and delete this copy as soon as you can.")
    return 2 if unread else int(total > 0)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", metavar="FOLDER", help="a copy of the data set, or of a part of it")
    parser.add_argument("--delete", action="store_true", help="remove what is found")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "REVOKED.csv")
    parser.add_argument("--revoked", default=beside, metavar="FILE", help="the list (default: beside this script)")
    asked = parser.parse_args(words)
    if not os.path.isdir(asked.folder):
        parser.error(f"{asked.folder} is not a folder")
    try:
        revoked = Revoked(asked.revoked)
    except (OSError, KeyError, csv.Error) as error:
        parser.error(f"the list {asked.revoked} cannot be read: {error}")
    return tell(look(asked.folder, revoked, asked.delete), asked.delete)


if __name__ == "__main__":
    sys.exit(main())
