"""The registry of sources."""

from ingest.sources.base import Hit, Query, Source, SourceError
from ingest.sources.bing import BingSource
from ingest.sources.commons import CommonsSource
from ingest.sources.flickr import FlickrSource
from ingest.sources.folder import FolderSource
from ingest.sources.openverse import OpenverseSource
from ingest.sources.urls import UrlsSource

__all__ = ["SOURCES", "Hit", "Query", "Source", "SourceError", "label_of_source"]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (CommonsSource(), OpenverseSource(), FlickrSource(), BingSource(), UrlsSource(), FolderSource())
}


def label_of_source(name: str) -> str:
    """The source's name for people, also for a source that is no longer on offer."""
    return SOURCES[name].label if name in SOURCES else name
