"""Drawn photographs of invented people: the same person, seed and size give the same bytes."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from demo.art.backdrop import PLACES, Place, backdrop, hills
from demo.art.dress import paint_body
from demo.art.features import paint_head
from demo.art.hair import paint_hair_behind, paint_hair_over
from demo.art.head import Head, Pose
from demo.art.paint import Colour, Field, Pen, picture
from demo.art.trimmings import paint_beard, paint_glasses
from demo.people import Person

Size = tuple[int, int]
WARMTH: dict[Place, Colour] = {
    "room": (1.04, 1.0, 0.93),
    "street": (1.0, 1.0, 1.0),
    "stage": (1.05, 0.96, 0.96),
    "park": (1.0, 1.03, 0.96),
    "studio": (1.0, 1.0, 1.0),
}
SKETCH_PIXELS = 850_000  # larger photographs are painted at this size and enlarged: quick, and soft as lenses are
GRAIN_TILE = 512
GRAIN = 2.7  # standard deviation in grey levels
GREY = 128


def portrait(person: Person, seed: int, size: Size = (1000, 1250), *, share: float | None = None) -> Image.Image:
    """`share` is the width of the face as a part of the shorter side; taken from the seed when not given."""
    rng = _rng(person.slug, seed)
    width, height = sketch = _sketch(size)
    wide = float(rng.uniform(0.3, 0.46)) if share is None else share
    scale = wide * min(sketch) / 2
    x = width * float(rng.uniform(0.42, 0.58))
    y = max(height * float(rng.uniform(0.36, 0.44)), 1.95 * scale)
    place = _place(rng)
    canvas = backdrop(rng, sketch, place)
    _figure(canvas, person, rng, (x, y, scale))
    return _develop(canvas, rng, size, place)


def group(persons: Sequence[Person], seed: int, size: Size = (1600, 1200)) -> Image.Image:
    """Side by side, left to right."""
    rng = _rng("+".join(person.slug for person in persons), seed)
    width, height = sketch = _sketch(size)
    place = _place(rng)
    canvas = backdrop(rng, sketch, place)
    slot = width / (len(persons) + 0.3)
    for number, person in enumerate(persons):
        scale = min(slot / 4.7, height / 5.4) * float(rng.uniform(0.92, 1.05))
        x = slot * (number + 0.65) + slot * float(rng.uniform(-0.04, 0.04))
        _figure(canvas, person, rng, (x, height * float(rng.uniform(0.4, 0.46)), scale))
    return _develop(canvas, rng, size, place)


def scenery(seed: int, size: Size = (1600, 1067)) -> Image.Image:
    """Nobody in it."""
    rng = _rng("scenery", seed)
    return _develop(hills(rng, _sketch(size)), rng, size, "street")


def blurred(image: Image.Image) -> Image.Image:
    """As by a hand that shook."""
    return image.filter(ImageFilter.GaussianBlur(min(image.size) / 90))


def upright_thumbnail(image: Image.Image, side: int) -> Image.Image:
    small = ImageOps.exif_transpose(image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def encode(image: Image.Image, *, exif: Image.Exif | None = None, quality: int = 88) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, exif=exif or Image.Exif())
    return file.getvalue()


def _sketch(size: Size) -> Size:
    factor = min(1.0, (SKETCH_PIXELS / (size[0] * size[1])) ** 0.5)
    return round(size[0] * factor), round(size[1] * factor)


def _place(rng: np.random.Generator) -> Place:
    return PLACES[int(rng.integers(len(PLACES)))]


def _rng(*parts: str | int) -> np.random.Generator:
    return np.random.default_rng(list("|".join(map(str, parts)).encode()))


def _figure(canvas: Field, person: Person, rng: np.random.Generator, spot: tuple[float, float, float]) -> None:
    x, y, scale = spot
    tilt = float(rng.uniform(-0.1, 0.1))
    pose = _pose(rng)
    body = Head(Pen(canvas, x, y, scale, tilt * 0.3), person, pose)
    head = replace(body, pen=Pen(canvas, x, y, scale, tilt))
    paint_hair_behind(head)
    paint_body(body, rng)
    paint_head(head)
    paint_beard(head)
    paint_hair_over(head)
    paint_glasses(head)


def _pose(rng: np.random.Generator) -> Pose:
    smile = float(rng.uniform(0, 1))
    return Pose(
        yaw=float(rng.uniform(-0.6, 0.6)),
        smile=smile,
        mouth_open=float(rng.uniform(0.4, 1.0)) if smile > 0.55 else 0.0,
        brow_lift=float(rng.uniform(-0.3, 0.8)),
        gaze=float(rng.uniform(-0.7, 0.7)),
        light=float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.9)),
    )


def _develop(canvas: Field, rng: np.random.Generator, size: Size, place: Place) -> Image.Image:
    """Exposure, colour cast and vignette; then enlargement and, in full size, film grain."""
    height, width = canvas.shape[1:]
    exposure = np.float32(rng.uniform(0.92, 1.06))
    down, across = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    vignette = exposure * (1 - np.float32(0.09) * (down[:, None] ** 2 + across**2))
    canvas *= vignette * np.asarray(WARMTH[place], dtype=np.float32)[:, None, None]
    enlarged = picture(canvas).resize(size, Image.Resampling.BICUBIC)
    return ImageChops.add(enlarged, _grain(rng, size), scale=1, offset=-GREY)


def _grain(rng: np.random.Generator, size: Size) -> Image.Image:
    levels = GREY + rng.standard_normal((GRAIN_TILE, GRAIN_TILE), dtype=np.float32) * GRAIN
    repeat = (size[1] // GRAIN_TILE + 1, size[0] // GRAIN_TILE + 1)
    plane = Image.fromarray(np.tile(np.rint(levels).astype(np.uint8), repeat)[: size[1], : size[0]])
    return Image.merge("RGB", (plane, plane, plane))
