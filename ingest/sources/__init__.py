"""The registry of sources."""

from ingest.sources.base import Hit, Query, Source, SourceError
from ingest.sources.bing import BingSource
from ingest.sources.folder import FolderSource
from ingest.sources.urls import UrlsSource

__all__ = ["SOURCES", "Hit", "Query", "Source", "SourceError"]

SOURCES: dict[str, Source] = {source.name: source for source in (BingSource(), UrlsSource(), FolderSource())}
