"""Puts the entries of a release onto the disk: copies of images, never encoded again, and files that are made."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from curation.release import ahead, crops
from curation.release.entries import Entry, Folder, Image, Made, MadeTogether, opened, paths_of
from curation.release.errors import ReleaseRefused
from curation.release.output import FILE_MODE, FOLDER_MODE

NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
BATCH = 32  # images that a thread copies at a time
AHEAD = 8  # batches under way at most, so that memory stays flat

Progress = Callable[[int], object]


@dataclass
class Written:
    """`copies` counts images that a tree got as a copy, where the file system has no hard links; `files` are the
    sha256 and bytes of what was made, by path."""

    images: int = 0
    copies: int = 0
    files: dict[str, dict[str, str | int]] = field(default_factory=dict)


def write_folder(folder: Path, entries: Iterable[Entry], progress: Progress) -> Written:
    """Into an empty folder; on the disk when it returns. ReleaseRefused for a crop that is not what was frozen."""
    written = Written()
    for entry in entries:
        if isinstance(entry, Folder):
            _folder(f"{folder}/{entry.path}")
        else:
            _files(f"{folder}", entry, written, progress)
    os.sync()  # once, and not a file at a time
    return written


def _folder(path: str) -> None:
    os.mkdir(path, FOLDER_MODE)
    if stat.S_IMODE(os.stat(path).st_mode) != FOLDER_MODE:  # a narrow umask
        os.chmod(path, FOLDER_MODE)


def _files(folder: str, entry: Made | MadeTogether, written: Written, progress: Progress) -> None:
    with ExitStack() as stack:
        below = [stack.enter_context(open(f"{folder}/{path}", "xb")) for path in paths_of(entry)]
        files, images = opened(entry, below)
        _images(folder, images, written, progress)
        for path, file, file_below in zip(paths_of(entry), files, below, strict=True):
            written.files[path] = {"sha256": file.sha256, "bytes": file.length}
            os.fchmod(file_below.fileno(), FILE_MODE)


def _images(folder: str, images: Iterable[Image], written: Written, progress: Progress) -> None:
    """Threads copy while the rows of the next images are told."""
    for count, copies in ahead.results(partial(_batch, folder), ahead.batches(images, BATCH), AHEAD):
        written.images += count
        written.copies += copies
        progress(count)


def _batch(folder: str, images: Sequence[Image]) -> tuple[int, int]:
    """How many images, and how many of their links had to be copies."""
    return len(images), sum(_image(folder, image) for image in images)


def _image(folder: str, image: Image) -> int:
    """How many of its links had to be copies."""
    first, data = f"{folder}/{image.path}", crop_of(image)
    _new_file(first, data)
    return sum(_link(first, f"{folder}/{path}", data) for path in image.links)


def crop_of(image: Image) -> bytes:
    try:
        return crops.read(image.crop_sha256)
    except crops.CropRefused as trouble:
        raise ReleaseRefused(f"{image.path} cannot be written: {trouble}.") from trouble


def _new_file(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != FILE_MODE:  # a narrow umask
            os.fchmod(descriptor, FILE_MODE)
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        error.filename = error.filename or path
        raise
    finally:
        os.close(descriptor)


def _link(first: str, second: str, data: bytes) -> bool:
    """Whether it had to be a copy."""
    try:
        os.link(first, second)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _new_file(second, data)
        return True
    return False
