"""In which forms a release is written: a new format is a module with such a function, and a line here."""

from collections.abc import Callable, Iterator, Mapping

from curation.release import imagefolder, parquet, rows, webdataset
from curation.release.entries import Entry, of_chunks
from curation.release.frozen import Frozen
from curation.release.naming import METADATA

DEFAULT = ("imagefolder",)
FORMATS: Mapping[str, Callable[[Frozen], Iterator[Entry]]] = {
    "imagefolder": imagefolder.entries,
    "parquet": parquet.entries,
    "webdataset": webdataset.entries,
}


def entries(frozen: Frozen) -> Iterator[Entry]:
    """All of a release that is told from its rows: the papers and the manifest come to it."""
    yield of_chunks(METADATA, lambda: rows.metadata(frozen.number, frozen.columns))
    for name in frozen.formats:
        yield from FORMATS[name](frozen)
