"""MANIFEST.sha256, in the format of sha256sum: two spaces, sorted by the bytes of the paths."""

import hashlib
import re
from collections.abc import Iterable, Iterator

LINE = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")


class ManifestError(ValueError):
    """A sentence about a manifest that cannot be read."""


def lines(files: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Of (path, sha256) in the order of the paths."""
    for path, sha256 in files:
        yield f"{sha256}  {path}\n".encode()


def digest(chunks: Iterable[bytes]) -> str:
    """`sha256:…` of all chunks together."""
    hashed = hashlib.sha256()
    for chunk in chunks:
        hashed.update(chunk)
    return f"sha256:{hashed.hexdigest()}"


def parsed(listing: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """(path, sha256) of each line, as they come. ManifestError for a line that we would not write, and for paths that
    lead elsewhere."""
    last = ""
    for number, line in enumerate(listing, 1):
        match = LINE.fullmatch(line.removesuffix(b"\n"))
        if match is None:
            raise ManifestError(f"line {number} is not a sha256 and a path")
        path = match[2].decode()
        if any(part in ("", ".", "..") for part in path.split("/")):
            raise ManifestError(f"line {number} leads outside the folder: {path}")
        if path <= last:
            raise ManifestError(f"line {number} is out of order or there twice: {path}")
        yield path, match[1].decode()
        last = path
