"""Writes a frozen release into a folder, and proves while it does that it is what was frozen."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from curation.models import Release
from curation.release import formats, frozen, rows
from curation.release.entries import Entry, Folder, Made, of_chunks, of_text
from curation.release.errors import ReleaseRefused
from curation.release.naming import MANIFEST, METADATA, SIGNATURE
from curation.release.sinks import Progress, Written, write_folder


def write(release: Release, folder: Path, progress: Progress) -> Written:
    """Into an empty folder. ReleaseRefused where the result would not be what was frozen."""
    written = write_folder(folder, entries(release), progress)
    for path, told in release.files.items():
        if written.files[path] != told:
            now, then = written.files[path]["sha256"], told["sha256"]
            raise ReleaseRefused(f"{path} would come out as sha256:{now}, and was frozen as sha256:{then}.")
    listing = manifest_of(release, {path: str(file["sha256"]) for path, file in written.files.items()})
    found = f"sha256:{write_folder(folder, [listing], progress).files[MANIFEST]['sha256']}"
    if found != release.digest:
        raise ReleaseRefused(f"Release {release.version} would come out as {found}, not as {release.digest}.")
    return written


def write_signature(folder: Path, signature: bytes) -> None:
    """Beside the manifest, which does not name it."""
    write_folder(folder, [of_chunks(SIGNATURE, lambda: [signature])], lambda _count: None)


def entries(release: Release) -> Iterator[Entry]:
    """Everything in the folder but the manifest."""
    texts = papers_of(release)
    above = {str(path.parent) for path in map(PurePosixPath, texts)} - {"."}
    yield from (Folder(path) for path in sorted(above))
    yield from (of_text(path, text) for path, text in texts.items())
    yield from formats.entries(frozen.of(release))


def papers_of(release: Release) -> Mapping[str, str]:
    """Texts by path; what layout 0 has of metadata.csv is its header alone."""
    return {path: text for path, text in release.papers.items() if path != METADATA}


def manifest_of(release: Release, others: Mapping[str, str]) -> Made:
    """`others` are the sha256 of what is no image, by path. Its sha256 is the digest of the release."""
    images = "imagefolder" in release.formats
    return of_chunks(MANIFEST, lambda: rows.manifest_lines(release.pk, others, images=images))
