"""Names inside a release: its version, its images, its folders."""

import hashlib
import re

from curation.release.errors import ReleaseRefused

TASKS = ("identity", "race", "gender", "age")
ATTRIBUTES = TASKS[1:]
PARTS = ("train", "val", "test")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
LONGEST_VERSION = 20
METADATA, README, AGREEMENT, CLASSES, MANIFEST = (
    "metadata.csv",
    "README.md",
    "agreement.json",
    "classes.json",
    "MANIFEST.sha256",
)


def check_version(version: str) -> str:
    if not VERSION.fullmatch(version) or len(version) > LONGEST_VERSION:
        raise ReleaseRefused(f"{version!r} is not a version: it must be three numbers, like 1.0.0.")
    return version


def image_id(crop_sha256: str) -> str:
    """Opaque, and the same in every release: says nothing of the person, the source or our database."""
    return hashlib.sha256(f"mtf image {crop_sha256}".encode()).hexdigest()[:20]


def image_file(name: str) -> str:
    return f"images/{name}.jpg"


def class_folder(label: str) -> str:
    """`Asian (Chinese/Korean)` → `asian_chinese_korean`."""
    return "_".join(re.findall(r"[a-z0-9]+", label.lower()))
