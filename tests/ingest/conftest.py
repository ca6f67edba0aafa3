"""The small web that the crawl tests look at."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from tests.ingest.crawling import BY, NC, ND, face_jpeg, faceless_jpeg, page, picture, plain_png
from tests.servers import Reply, Site, serve


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    pages: dict[str, Any] = {
        "/ada.jpg": picture(face_jpeg(1)),
        "/again.jpg": picture(face_jpeg(1)),
        "/two.jpg": picture(face_jpeg(2)),
        "/hills.jpg": picture(faceless_jpeg()),
        "/html.jpg": picture(b"<!doctype html><title>Please sign in</title>"),
        "/typed.jpg": Reply(b"<!doctype html>"),
        "/huge.png": Reply(bomb(50_000, 50_000), content_type="image/png"),
        "/by": page(BY),
        "/nc": page(NC),
        "/nd": page(ND),
        "/both": page(BY, NC),
        "/none": page(),
    }
    with serve(pages) as running:
        pages["/endless.jpg"] = Reply(content_type="image/jpeg", chunks=running.endless(b"\xff\xd8\xff" + b"x" * 4093))
        pages["/leads.jpg"] = Reply(status=302, headers={"Location": "http://127.0.0.1/secret"})
        running.pages = pages
        settings.INGEST_ALLOWED_HOSTS = frozenset({running.host_port})
        settings.MAX_DOWNLOAD_BYTES = 2_000_000
        yield running


def bomb(width: int, height: int) -> bytes:
    """A PNG that announces so many pixels and holds none."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + plain_png(8, 8)[33:]
    )
