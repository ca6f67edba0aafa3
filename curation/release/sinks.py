"""Puts the entries of a release onto the disk: copies of images, never encoded again, and files that are made."""

import errno
import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from curation.release import crops
from curation.release.entries import Entry, Folder, HashedFile, Image, Made
from curation.release.errors import ReleaseRefused
from curation.release.output import FILE_MODE, FOLDER_MODE

NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
WRITERS = 4  # threads: a copy waits for the disk, and hashing lets go of the interpreter
AHEAD = 256  # images under way at most, so that memory stays flat

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
    written, under_way = Written(), deque[Future[int]]()

    def settle(leave: int) -> None:
        while len(under_way) > leave:
            written.copies += under_way.popleft().result()
            written.images += 1
            progress(1)

    with ThreadPoolExecutor(WRITERS) as pool:
        try:
            for entry in entries:
                if isinstance(entry, Image):
                    under_way.append(pool.submit(_image, folder, entry))
                    settle(AHEAD)
                else:
                    _other(folder, entry, written)
            settle(0)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    os.sync()  # once, and not a file at a time
    return written


def _other(folder: Path, entry: Folder | Made, written: Written) -> None:
    if isinstance(entry, Folder):
        (folder / entry.path).mkdir()
        (folder / entry.path).chmod(FOLDER_MODE)  # whatever the umask
        return
    with open(folder / entry.path, "xb") as below:
        file = HashedFile(below)
        entry.write(cast("BinaryIO", file))
        os.fchmod(below.fileno(), FILE_MODE)
    written.files[entry.path] = {"sha256": file.sha256, "bytes": file.length}


def _image(folder: Path, image: Image) -> int:
    """How many of its links had to be copies."""
    try:
        data = crops.read(image.crop_sha256)
    except crops.CropRefused as trouble:
        raise ReleaseRefused(f"{image.path} cannot be written: {trouble}.") from trouble
    first = f"{folder}/{image.path}"
    _new_file(first, data)
    return sum(_link(first, f"{folder}/{path}", data) for path in image.links)


def _new_file(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
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
