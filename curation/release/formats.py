"""In which forms a release is written: a new format is a module with such a function, and a line here."""

from collections.abc import Callable, Iterator, Mapping

from curation.release import imagefolder, parquet, rows, webdataset
from curation.release.entries import Entry, of_chunks
from curation.release.frozen import Frozen
from curation.release.naming import METADATA
from curation.release.papers import attribution

DEFAULT = ("imagefolder",)
FORMATS: Mapping[str, Callable[[Frozen], Iterator[Entry]]] = {
    "imagefolder": imagefolder.entries,
    "parquet": parquet.entries,
    "webdataset": webdataset.entries,
}


def entries(frozen: Frozen) -> Iterator[Entry]:
    """All of a release that is told from its rows: the papers and the manifest come to it. Folders of images come with
    metadata.csv, since one reading of the rows serves for both."""
    if "imagefolder" not in frozen.formats:
        yield of_chunks(METADATA, lambda: rows.metadata(frozen.number, frozen.columns))
    yield of_chunks(attribution.CSV, lambda: attribution.csv_chunks(_columns(frozen)))
    yield of_chunks(attribution.MARKDOWN, lambda: attribution.markdown_chunks(_columns(frozen)))
    for name in frozen.formats:
        yield from FORMATS[name](frozen)


def _columns(frozen: Frozen) -> Iterator[Mapping[str, str]]:
    return (image.record["columns"] for image in rows.images(frozen.number))
