"""A release as one tar archive, told piece by piece while it is sent: nothing of it lies on the server's disk."""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from curation.models import Release
from curation.release.entries import Entry, Folder, Image, Made, MadeTogether, opened, paths_of
from curation.release.errors import ReleaseRefused
from curation.release.freezing import check_may_be_written
from curation.release.naming import MANIFEST
from curation.release.output import FILE_MODE, FOLDER_MODE
from curation.release.sinks import crop_of
from curation.release.writing import entries, manifest_of

PIECE = 1 << 20  # bytes
IN_MEMORY = 2 << 20  # bytes of a file that is made; larger ones pass through a temporary file


def folder_of(release: Release) -> str:
    return f"mtf-{release.version}"


def pieces(release: Release) -> Iterator[bytes]:
    """Always the same bytes. ReleaseRefused, and so an archive that is cut off, where they are not what was frozen."""
    top, others = folder_of(release), dict[str, str]()
    yield _header(top, tarfile.DIRTYPE)
    for entry in entries(release):
        yield from _entry(top, entry, others)
    check_may_be_written(release)
    yield from _made(top, manifest_of(release, dict(others)), others)
    if f"sha256:{others[MANIFEST]}" != release.digest:
        raise ReleaseRefused(
            _("Release %(version)s would not come out as %(digest)s.")
            % {"version": release.version, "digest": release.digest}
        )
    yield bytes(2 * tarfile.BLOCKSIZE)


def _entry(top: str, entry: Entry, others: dict[str, str]) -> Iterator[bytes]:
    if isinstance(entry, Folder):
        yield _header(f"{top}/{entry.path}", tarfile.DIRTYPE)
    else:
        yield from _made(top, entry, others)


def _made(top: str, made: Made | MadeTogether, others: dict[str, str]) -> Iterator[bytes]:
    """Images first, since the files told beside them are complete only then."""
    paths = paths_of(made)
    with ExitStack() as stack:
        spools = [stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY // len(paths))) for _ in paths]
        files, images = opened(made, cast("list[BinaryIO]", spools))
        for image in images:
            yield from _image(top, image)
        for path, file, spool in zip(paths, files, spools, strict=True):
            others[path] = file.sha256
            yield _header(f"{top}/{path}", tarfile.REGTYPE, size=file.length)
            spool.seek(0)
            while piece := spool.read(PIECE):
                yield piece
            yield _padding(file.length)


def _image(top: str, image: Image) -> Iterator[bytes]:
    path, data = f"{top}/{image.path}", crop_of(image)
    yield _header(path, tarfile.REGTYPE, size=len(data)) + data + _padding(len(data))
    for link in image.links:
        yield _header(f"{top}/{link}", tarfile.LNKTYPE, link=path)


def _header(path: str, kind: bytes, *, size: int = 0, link: str = "") -> bytes:
    info = tarfile.TarInfo(path)
    info.type, info.size, info.linkname = kind, size, link
    info.mode = FOLDER_MODE if kind == tarfile.DIRTYPE else FILE_MODE
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)
