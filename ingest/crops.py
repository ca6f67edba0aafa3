"""Face crops and previews: cut from upright pixels, encoded once, without any metadata."""

import io
from dataclasses import dataclass

from PIL import Image

from ingest.boxes import Box

MARGIN = 0.3
MAX_CROP_SIDE = 512
MAX_PREVIEW_SIDE = 1280
QUALITY = 92


@dataclass(frozen=True)
class Crop:
    """`image` is square; `square` is where in the photo it was taken from."""

    image: Image.Image
    square: Box


def crop(image: Image.Image, box: Box, margin: float = MARGIN, max_side: int = MAX_CROP_SIDE) -> Crop:
    """The box with a margin of so much of its side all around, never enlarged, stretched or padded.

    Near a border the square is shifted into the photo; where the photo is too small for it, it shrinks.
    """
    square = square_around(box, image.size, margin)
    corners = (square.x, square.y, square.x + square.w, square.y + square.h)
    cut = image.crop(corners)
    if square.w > max_side:
        cut = cut.resize((max_side, max_side), Image.Resampling.LANCZOS)
    return Crop(cut, square)


def square_around(box: Box, size: tuple[int, int], margin: float = MARGIN) -> Box:
    width, height = size
    side = min(round(max(box.w, box.h) * (1 + 2 * margin)), width, height)
    x = min(max(box.x + (box.w - side) // 2, 0), width - side)
    y = min(max(box.y + (box.h - side) // 2, 0), height - side)
    return Box(x, y, side, side)


def encode(image: Image.Image, quality: int = QUALITY) -> bytes:
    """A JPEG made from nothing but the pixels: whatever else the image object carried stays behind."""
    rgb = image.convert("RGB")
    bare = Image.frombytes("RGB", rgb.size, rgb.tobytes())
    out = io.BytesIO()
    # Not optimize=True: Pillow's buffer for it is too small for noise at this quality.
    bare.save(out, "JPEG", quality=quality, subsampling="4:4:4")
    return out.getvalue()


def preview(image: Image.Image, max_side: int = MAX_PREVIEW_SIDE) -> bytes:
    """The whole photo as a JPEG without metadata, at most so large, never enlarged."""
    factor = min(1.0, max_side / max(image.size))
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return encode(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))
