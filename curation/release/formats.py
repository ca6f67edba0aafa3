"""In which forms a release is written: a new format is a module with such a function, and a line here."""

from collections.abc import Callable, Iterator, Mapping

from curation.release import imagefolder, parquet, told, webdataset
from curation.release.entries import Entry
from curation.release.frozen import Frozen

FORMATS: Mapping[str, Callable[[Frozen], Iterator[Entry]]] = {
    "imagefolder": imagefolder.entries,
    "parquet": parquet.entries,
    "webdataset": webdataset.entries,
}


def entries(frozen: Frozen) -> Iterator[Entry]:
    """All of a release that is told from its rows: the papers and the manifest come to it. Folders of images bring
    the texts along, since one reading of the rows serves for both."""
    if "imagefolder" not in frozen.formats:
        yield told.texts(frozen)
    for name in frozen.formats:
        yield from FORMATS[name](frozen)
