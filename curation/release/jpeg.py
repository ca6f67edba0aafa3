"""What a JPEG carries besides its picture (ITU-T T.81, annex B)."""

from collections.abc import Iterator

APP0 = 0xE0
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM and the restarts


def foreign_segments(data: bytes) -> list[str]:
    """Names of what is there besides the picture: APPn other than a plain JFIF header, comments, a tail.

    ValueError where the bytes are not a whole JPEG.
    """
    found = []
    for marker, body in _segments(data):
        if marker == COM:
            found.append("a comment")
        elif marker == EOI and body:
            found.append(f"{len(body)} bytes after the end")
        elif marker in range(APP0, APP0 + 16) and not _is_plain_jfif(marker, body):
            found.append(f"APP{marker - APP0}")
    return found


def _is_plain_jfif(marker: int, body: bytes) -> bool:
    return marker == APP0 and body.startswith(b"JFIF\0") and len(body) == 14  # longer: a thumbnail


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what it holds; the end with what comes after it."""
    if data[:2] != bytes([0xFF, SOI]):
        raise ValueError("not a JPEG")
    at = 2
    while (marker := _marker(data, at)) != EOI:
        length = 0 if marker in ALONE else int.from_bytes(data[at + 2 : at + 4])
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == SOS:
            at = _end_of_scan(data, at)
    yield EOI, data[at + 2 :]


def _marker(data: bytes, at: int) -> int:
    if at + 2 > len(data) or data[at] != 0xFF:
        raise ValueError("a damaged or cut-off JPEG")
    return data[at + 1]


def _end_of_scan(data: bytes, at: int) -> int:
    """In coded pixels 0xFF is followed by 0, and restarts are part of them."""
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] != 0 and data[at + 1] not in ALONE:
            return at
        at += 2
    raise ValueError("a cut-off JPEG")
