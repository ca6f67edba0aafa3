"""Folders of JPEGs, a tree a task, as torchvision's ImageFolder and Hugging Face's `imagefolder` read them."""

from collections.abc import Iterator

from curation.release import told
from curation.release.entries import Entry, Folder
from curation.release.frozen import Frozen
from curation.release.naming import PARTS


def entries(frozen: Frozen) -> Iterator[Entry]:
    """With the texts that tell the same rows."""
    yield from _folders(frozen)
    yield told.texts(frozen, [f"{task}/{part}" for task in frozen.tasks for part in PARTS], images=True)


def _folders(frozen: Frozen) -> Iterator[Folder]:
    """Every part holds every class folder of its task, or the numbers of classes would shift."""
    yield Folder("images")
    for task in frozen.tasks:
        yield Folder(task)
        for part in PARTS:
            yield Folder(f"{task}/{part}")
            yield from (Folder(f"{task}/{part}/{one['folder']}") for one in frozen.classes[task])
