"""Which part of a task an image belongs to: by a hash of who or what it shows.

Nobody moves when others come or go, since a hash asks nobody else; the shares are met only on average.
"""

import hashlib

SHARES = (("train", 0.70), ("val", 0.85))  # cumulative; the rest is test


def part_of(key: str) -> str:
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) / 2**64
    return next((part for part, below in SHARES if place < below), "test")


def shared_part(photo_sha256: str) -> str:
    """For recognition: a person is in all parts, the crops of one photo in one."""
    return part_of(f"photo {photo_sha256}")


def disjoint_part(identity: int) -> str:
    """For race, gender and age: all images of a person are in one part."""
    return part_of(f"identity {identity}")
