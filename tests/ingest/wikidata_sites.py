"""Local servers that play Wikidata and Commons for the import of identities."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from tests.ingest.api_sites import FilesApi, WikidataApi, commons_page, entity
from tests.ingest.crawling import face_jpeg, picture
from tests.servers import Site, serve


@pytest.fixture
def wikidata(settings: Settings) -> Iterator[Site]:
    """Plays Wikidata; knows Ada (Q42) and Bo (Q43), whose pictures the site `commons` has."""
    with serve({"/w/api.php": WikidataApi(entity("Q42"), entity("Q43", "Bo Lindqvarn"))}) as running:
        settings.SOURCE_URLS = settings.SOURCE_URLS | {"wikidata": running.url()}
        settings.INGEST_ALLOWED_HOSTS = settings.INGEST_ALLOWED_HOSTS | {running.host_port}
        yield running


@pytest.fixture
def commons(settings: Settings) -> Iterator[Site]:
    with serve({"/640.jpg": picture(face_jpeg(1))}) as running:
        settings.SOURCE_URLS = settings.SOURCE_URLS | {"commons": running.url()}
        settings.INGEST_ALLOWED_HOSTS = settings.INGEST_ALLOWED_HOSTS | {running.host_port}
        running.pages["/w/api.php"] = FilesApi([portrait(running), portrait(running, "Bo Lindqvarn 1.jpg")])
        yield running


def portrait(commons: Site, title: str = "Ada Marlow 1.jpg", **changes: Any) -> dict[str, Any]:
    return commons_page(1, thumburl=commons.url("/640.jpg"), **changes) | {"title": f"File:{title}"}
