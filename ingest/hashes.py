"""Perceptual hashes: what a picture looks like, in 64 bits of which a near-duplicate changes few.

pHash as by the library `imagehash` (the signs of the lowest 8 x 8 cosine frequencies of 32 x 32 greys, against their
median), kept as PostgreSQL keeps 64 bits: a signed number. A mirrored picture has another hash, on purpose: faces
are nearly symmetrical, so a search for mirrored crops as well would find other portraits more often than copies.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import imagehash
import numpy as np
from PIL import Image

BITS = 64
BAND_BITS = 16
BANDS = BITS // BAND_BITS
SIDE = 32
# Standard deviation of the greys, 0 to 255, below which the signs of the frequencies are those of noise.
FLAT = 3.0
UNLIKE = 16  # bits from which crops do not show the same, however alike the photos
SLACK = 4  # bits more in which crops may differ when the photos, within twice their bits, agree


@dataclass(frozen=True)
class Apart:
    """Two faces of two photos: bits by which photos and crops differ, whether they sit at the same place in them,
    and whether both photos were found for one person."""

    photos: int
    crops: int
    same_place: bool
    one_person: bool


def is_copy(apart: Apart, photo_bits: int, crop_bits: int) -> bool:
    """Whether they are near-duplicates. Among all faces of a large collection some crops of strangers are within
    `crop_bits`: that counts only where one person was looked for. What it is worth: bench/duplicates.py."""
    if apart.one_person and apart.crops <= crop_bits:
        return True
    if not apart.same_place:
        return False
    if apart.photos <= photo_bits:
        return apart.crops <= UNLIKE
    return apart.photos <= 2 * photo_bits and apart.crops <= crop_bits + SLACK


def perceptual_hash(image: Image.Image) -> int | None:
    """None for a picture so even that its hash would match anything."""
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if float(np.asarray(grey, dtype=np.float32).std()) < FLAT:
        return None
    bits = imagehash.phash(grey).hash.flatten()
    return signed(int("".join("1" if bit else "0" for bit in bits), 2))


def signed(value: int) -> int:
    """The same 64 bits as the number that PostgreSQL's bigint makes of them."""
    return value - (1 << BITS) if value >> (BITS - 1) else value


def unsigned(value: int) -> int:
    return value & ((1 << BITS) - 1)


def in_hex(value: int) -> str:
    """16 digits, as tombstones hold it."""
    return f"{unsigned(value):016x}"


def distance(one: int, other: int) -> int:
    """In how many bits they differ, 0 to 64."""
    return unsigned(one ^ other).bit_count()


def bits_apart(one: int | None, other: int | None) -> int:
    """The distance; all bits where one is too even to be compared."""
    return BITS if one is None or other is None else distance(one, other)


def near_bands(value: int, bits: int) -> list[list[int]]:
    """For each of the four bands of 16 bits, lowest first, values to look up: every hash that differs in at most
    `bits` has one of them in its band.

    For were it further away in all bands, by a bit more than each one's radius, the radii being chosen so that this
    adds up to `bits` + 1, it would differ in more. (Of 8 bits: 2, 1, 1 and 1.)
    """
    bands = [unsigned(value) >> (BAND_BITS * n) & ((1 << BAND_BITS) - 1) for n in range(BANDS)]
    least, more = divmod(bits + 1, BANDS)
    return [[band ^ mask for mask in _masks(least - 1 + (n < more))] for n, band in enumerate(bands)]


@cache
def _masks(radius: int) -> tuple[int, ...]:
    """Every way to turn at most `radius` bits of a band; none where it is -1."""
    turned = (bits for n in range(radius + 1) for bits in combinations(range(BAND_BITS), n))
    return tuple(sum(1 << bit for bit in bits) for bits in turned)
