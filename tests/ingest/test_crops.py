import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ingest.boxes import Box, iou
from ingest.crops import crop, encode, preview, square_around


def photo(width: int = 400, height: int = 300) -> Image.Image:
    """Every pixel tells where it is: red across, green down."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height))))


def markers(jpeg: bytes) -> list[int]:
    """The second bytes of all segment markers before the first scan."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


@pytest.mark.parametrize(
    ("box", "square"),
    [
        (Box(150, 100, 100, 100), Box(120, 70, 160, 160)),
        (Box(150, 100, 100, 60), Box(120, 50, 160, 160)),
        (Box(0, 0, 100, 100), Box(0, 0, 160, 160)),
        (Box(300, 200, 100, 100), Box(240, 140, 160, 160)),
        (Box(80, 40, 240, 240), Box(50, 0, 300, 300)),
        (Box(160, 0, 240, 240), Box(100, 0, 300, 300)),
    ],
)
def test_square_has_its_margin_shifts_at_a_border_and_shrinks_when_it_must(box: Box, square: Box) -> None:
    assert square_around(box, (400, 300), 0.3) == square


def test_crop_holds_the_very_pixels_of_the_photo() -> None:
    image = photo()
    cut = crop(image, Box(150, 100, 100, 100))
    assert cut.square == Box(120, 70, 160, 160)
    assert cut.image.size == (160, 160)
    assert cut.image.getpixel((0, 0)) == image.getpixel((120, 70))
    assert cut.image.getpixel((159, 159)) == image.getpixel((279, 229))


def test_large_crop_is_reduced_and_small_one_never_enlarged() -> None:
    image = photo(2000, 2000)
    large = crop(image, Box(500, 500, 1000, 1000))
    assert (large.image.size, large.square.w) == ((512, 512), 1600)
    assert crop(image, Box(500, 500, 20, 20)).image.size == (32, 32)


def test_encoded_crop_carries_no_metadata_at_all() -> None:
    exif = Image.Exif()
    exif[0x8298] = "somebody"
    text = PngImagePlugin.PngInfo()
    text.add_text("XML:com.adobe.xmp", "<x:xmpmeta/>")
    out = io.BytesIO()
    photo().save(out, "PNG", exif=exif, icc_profile=b"a profile", pnginfo=text, dpi=(300, 300))
    loaded = Image.open(out)
    loaded.info |= {"comment": b"secret", "xmp": b"<x:xmpmeta/>"}
    for data in (encode(loaded), preview(loaded)):
        application_and_comment = [mark for mark in markers(data) if 0xE0 <= mark <= 0xEF or mark == 0xFE]
        assert application_and_comment == [0xE0]
        assert data[6:11] == b"JFIF\0"
        assert not dict(Image.open(io.BytesIO(data)).getexif())


def test_encoding_the_same_pixels_gives_the_same_bytes() -> None:
    assert encode(photo()) == encode(photo())


def test_preview_is_limited_and_never_enlarged() -> None:
    assert Image.open(io.BytesIO(preview(photo(4000, 1000)))).size == (1280, 320)
    assert Image.open(io.BytesIO(preview(photo(40, 30)))).size == (40, 30)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Box(0, 0, 10, 10), Box(0, 0, 10, 10), 1),
        (Box(0, 0, 10, 10), Box(5, 0, 10, 10), 1 / 3),
        (Box(0, 0, 10, 10), Box(2, 2, 5, 5), 0.25),
        (Box(0, 0, 10, 10), Box(10, 0, 10, 10), 0),
        (Box(0, 0, 10, 10), Box(50, 50, 10, 10), 0),
        (Box(0, 0, 0, 0), Box(0, 0, 0, 0), 0),
    ],
)
def test_iou_of_hand_computed_boxes(a: Box, b: Box, expected: float) -> None:
    assert iou(a, b) == pytest.approx(expected)
    assert iou(b, a) == pytest.approx(expected)


def test_box_within_a_picture_is_cut_at_its_borders() -> None:
    assert Box(-5, 10, 20, 100).within(50, 60) == Box(0, 10, 15, 50)
    assert Box(70, 10, 20, 20).within(50, 60).area == 0


def test_encode_takes_pure_noise() -> None:
    """With optimised Huffman tables Pillow's buffer was too small for this, and a real photograph failed."""
    noise = np.random.default_rng(1).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    assert Image.open(io.BytesIO(encode(Image.fromarray(noise)))).size == (400, 400)
