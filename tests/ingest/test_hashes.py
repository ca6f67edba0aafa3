import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from demo.drawing import portrait
from demo.people import PEOPLE
from ingest.hashes import distance, in_hex, near_bands, perceptual_hash, signed, unsigned

SIXTY_FOUR = st.integers(0, 2**64 - 1)


def reencoded(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


def test_a_copy_keeps_nearly_all_bits_and_another_picture_does_not() -> None:
    image, other = (portrait(PEOPLE[n], n, size=(480, 600)) for n in (1, 2))
    own = perceptual_hash(image)
    copies = [
        reencoded(image, 50),
        image.resize((240, 300)),
        ImageEnhance.Brightness(image).enhance(1.1),
        image.convert("L"),
    ]
    assert own is not None
    assert [distance(own, perceptual_hash(copy) or 0) <= 4 for copy in copies] == [True] * 4
    assert distance(own, perceptual_hash(other) or 0) > 14


@pytest.mark.parametrize("colour", ["black", "#777", "white", "red"])
def test_an_even_picture_has_no_hash(colour: str) -> None:
    image = Image.new("RGB", (200, 200), colour)
    image.putpixel((100, 100), (0, 255, 0))
    assert perceptual_hash(image) is None


def test_a_mirrored_picture_is_another() -> None:
    image = portrait(PEOPLE[3], 3, size=(480, 600))
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert distance(perceptual_hash(image) or 0, perceptual_hash(mirrored) or 0) > 14


@given(SIXTY_FOUR)
def test_numbers_keep_their_bits(value: int) -> None:
    assert unsigned(signed(value)) == value
    assert -(2**63) <= signed(value) < 2**63
    assert int(in_hex(signed(value)), 16) == value


@given(SIXTY_FOUR, st.sets(st.integers(0, 63), max_size=11))
def test_whoever_looks_in_the_near_bands_misses_nothing(value: int, turned: set[int]) -> None:
    other = value ^ sum(1 << bit for bit in turned)
    bands = near_bands(signed(value), len(turned))
    assert distance(signed(value), signed(other)) == len(turned)
    assert any(other >> 16 * n & 0xFFFF in band for n, band in enumerate(bands))


def test_so_many_values_are_looked_up() -> None:
    assert [[len(band) for band in near_bands(5, bits)] for bits in (0, 6, 8, 11)] == [
        [1, 0, 0, 0], [17, 17, 17, 1], [137, 17, 17, 17], [137, 137, 137, 137],
    ]  # fmt: skip


@pytest.mark.faces
def test_no_real_portrait_is_taken_for_another_persons(real_faces: Path) -> None:
    people = [sorted(folder.iterdir())[0] for folder in sorted((real_faces / "people").iterdir())]
    hashes = [perceptual_hash(Image.open(path)) for path in people]
    pairs = [(a, b) for n, a in enumerate(hashes) for b in hashes[:n] if a is not None and b is not None]
    assert min(distance(a, b) for a, b in pairs) > 8
