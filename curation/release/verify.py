"""Proves a release on disk: offline, without the database, trusting nothing that is in the folder but the digest."""

import csv
import errno
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.release import manifest
from curation.release.naming import CLASSES, MANIFEST, METADATA, PARTS, TASKS, image_file
from curation.release.pictures import picture_trouble

LARGEST_IMAGE = 60_000_000  # bytes
IMAGE_ID = re.compile(r"[0-9a-f]{20}")
Classes = Mapping[str, Mapping[str, str]]  # task → label or slug → folder
Progress = Callable[[int], object]


class NotAManifest(Exception):
    """Nothing can be verified here."""


@dataclass
class Tree:
    """What lies in the folder. Links are listed and not followed."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)


@dataclass
class Verification:
    digest: str
    files: int
    problems: list[str]


def verify(folder: Path, *, digest: str | None = None, progress: Progress = lambda n: None) -> Verification:
    """Every problem is one line; none means that all is as its makers froze it, if they published `digest`."""
    listing = _read_manifest(folder)
    found = manifest.digest([listing])
    problems = [f"{MANIFEST}: its digest is {found}, not {digest}"] if digest not in (None, found) else []
    try:
        listed = manifest.parse(listing)
    except manifest.ManifestError as error:
        return Verification(found, 0, [*problems, f"{MANIFEST}: {error}"])
    tree = _walk(folder)
    problems += tree.strange
    problems += _compare_names(listed, tree)
    problems += _compare_bytes(folder, listed, tree, progress)
    problems += _check_contents(folder, tree)
    return Verification(found, len(listed) + 1, problems)


def _read_manifest(folder: Path) -> bytes:
    try:
        descriptor = os.open(folder / MANIFEST, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe would never end
                raise OSError(errno.EINVAL, "not a file")
            return file.read()
    except OSError as error:
        raise NotAManifest(f"{folder} is not a release: {MANIFEST} cannot be read ({error.strerror}).") from error


def _walk(folder: Path) -> Tree:
    tree = Tree()
    for parent, entry in _entries(folder, ""):
        path = f"{parent}{entry.name}"
        if entry.is_symlink():
            tree.strange.append(f"{path}: is a link")
        elif entry.is_dir(follow_symlinks=False):
            tree.folders.add(path)
        elif entry.is_file(follow_symlinks=False):
            tree.files.add(path)
        else:
            tree.strange.append(f"{path}: is neither a file nor a folder")
    return tree


def _entries(folder: Path, parent: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            yield parent, entry
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path), f"{parent}{entry.name}/")


def _compare_names(listed: Mapping[str, str], tree: Tree) -> list[str]:
    known = listed.keys() | {MANIFEST}
    missing = [f"{path}: missing" for path in sorted(listed.keys() - tree.files)]
    return missing + [f"{path}: extra, not in {MANIFEST}" for path in sorted(tree.files - known)]


def _compare_bytes(folder: Path, listed: Mapping[str, str], tree: Tree, progress: Progress) -> list[str]:
    """Links to one file are read once."""
    hashes: dict[tuple[int, int], str] = {}
    changed = []
    for path in sorted(listed.keys() & tree.files):
        status = os.lstat(folder / path)
        node = (status.st_dev, status.st_ino)
        if node not in hashes:
            hashes[node] = _sha256(folder / path)
        if hashes[node] != listed[path]:
            changed.append(f"{path}: its bytes are not those that {MANIFEST} names")
        progress(1)
    return changed


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- What the files say must fit together


def _check_contents(folder: Path, tree: Tree) -> list[str]:
    try:
        classes = _read_classes(folder)
        rows = _read_metadata(folder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, csv.Error) as error:
        return [f"{CLASSES} and {METADATA} cannot be read together: {error!r}"]
    problems = _check_folders(classes, tree)
    ids = [row["id"] for row in rows]
    if ids != sorted(set(ids)):
        problems.append(f"{METADATA}: ids are out of order or there twice")
    problems += _check_trees(rows, classes, tree)
    return problems + _check_images(folder, rows)


def _read_classes(folder: Path) -> Classes:
    known: dict[str, list[dict[str, Any]]] = json.loads(_text(folder / CLASSES))
    if set(known) != set(TASKS):
        raise ValueError(f"{CLASSES} must have the tasks {', '.join(TASKS)}")
    by_label = {task: {one["label"]: one["folder"] for one in known[task]} for task in TASKS[1:]}
    return {"identity": {one["folder"]: one["folder"] for one in known["identity"]}} | by_label


def _read_metadata(folder: Path) -> list[dict[str, str]]:
    """Only the columns that are looked at."""
    perceived, splits = (f"perceived_{task}" for task in TASKS[1:]), (f"split_{task}" for task in TASKS)
    wanted = ("id", "file", "sha256", "identity_slug", *perceived, *splits)
    reader = csv.DictReader(io.StringIO(_text(folder / METADATA), newline=""), strict=True)
    rows = [{name: row[name] for name in wanted} for row in reader]
    for row in rows:
        if None in row.values() or not IMAGE_ID.fullmatch(row["id"]):
            raise ValueError(f"{METADATA} has a row that is cut off, or whose id {row['id']!r} is none of ours")
    return rows


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{path.name} is not a file")
    return path.read_text("utf-8")


def _check_folders(classes: Classes, tree: Tree) -> list[str]:
    expected = {"images", *TASKS} | {f"{task}/{part}" for task in TASKS for part in PARTS}
    expected |= {f"{task}/{part}/{c}" for task in TASKS for part in PARTS for c in classes[task].values()}
    missing = [f"{path}: folder missing" for path in sorted(expected - tree.folders)]
    return missing + [f"{path}: folder of no class" for path in sorted(tree.folders - expected)]


def _check_trees(rows: list[dict[str, str]], classes: Classes, tree: Tree) -> list[str]:
    expected = {image_file(row["id"]) for row in rows}
    for row in rows:
        expected |= set(_places(row, classes))
    there = {path for path in tree.files if "/" in path}
    missing = [f"{path}: {METADATA} has it, the trees have not" for path in sorted(expected - there)]
    return missing + [f"{path}: the trees have it, {METADATA} has not" for path in sorted(there - expected)]


def _places(row: Mapping[str, str], classes: Classes) -> Iterator[str]:
    """Where the row says that its image stands."""
    for task in TASKS:
        label = row["identity_slug"] if task == "identity" else row[f"perceived_{task}"]
        if part := row[f"split_{task}"]:
            yield f"{task}/{part}/{classes[task].get(label, f'(unknown class {label})')}/{row['id']}.jpg"


def _check_images(folder: Path, rows: list[dict[str, str]]) -> list[str]:
    problems = []
    for row in rows:
        path = image_file(row["id"])
        if row["file"] != path:
            problems.append(f"{METADATA}: image {row['id']} is said to be at {row['file']}")
        problems += _check_image(folder / path, path, row["sha256"])
    return problems


def _check_image(file: Path, path: str, sha256: str) -> list[str]:
    if not file.is_file() or file.is_symlink():
        return []  # told already
    if file.stat().st_size > LARGEST_IMAGE:
        return [f"{path}: too large for a crop"]
    data = file.read_bytes()
    trouble = picture_trouble(data)
    problems = [f"{path}: {trouble[1]}"] if trouble else []
    if hashlib.sha256(data).hexdigest() != sha256:
        problems.append(f"{path}: its bytes are not those that {METADATA} names")
    return problems
