"""Perceptual hashes: what a picture looks like, in 64 bits of which a near-duplicate changes few.

pHash as by the library `imagehash` (the signs of the lowest 8 x 8 cosine frequencies of 32 x 32 greys, against their
median), kept as PostgreSQL keeps 64 bits: a signed number. A mirrored picture has another hash, on purpose: faces
are nearly symmetrical, so a search for mirrored crops as well would find other portraits more often than copies.
"""

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


def near_bands(value: int, bits: int) -> list[list[int]]:
    """For each of the four bands of 16 bits, lowest first: all values that one band of a hash within `bits` has.

    Hashes that differ in at most `bits` differ in at most `bits` // 4 in some band: whoever looks up these values
    band by band, and then counts the bits, misses none.
    """
    bands = [unsigned(value) >> (BAND_BITS * n) & ((1 << BAND_BITS) - 1) for n in range(BANDS)]
    return [[band ^ mask for mask in _masks(bits // BANDS)] for band in bands]


@cache
def _masks(radius: int) -> tuple[int, ...]:
    """Every way to turn at most `radius` bits of a band."""
    turned = (bits for n in range(radius + 1) for bits in combinations(range(BAND_BITS), n))
    return tuple(sum(1 << bit for bit in bits) for bits in turned)
