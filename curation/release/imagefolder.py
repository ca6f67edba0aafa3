"""Writes a release as folders of JPEGs, one tree a task, as torchvision's ImageFolder reads them."""

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from curation.models import Release, ReleaseFace
from curation.release import crops, manifest, rows
from curation.release.errors import ReleaseRefused
from curation.release.freezing import Progress
from curation.release.naming import CLASSES, MANIFEST, METADATA, PARTS, image_file
from curation.release.output import FILE_MODE, FOLDER_MODE, sync

NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}


@dataclass
class Written:
    """`copies` counts the images that a tree got as a copy, where the file system has no hard links."""

    images: int = 0
    copies: int = 0


def write(release: Release, folder: Path, progress: Progress) -> Written:
    """Into an empty folder. ReleaseRefused where the result would not be what was frozen."""
    _make_folders(folder, json.loads(release.papers[CLASSES]))
    written = Written()
    for image in rows.images(release.pk):
        _write_image(folder, image, written)
        progress(1)
    _write_papers(release, folder)
    found = manifest.digest(_kept(folder / MANIFEST, rows.manifest_lines(release.pk, release.papers)))
    if found != release.digest:
        raise ReleaseRefused(f"Release {release.version} would come out as {found}, not as {release.digest}.")
    for path, _folders, _files in os.walk(folder):
        sync(Path(path))
    return written


def _make_folders(folder: Path, classes: dict[str, list[dict[str, str]]]) -> None:
    """Every part holds every class folder of its task, or the numbers of classes would shift."""
    _make(folder / "images")
    for task, known in classes.items():
        _make(folder / task)
        for part in PARTS:
            _make(folder / task / part)
            for one in known:
                _make(folder / task / part / one["folder"])


def _make(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(FOLDER_MODE)  # whatever the umask


def _write_image(folder: Path, image: ReleaseFace, written: Written) -> None:
    try:
        data = crops.read(image.crop_sha256)
    except crops.CropRefused as trouble:
        raise ReleaseRefused(f"Image {image.image_id} cannot be written: {trouble}.") from trouble
    first = folder / image_file(image.image_id)
    _write(first, [data])
    for place in image.record["places"]:
        written.copies += _link(first, folder / place / first.name, data)
    written.images += 1


def _link(first: Path, second: Path, data: bytes) -> bool:
    """Whether it had to be a copy."""
    try:
        second.hardlink_to(first)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _write(second, [data])
        return True
    return False


def _write_papers(release: Release, folder: Path) -> None:
    for path, text in release.papers.items():
        if path != METADATA:
            _write(folder / path, [text.encode()])
    _write(folder / METADATA, rows.metadata(release.pk, release.papers[METADATA]))


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    for _ in _kept(path, chunks):
        pass


def _kept(path: Path, chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Passes the chunks on while it writes them; on the disk when they end."""
    with open(path, "xb") as file:
        for chunk in chunks:
            file.write(chunk)
            yield chunk
        file.flush()
        os.fchmod(file.fileno(), FILE_MODE)
        os.fsync(file.fileno())
