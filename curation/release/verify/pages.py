"""How much memory a Parquet file would take, from its headers alone: a few bytes may unpack to gigabytes.

The headers of pages are read as Thrift's compact protocol has them (apache/parquet-format, parquet.thrift), because a
footer may say less than its pages hold.
"""

from typing import Any, BinaryIO

from curation.release.verify.findings import TOO_LARGE, TRUNCATED, Unreadable

MOST_ROWS = 1_000  # in a row group; ours have 100
LARGEST_IMAGES = 300_000_000  # bytes in a row group
LARGEST_TEXTS = 4_000_000  # bytes of a column in a row group, unpacked
HEADERS = (500, 100_000)  # bytes of a page's header: of most, and at most
IMAGES = "image.bytes"


def check_sizes(file: BinaryIO, metadata: Any, path: str) -> None:
    """Unreadable if a page, or all of a column in a row group, is larger than any of ours. Leaves the file's place."""
    place = file.tell()
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if group.num_rows > MOST_ROWS:
            raise Unreadable(TOO_LARGE, path, f"row group {number} has {group.num_rows:,} rows")
        for index in range(group.num_columns):
            _check_chunk(file, group.column(index), path)
    file.seek(place)


def _check_chunk(file: BinaryIO, chunk: Any, path: str) -> None:
    name = chunk.path_in_schema
    most = LARGEST_IMAGES if name == IMAGES else LARGEST_TEXTS
    if name == IMAGES and (chunk.compression != "UNCOMPRESSED" or chunk.has_dictionary_page):
        raise Unreadable(TOO_LARGE, path, "its images are packed, and may unpack to any size")
    if chunk.file_path:
        raise Unreadable(TRUNCATED, path, f"says that {name} is in another file: {chunk.file_path!r}")
    at = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
    end, unpacked = at + chunk.total_compressed_size, 0
    while at < end:
        size, packed, length = _page(file, at, path)
        at, unpacked = at + length + packed, unpacked + size
        if unpacked > most or packed > most:
            raise Unreadable(TOO_LARGE, path, f"{name} of a row group unpacks to more than {most:,} bytes")
    if at != end:
        raise Unreadable(TRUNCATED, path, f"the pages of {name} do not fill their place")


def _page(file: BinaryIO, at: int, path: str) -> tuple[int, int, int]:
    """Size unpacked and packed, and the length of the header before it."""
    for most in HEADERS:
        file.seek(at)
        header = _Compact(file.read(most))
        try:
            fields = header.struct()
            size, packed = fields[2], fields[3]
        except (IndexError, KeyError, RecursionError):
            continue
        if size is not None and packed is not None and size >= 0 and packed >= 0:
            return size, packed, header.at
    raise Unreadable(TRUNCATED, path, "is cut off, or has a damaged page")


STOP, TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12


class _Compact:
    """Integers of a struct by field number; all else is passed over."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def struct(self) -> dict[int, int | None]:
        fields: dict[int, int | None] = {}
        number = 0
        while (head := self.byte()) != STOP:
            number = number + (head >> 4) if head >> 4 else self.integer()
            fields[number] = self.value(head & 0x0F)
        return fields

    def integer(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def value(self, kind: int) -> int | None:
        if kind in (TRUE, FALSE):
            return None
        if kind == BYTE:
            return self.byte()
        if kind < DOUBLE:
            return self.integer()
        if kind == STRUCT:
            self.struct()
        elif kind in (LIST, SET):
            self._list()
        elif kind in (DOUBLE, BINARY):
            length = 8 if kind == DOUBLE else self.varint()  # which moves `at`
            self.at += length
        else:
            raise KeyError(kind)  # a map: no page has one
        return None

    def _list(self) -> None:
        head = self.byte()
        count = self.varint() if head >> 4 == 15 else head >> 4
        for _ in range(count):
            self.value(head & 0x0F)
