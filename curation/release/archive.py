"""A release as one tar archive, told piece by piece while it is sent: nothing of it lies on the server's disk."""

import tarfile
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from curation.models import Release
from curation.release import crops, manifest
from curation.release.entries import Entry, Folder, HashedFile, Image, Made, of_chunks
from curation.release.errors import ReleaseRefused
from curation.release.naming import MANIFEST
from curation.release.output import FILE_MODE, FOLDER_MODE
from curation.release.writing import entries, manifest_of

PIECE = 1 << 20  # bytes
IN_MEMORY = 8 << 20  # bytes of a file that is made; larger ones pass through a temporary file


def folder_of(release: Release) -> str:
    return f"mtf-{release.version}"


def pieces(release: Release) -> Iterator[bytes]:
    """Always the same bytes. ReleaseRefused, and so an archive that is cut off, where they are not what was frozen."""
    top, others = folder_of(release), dict[str, str]()
    yield _header(top, tarfile.DIRTYPE)
    for entry in entries(release):
        yield from _entry(top, entry, others)
    listing = manifest_of(release, others)
    if manifest.digest(listing) != release.digest:
        raise ReleaseRefused(f"Release {release.version} would not come out as {release.digest}.")
    yield from _entry(top, of_chunks(MANIFEST, lambda: listing), others)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _entry(top: str, entry: Entry, others: dict[str, str]) -> Iterator[bytes]:
    path = f"{top}/{entry.path}"
    if isinstance(entry, Folder):
        yield _header(path, tarfile.DIRTYPE)
    elif isinstance(entry, Image):
        data = crops.read(entry.crop_sha256)
        yield _header(path, tarfile.REGTYPE, size=len(data)) + data + _padding(len(data))
        for link in entry.links:
            yield _header(f"{top}/{link}", tarfile.LNKTYPE, link=path)
    else:
        yield from _made(path, entry, others)


def _made(path: str, made: Made, others: dict[str, str]) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
        file = HashedFile(cast("BinaryIO", spool))
        made.write(cast("BinaryIO", file))
        others[made.path] = file.sha256
        yield _header(path, tarfile.REGTYPE, size=file.length)
        spool.seek(0)
        while piece := spool.read(PIECE):
            yield piece
        yield _padding(file.length)


def _header(path: str, kind: bytes, *, size: int = 0, link: str = "") -> bytes:
    info = tarfile.TarInfo(path)
    info.type, info.size, info.linkname = kind, size, link
    info.mode = FOLDER_MODE if kind == tarfile.DIRTYPE else FILE_MODE
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)
