"""The registry of sources."""

from ingest.sources.base import Hit, Query, Source, SourceError
from ingest.sources.bing import BingSource
from ingest.sources.commons import CommonsSource
from ingest.sources.flickr import FlickrSource
from ingest.sources.folder import FolderSource
from ingest.sources.openverse import OpenverseSource
from ingest.sources.urls import UrlsSource

__all__ = ["SOURCES", "Hit", "Query", "Source", "SourceError"]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (CommonsSource(), OpenverseSource(), FlickrSource(), BingSource(), UrlsSource(), FolderSource())
}
