"""The one guarded decoder: bytes of unknown origin in, upright sRGB pixels or a refusal with a reason out."""

import io
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from ingest.colours import to_srgb
from ingest.picture_metadata import DAMAGE, Metadata, exif_of, read_metadata
from ingest.sentences import Sentence

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
MIME_OF_FORMAT = {"MPO": "image/jpeg"} | {name: f"image/{name.lower()}" for name in FORMATS}

MAX_BYTES = 60_000_000
MAX_PIXELS = 100_000_000
MIN_SIDE = 32
MAX_SECONDS = 30.0
# Progressive JPEGs have about ten scans; each costs a pass over the whole picture for a few bytes.
MAX_JPEG_SCANS = 100

# What a picture of each refused or accepted kind begins with: (offset, bytes, name).
SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (8, b"WEBP", "WEBP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyp", "HEIC or video"),
    (0, b"8BPS", "Photoshop"),
    (0, b"BLP", "BLP"),
    (0, b"%!PS", "PostScript"),
    (0, b"%PDF", "PDF"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\1\0", "icon"),
)

ORIENTATION = 0x0112
EXIF_IFD = 0x8769
DATE_TIME_ORIGINAL = 0x9003
FIRST_PHOTOGRAPH = 1826

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

AVERAGEABLE = {"L", "RGB", "RGBA", "CMYK"}

# Warning filters belong to the whole process: two threads that changed them at once would leave them changed.
_quiet_lock = threading.RLock()


class PictureRefused(Exception):
    """A file that is not taken in: `code` for the machine, the message for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Limits:
    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS
    min_side: int = MIN_SIDE
    max_seconds: float = MAX_SECONDS


@dataclass(frozen=True)
class PictureInfo:
    """Upright size; `taken_at` is the camera's local time, without a zone, or None when absent or absurd."""

    width: int
    height: int
    mime: str
    taken_at: datetime | None


@dataclass(frozen=True)
class Reduced:
    """`rgb` is height x width x 3; a pixel of it is `scale` pixels of the upright picture wide."""

    rgb: NDArray[np.uint8]
    scale: float
    info: PictureInfo


DEFAULT_LIMITS = Limits()


class _TimedBytes(io.BytesIO):
    """Pillow's decoders ask for bytes piece by piece: an overdue one is stopped at its next request."""

    def __init__(self, data: bytes, seconds: float) -> None:
        super().__init__(data)
        self.deadline = time.monotonic() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self.deadline:
            raise PictureRefused("too_slow", Sentence("Reading the picture took too long."))
        return super().read(size)


def inspect(data: bytes, limits: Limits = DEFAULT_LIMITS) -> PictureInfo:
    """Read the header only: the pixels of an inspected picture may still turn out to be broken."""
    with _opened(data, limits) as image:
        return _info(image)


def metadata(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Metadata:
    """What stands in the header beside the pixels, none of which are read; what is damaged or too long is left out."""
    with _opened(data, limits) as image:
        return read_metadata(image)


def reduced(data: bytes, max_pixels: int, limits: Limits = DEFAULT_LIMITS) -> Reduced:
    """Decode at about `max_pixels`, never enlarged; a JPEG is shrunk while decoded, which is nearly free."""
    with _opened(data, limits) as image:
        info = _info(image)
        target = _scaled(image.size, min(1.0, (max_pixels / (info.width * info.height)) ** 0.5))
        image.draft(None, target)
        rgb = to_srgb(_coarse(image, target)).resize(target, Image.Resampling.BILINEAR)
        upright = np.asarray(_upright(rgb, _orientation(image)))
        return Reduced(upright, info.width / upright.shape[1], info)


def full(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Image.Image:
    """Decode every pixel: upright, mode RGB in sRGB, carrying no metadata."""
    with _opened(data, limits) as image:
        image.load()
        return _upright(to_srgb(image), _orientation(image))


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """The checked header; whatever decoding raises inside the block becomes a refusal."""
    _check_bytes(data, limits)
    with _quiet_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(_TimedBytes(data, limits.max_seconds), formats=FORMATS) as image:
                _check_size(image.size, limits)
                yield image
        except UnidentifiedImageError:
            raise PictureRefused("broken_picture", Sentence("The picture's header is damaged.")) from None
        except Image.DecompressionBombError:
            raise PictureRefused("too_many_pixels", Sentence("The picture has far too many pixels.")) from None
        except DAMAGE as damage:
            raise PictureRefused(
                "broken_picture", Sentence("The picture is damaged: %(damage)s.", damage=damage)
            ) from damage


def _check_bytes(data: bytes, limits: Limits) -> None:
    if len(data) > limits.max_bytes:
        raise PictureRefused(
            "too_many_bytes", Sentence("The file has more than %(most)s bytes.", most=f"{limits.max_bytes:,}")
        )
    kind = _kind(data)
    if kind is None:
        raise PictureRefused("not_a_picture", Sentence("The file is not a picture of any kind known here."))
    if kind not in FORMATS:
        raise PictureRefused("unsupported_format", Sentence("Files of the kind %(kind)s are not taken.", kind=kind))
    if kind == "JPEG" and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise PictureRefused("too_slow", Sentence("The JPEG has more than %(most)s scans.", most=MAX_JPEG_SCANS))


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        form, most = "The picture has %(width)s x %(height)s pixels, more than %(most)s.", f"{limits.max_pixels:,}"
        raise PictureRefused("too_many_pixels", Sentence(form, width=f"{width:,}", height=f"{height:,}", most=most))
    if min(width, height) < limits.min_side:
        raise PictureRefused(
            "too_small", Sentence("The picture has only %(width)s x %(height)s pixels.", width=width, height=height)
        )


def _kind(data: bytes) -> str | None:
    for offset, signature, name in SIGNATURES:
        if data.startswith(signature, offset):
            return name
    if b"<svg" in data[:1000].lower():
        return "SVG"
    return None


def _info(image: ImageFile.ImageFile) -> PictureInfo:
    width, height = image.size
    if _orientation(image) >= 5:
        width, height = height, width
    return PictureInfo(width, height, MIME_OF_FORMAT[image.format or ""], _taken_at(image))


def _orientation(image: ImageFile.ImageFile) -> int:
    """1 to 8; 1 where the file says nothing or nonsense, and for TIFF, which Pillow turns by itself."""
    if image.format == "TIFF":
        return 1
    try:
        value = exif_of(image).get(ORIENTATION, 1)
    except DAMAGE:
        return 1
    return value if isinstance(value, int) and value in TURNS else 1


def _taken_at(image: ImageFile.ImageFile) -> datetime | None:
    try:
        text = exif_of(image).get_ifd(EXIF_IFD).get(DATE_TIME_ORIGINAL)
        taken_at = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except DAMAGE:
        return None
    tomorrow = datetime.now() + timedelta(days=1)
    return taken_at if taken_at.year >= FIRST_PHOTOGRAPH and taken_at < tomorrow else None


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _coarse(image: ImageFile.ImageFile, target: tuple[int, int]) -> Image.Image:
    """Decoded and, where the mode lets pixels be averaged, reduced before the dear conversion of colours."""
    image.load()
    steps = min(image.width // target[0], image.height // target[1])
    return image.reduce(steps) if steps > 1 and image.mode in AVERAGEABLE else image


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
