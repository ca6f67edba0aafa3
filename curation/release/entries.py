"""What a release folder consists of, as values: formats say what there is, sinks do something with it."""

import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; those above it come before it."""

    path: str


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a crop, once at `path` and by other names at `links`."""

    path: str
    crop_sha256: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A file that `write` makes, always the same bytes; it writes forward only and never looks back."""

    path: str
    write: Callable[[BinaryIO], object]


@dataclass(frozen=True, slots=True)
class MadeTogether:
    """Files that are made at once, and images besides: what they tell is read once for all of them. Each file is
    written forward only, and is complete when the last image has come."""

    paths: tuple[str, ...]
    tell: Callable[[Sequence[BinaryIO]], Iterable[Image]]


Entry = Folder | Made | MadeTogether


def of_text(path: str, text: str) -> Made:
    return Made(path, lambda file: file.write(text.encode()))


def of_chunks(path: str, chunks: Callable[[], Iterable[bytes]]) -> Made:
    return Made(path, lambda file: file.writelines(chunks()))


class HashedFile(io.RawIOBase):
    """Passes on what is written to it, if there is where to, and knows its sha256 and length."""

    def __init__(self, below: BinaryIO | None = None) -> None:
        self.below, self.length, self._hash = below, 0, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.length

    def write(self, data: object) -> int:
        view = memoryview(cast("bytes", data)).cast("B")
        self._hash.update(view)
        self.length += len(view)
        if self.below is not None:
            self.below.write(view)
        return len(view)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def paths_of(made: Made | MadeTogether) -> tuple[str, ...]:
    return (made.path,) if isinstance(made, Made) else made.paths


def opened(made: Made | MadeTogether, below: Sequence[BinaryIO | None]) -> tuple[list[HashedFile], Iterable[Image]]:
    """The files, over as many that are open or over nothing, and the images: who has drawn them all has all files."""
    files = [HashedFile(file) for file in below]
    if isinstance(made, MadeTogether):
        return files, made.tell(cast("Sequence[BinaryIO]", files))
    made.write(cast("BinaryIO", files[0]))
    return files, ()


def hashed(made: Made | MadeTogether) -> list[tuple[str, HashedFile]]:
    """What files would be, without writing them anywhere; their images are passed over."""
    files, images = opened(made, [None for _ in paths_of(made)])
    deque(images, maxlen=0)
    return list(zip(paths_of(made), files, strict=True))
