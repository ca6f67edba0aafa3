"""What stands in a picture's header beside its pixels. Pictures are opened by the guarded decoder, which calls this."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image, ImageFile, IptcImagePlugin

ARTIST = 0x013B
COPYRIGHT = 0x8298
# Nobody writes so much about a picture's rights; XMP may hold a whole editing history.
MAX_METADATA_TEXT = 4_000
MAX_XMP_BYTES = 2_000_000

# What Pillow raises on damaged files, in its own code and in that of its plugins.
DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError, EOFError,
    ArithmeticError, MemoryError, RuntimeError, AssertionError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Metadata:
    """What a file says of its maker and rights, raw: EXIF texts by tag, IPTC values by record and data set, XMP."""

    exif: Mapping[int, str] = field(default_factory=dict)
    iptc: Mapping[tuple[int, int], tuple[bytes, ...]] = field(default_factory=dict)
    xmp: bytes = b""


def read_metadata(image: ImageFile.ImageFile) -> Metadata:
    return Metadata(_exif_texts(image), _iptc(image), _xmp(image))


def exif_of(image: ImageFile.ImageFile) -> Image.Exif:
    # The base class's method: the PNG plugin's own would decode all pixels in search of EXIF behind them.
    return Image.Image.getexif(image)


def _exif_texts(image: ImageFile.ImageFile) -> dict[int, str]:
    found = {}
    for tag in (COPYRIGHT, ARTIST):
        try:
            value = exif_of(image).get(tag)
        except DAMAGE:
            continue
        # The standard says ASCII, cameras write UTF-8, and Pillow reads either as Latin-1.
        raw = value if isinstance(value, bytes) else str(value or "").encode("latin-1", "replace")
        if raw.strip(b"\0 "):
            found[tag] = decoded(raw)[:MAX_METADATA_TEXT]
    return found


def decoded(value: bytes) -> str:
    """UTF-8 where it is that, else Latin-1, which everything is."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _iptc(image: ImageFile.ImageFile) -> dict[tuple[int, int], tuple[bytes, ...]]:
    try:
        said = IptcImagePlugin.getiptcinfo(image) or {}
    except DAMAGE:
        return {}
    found = {}
    for place, value in said.items():
        values = value if isinstance(value, list) else [value]
        found[place] = tuple(one[:MAX_METADATA_TEXT] for one in values[:20] if isinstance(one, bytes))
    return found


def _xmp(image: ImageFile.ImageFile) -> bytes:
    value = image.info.get("xmp") or b""
    data = value.encode() if isinstance(value, str) else bytes(value)
    return data if len(data) <= MAX_XMP_BYTES else b""
