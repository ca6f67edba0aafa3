"""What is behind people, out of focus; and sceneries without anybody. Painted small, then grown."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo.art.paint import Colour, Field, canvas_of, colour, mix, shade, soft_noise

Place = Literal["room", "street", "stage", "park", "studio"]
PLACES: tuple[Place, ...] = get_args(Place)
Rng = np.random.Generator
LONG_SIDE = 480

WALLS = ("#b9a58c", "#8f9fa8", "#a5b09a", "#c2a497", "#7d8797")
STUDIOS = ("#5b6470", "#7a6a5f", "#4d5f63", "#8c8780", "#6b5a6b")
BOOKS = ("#7a2e2a", "#2f4b5c", "#a5803a", "#3f5a40", "#5a3d5c", "#c9bda4")


def backdrop(rng: Rng, size: tuple[int, int], place: Place, *, blur: float = 7.0) -> Field:
    small = _small(size)
    image = PAINTERS[place](rng, small)
    soft = image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
    return canvas_of(soft.resize(size, Image.Resampling.BICUBIC))


def _small(size: tuple[int, int]) -> tuple[int, int]:
    factor = LONG_SIDE / max(size)
    return max(8, round(size[0] * factor)), max(8, round(size[1] * factor))


def gradient(size: tuple[int, int], top: Colour, bottom: Colour, turn: float = 0.0) -> Image.Image:
    width, height = size
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None] + turn * np.linspace(-0.5, 0.5, width, dtype=np.float32)
    share = np.clip(down, 0, 1)[..., None]
    pixels = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def ink(tone: Colour, opacity: float = 1.0) -> tuple[int, int, int, int]:
    red, green, blue = (round(min(1.0, channel) * 255) for channel in tone)
    return red, green, blue, round(opacity * 255)


def _pick(rng: Rng, codes: tuple[str, ...]) -> Colour:
    return colour(codes[int(rng.integers(len(codes)))])


def _lights(
    image: Image.Image, rng: Rng, count: int, tones: tuple[str, ...], low: float = 0.0, high: float = 1.0
) -> None:
    """Discs of light out of focus."""
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for _ in range(count):
        x, y = rng.uniform(0, width), rng.uniform(low, high) * height
        radius = rng.uniform(0.012, 0.05) * max(image.size)
        tone = mix(_pick(rng, tones), (1.0, 1.0, 1.0), 0.3)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink(tone, float(rng.uniform(0.15, 0.5))))


def _room(rng: Rng, size: tuple[int, int]) -> Image.Image:
    width, height = size
    wall = _pick(rng, WALLS)
    image = gradient(size, shade(wall, 1.15), shade(wall, 0.6), float(rng.uniform(-0.5, 0.5)))
    draw = ImageDraw.Draw(image, "RGBA")
    left = bool(rng.integers(2))
    _shelf(draw, rng, (0.62 * width if left else 0.0, 0.0, width if left else 0.36 * width, height))
    x = 0.05 * width if left else 0.66 * width
    draw.rectangle((x, 0.06 * height, x + 0.27 * width, 0.6 * height), ink((1.0, 0.96, 0.86)))
    draw.line((x + 0.135 * width, 0.06 * height, x + 0.135 * width, 0.6 * height), ink(shade(wall, 0.7)), 5)
    draw.line((x, 0.33 * height, x + 0.27 * width, 0.33 * height), ink(shade(wall, 0.7)), 5)
    return image


def _shelf(draw: ImageDraw.ImageDraw, rng: Rng, box: tuple[float, float, float, float]) -> None:
    draw.rectangle(box, ink((0.25, 0.17, 0.12)))
    rows = 5
    step = (box[3] - box[1]) / rows
    for row in range(rows):
        x, floor = box[0] + 3, box[1] + (row + 1) * step - 4
        while x < box[2] - 6:
            thick, tall = float(rng.uniform(5, 13)), step * float(rng.uniform(0.55, 0.88))
            draw.rectangle(
                (x, floor - tall, x + thick, floor), ink(shade(_pick(rng, BOOKS), float(rng.uniform(0.7, 1.1))))
            )
            x += thick + float(rng.uniform(0, 4))


def _street(rng: Rng, size: tuple[int, int]) -> Image.Image:
    width, height = size
    dusk = bool(rng.integers(2))
    sky = (colour("#58618c"), colour("#e0a987")) if dusk else (colour("#9dbcd6"), colour("#e6e4da"))
    image = gradient(size, *sky)
    draw = ImageDraw.Draw(image, "RGBA")
    for x in np.arange(-0.05, 1.0, 0.16):
        tone = shade(mix(colour("#8c7b70"), colour("#6d7c8a"), float(rng.uniform())), 0.6 if dusk else 1.0)
        top = height * (0.05 + 1.1 * abs(x - 0.45) ** 0.01 * float(rng.uniform(0.0, 0.35)))
        draw.rectangle((x * width, top, (x + 0.16) * width, height), ink(tone))
        _windows(draw, rng, (x * width, top, (x + 0.16) * width, 0.8 * height), dusk=dusk)
    draw.rectangle((0, 0.78 * height, width, height), ink(shade(colour("#6f6c6a"), 0.6 if dusk else 1.0)))
    _lights(image, rng, 26 if dusk else 10, ("#ffc46b", "#ff8a5c", "#fff1c9", "#8fd0ff"), 0.3, 0.85)
    return image


def _windows(draw: ImageDraw.ImageDraw, rng: Rng, box: tuple[float, float, float, float], *, dusk: bool) -> None:
    for y in np.arange(box[1] + 10, box[3], 26):
        for x in np.arange(box[0] + 8, box[2] - 12, 18):
            lit = rng.uniform() < (0.5 if dusk else 0.15)
            draw.rectangle((x, y, x + 9, y + 15), ink((1.0, 0.85, 0.55) if lit else (0.25, 0.29, 0.35), 0.85))


def _stage(rng: Rng, size: tuple[int, int]) -> Image.Image:
    width, height = size
    hue = _pick(rng, ("#3a1d4f", "#12324a", "#4a1622", "#123d3a"))
    image = gradient(size, shade(hue, 0.55), shade(hue, 1.4))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(4):
        x, aim = float(rng.uniform(0, width)), float(rng.uniform(0, width))
        tone = mix(_pick(rng, ("#ffb35c", "#7cc4ff", "#ff7aa8", "#ffe9b8")), hue, 0.2)
        draw.polygon([(x, -10), (aim - 0.2 * width, height), (aim + 0.12 * width, height)], ink(tone, 0.3))
    _lights(image, rng, 22, ("#ffb35c", "#7cc4ff", "#ff7aa8", "#fff3d6"), 0.0, 0.55)
    return image


def _park(rng: Rng, size: tuple[int, int]) -> Image.Image:
    width, height = size
    autumn = bool(rng.integers(3) == 0)
    leaf = ("#c98a2e", "#9c5a26", "#b8a24a") if autumn else ("#5f8a45", "#3f6b3c", "#8fae58")
    image = gradient(size, colour("#dfe9dc"), colour(leaf[1]))
    draw = ImageDraw.Draw(image, "RGBA")
    for x in rng.uniform(0, width, 4):
        thick = float(rng.uniform(0.02, 0.05)) * width
        draw.polygon(
            [(x, 0), (x + thick, 0), (x + thick * 1.4, 0.8 * height), (x - thick * 0.3, 0.8 * height)],
            ink((0.28, 0.22, 0.17)),
        )
    for _ in range(260):
        x, y = rng.uniform(0, width), height * rng.uniform(0, 1) ** 1.2 * 0.85
        radius = float(rng.uniform(6, 26))
        tone = shade(_pick(rng, leaf), float(rng.uniform(0.6, 1.25)))
        draw.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), ink(tone, 0.4))
    draw.rectangle((0, 0.82 * height, width, height), ink(shade(colour(leaf[0]), 1.1), 0.8))
    _lights(image, rng, 30, ("#fff7d0", "#eaf5c8"), 0.0, 0.6)
    return image


def _studio(rng: Rng, size: tuple[int, int]) -> Image.Image:
    tone = np.asarray(_pick(rng, STUDIOS), dtype=np.float32)
    width, height = size
    v, u = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    glow = np.exp(-((u - rng.uniform(-0.3, 0.3)) ** 2 + (v + 0.1) ** 2) * 0.8)
    cloud = 0.85 + 0.3 * soft_noise(rng, (height, width), 5)
    pixels = np.clip((0.45 + 0.85 * glow)[..., None] * cloud[..., None] * tone, 0, 1)
    return Image.fromarray((pixels * 255).astype(np.uint8))


def hills(rng: Rng, size: tuple[int, int]) -> Field:
    """Ridges in the mist under a low sun."""
    small = _small(size)
    width, height = small
    warm, cool = _pick(rng, ("#f3c98b", "#f0b7a4", "#f5e2b8")), _pick(rng, ("#4f6d8a", "#5a5f8c", "#4d7a78"))
    image = gradient(small, mix(cool, (1.0, 1.0, 1.0), 0.3), warm)
    draw = ImageDraw.Draw(image, "RGBA")
    x, y = float(rng.uniform(0.2, 0.8)) * width, 0.36 * height
    for radius, opacity in ((90, 0.1), (55, 0.16), (26, 0.95)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink((1.0, 0.96, 0.82), opacity))
    for ridge in range(6):
        base, tone = height * (0.42 + 0.1 * ridge), mix(mix(cool, warm, 0.65), shade(cool, 0.35), ridge / 5)
        line = soft_noise(rng, (2, width), 5 + 3 * ridge)[0] * 0.7 + soft_noise(rng, (2, width), 60)[0] * 0.05
        points = [(float(px), base - float(bump) * height * 0.17) for px, bump in enumerate(line)]
        draw.polygon([*points, (width, height), (0, height)], ink(tone))
    soft = image.filter(ImageFilter.GaussianBlur(0.8)).resize(size, Image.Resampling.BICUBIC)
    return canvas_of(soft)


PAINTERS: dict[Place, Callable[[Rng, tuple[int, int]], Image.Image]] = {
    "room": _room,
    "street": _street,
    "stage": _stage,
    "park": _park,
    "studio": _studio,
}
