"""Names inside a release: its version, its images, its folders."""

import hashlib
import re
from collections.abc import Iterable

from curation.release.errors import ReleaseRefused

TASKS = ("identity", "race", "gender", "age")
ATTRIBUTES = TASKS[1:]
PARTS = ("train", "val", "test")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
LONGEST_VERSION = 20
METADATA, README, CLASSES, MANIFEST, JSON_LINES = (
    "metadata.csv",
    "README.md",
    "classes.json",
    "MANIFEST.sha256",
    "metadata.jsonl",
)
SIGNATURE = f"{MANIFEST}.minisig"


LABELLED = {"curated": "perceived", "non-curated": "claimed"}  # what the labels of a selection are
SPLITS = ("split_identity", "split_attributes")


DATES = ("licence_seen_on", "date_taken", "date_retrieved")


def json_columns(columns: Iterable[str]) -> list[str]:
    """Of metadata.jsonl: without dates. Arrow, which reads it, takes a part that knows them all for timestamps and one
    that does not for texts, and `datasets` then refuses the two together."""
    return [name for name in columns if name not in DATES]


def label_column(selection: str, task: str) -> str:
    """Race, gender or age as somebody perceived or claimed it: the column's name says which."""
    return f"{LABELLED[selection]}_{task}"


def split_column(task: str) -> str:
    """Of identity a person may be in all parts, of the attributes in one."""
    return SPLITS[task in ATTRIBUTES]


def bucket(identity: str, attributes: str) -> str:
    """Of an image in these parts, "" for none: the stem of the files that hold it."""
    return f"identity-{identity or 'none'}--attributes-{attributes or 'none'}"


def check_version(version: str) -> str:
    if not VERSION.fullmatch(version) or len(version) > LONGEST_VERSION:
        raise ReleaseRefused(f"{version!r} is not a version: it must be three numbers, like 1.0.0.")
    return version


def image_id(crop_sha256: str) -> str:
    """Opaque, and the same in every release: says nothing of the person, the source or our database."""
    return hashlib.sha256(f"mtf image {crop_sha256}".encode()).hexdigest()[:20]


def photo_id(photo_sha256: str) -> str:
    """Opaque: says which images are of one photo, and nothing else."""
    return hashlib.sha256(f"mtf photo {photo_sha256}".encode()).hexdigest()[:20]


def image_file(name: str) -> str:
    return f"images/{name}.jpg"


def class_folder(label: str) -> str:
    """`Asian (Chinese/Korean)` → `asian_chinese_korean`."""
    return "_".join(re.findall(r"[a-z0-9]+", label.lower()))
