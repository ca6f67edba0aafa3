"""Crops as the storage has them, checked: a release never takes a picture that is not what was reviewed."""

from curation.release.pictures import picture_trouble
from ingest import store

MISSING, CHANGED = "crop_missing", "crop_changed"


class CropRefused(Exception):
    """`code` says what kind of trouble, the message which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(sha256: str) -> bytes:
    """The crop's bytes, which are those that its name says."""
    name = store.name_of("crops", sha256)
    try:
        data = store.content("crops", sha256)
    except FileNotFoundError:
        raise CropRefused(MISSING, f"{name} is not in the storage") from None
    if store.digest(data) != sha256:
        raise CropRefused(CHANGED, f"{name} has other bytes than its name says")
    return data


def check(sha256: str) -> None:
    """Reads and decodes the crop; CropRefused if it must not be released."""
    if trouble := picture_trouble(read(sha256)):
        raise CropRefused(*trouble)
