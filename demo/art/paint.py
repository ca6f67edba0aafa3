"""Soft shapes on a float picture. A figure's own unit is half the width of its face, y pointing down."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[float, float, float]
Field = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Shape = Points | Sequence[tuple[float, float]]
Box = tuple[int, int, int, int]

CURVE_STEPS = 8


def colour(code: str) -> Colour:
    red, green, blue = (int(code[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (a * (1 - share) + b * share for a, b in zip(first, second, strict=True))
    return red, green, blue


def shade(base: Colour, factor: float) -> Colour:
    red, green, blue = (min(1.0, channel * factor) for channel in base)
    return red, green, blue


def curve(points: Shape, *, closed: bool = True) -> Points:
    """A Catmull-Rom curve through the points."""
    knots = np.asarray(points, dtype=np.float64)
    around = np.vstack([knots[-1:], knots, knots[:2]]) if closed else np.vstack([knots[:1], knots, knots[-1:]])
    steps = np.linspace(0, 1, CURVE_STEPS, endpoint=False)[:, None]
    parts = [_segment(around[i : i + 4], steps) for i in range(len(around) - 3)]
    return np.vstack([*parts, around[-2:-1]])


def _segment(knots: Points, t: Points) -> Points:
    a, b, c, d = knots
    bend: Points = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return bend


def mirrored(right: Shape) -> Points:
    """Close a half outline, given from top to bottom for x >= 0, to both sides of x = 0."""
    half = np.asarray(right, dtype=np.float64)
    inner = half[half[:, 0] > 0][::-1] * (-1, 1)
    return curve(np.vstack([half, inner]))


def oval(x: float, y: float, width: float, height: float, turn: float = 0.0) -> Points:
    angles = np.linspace(0, 2 * pi, 40, endpoint=False)
    across, down = width * np.cos(angles), height * np.sin(angles)
    return np.stack([x + across * cos(turn) - down * sin(turn), y + across * sin(turn) + down * cos(turn)], axis=1)


def ribbon(points: Shape, width: float, taper: float = 1.0) -> Points:
    """The outline of a brush stroke; `taper` is how much thinner its ends are than its middle (0..1)."""
    path = curve(points, closed=False)
    along = np.gradient(path, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-9)[:, None]
    swell = 1 - taper + taper * np.sin(np.linspace(0, pi, len(path)))
    half = normal * (swell * width / 2)[:, None]
    return np.vstack([path + half, (path - half)[::-1]])


@dataclass(frozen=True)
class Texture:
    """A picture that covers the figure from (left, top) on, `per_unit` pixels to the unit."""

    image: Image.Image
    left: float
    top: float
    per_unit: float


Paint = Colour | Texture


@dataclass(frozen=True)
class Pen:
    """Draws in figure units onto `canvas` (3 × height × width, 0..1: planes are quicker to blend), in place."""

    canvas: Field
    x: float
    y: float
    scale: float
    tilt: float = 0.0

    def fill(
        self, points: Shape, paint: Paint, *, blur: float = 0.0, opacity: float = 1.0, inside: Shape | None = None
    ) -> None:
        self.fill_all([points], paint, blur=blur, opacity=opacity, inside=inside)

    def fill_all(
        self,
        shapes: Sequence[Shape],
        paint: Paint,
        *,
        blur: float = 0.0,
        opacity: float = 1.0,
        inside: Shape | None = None,
    ) -> None:
        """Paint the union of the shapes in one go; nothing is painted outside of `inside`."""
        outlines = [self._pixels(points) for points in shapes]
        soft = blur * self.scale
        box = self._box(np.vstack(outlines), soft)
        if box is None:
            return
        mask = _mask(outlines, box, soft, 2.0)
        if inside is not None:
            mask = mask * _mask([self._pixels(inside)], box, 0.0, 1.0)
        part = self.canvas[:, box[1] : box[3], box[0] : box[2]]
        change = self._paint(paint, box) - part
        change *= mask * np.float32(opacity)
        part += change

    def _pixels(self, points: Shape) -> Points:
        p = np.asarray(points, dtype=np.float64) * self.scale
        right, down = (cos(self.tilt), sin(self.tilt)), (-sin(self.tilt), cos(self.tilt))
        turned: Points = p @ np.array([right, down]) + (self.x, self.y)
        return turned

    def _box(self, outline: Points, soft: float) -> Box | None:
        height, width = self.canvas.shape[1:]
        pad = 3 * soft + 2
        low, high = outline.min(axis=0) - pad, outline.max(axis=0) + pad
        box = (max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0]) + 1), min(height, int(high[1]) + 1))
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _paint(self, paint: Paint, box: Box) -> Field:
        if not isinstance(paint, Texture):
            return np.asarray(paint, dtype=np.float32)[:, None, None]
        a, b = cos(self.tilt) / self.scale, sin(self.tilt) / self.scale
        start_x, start_y = box[0] - self.x, box[1] - self.y
        rows = (
            (a, b, a * start_x + b * start_y - paint.left),
            (-b, a, -b * start_x + a * start_y - paint.top),
        )
        data = [value * paint.per_unit for row in rows for value in row]
        size = (box[2] - box[0], box[3] - box[1])
        warped = paint.image.transform(size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        return canvas_of(warped)


def _mask(outlines: Sequence[Points], box: Box, soft: float, sharpness: float) -> Field:
    """Coverage 0..1 of the box: sharp shapes are drawn at `sharpness` times the size, very soft ones small."""
    width, height = box[2] - box[0], box[3] - box[1]
    factor = sharpness if soft < 2 else min(1.0, 4 / soft)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    stencil = Image.new("L", size)
    draw = ImageDraw.Draw(stencil)
    for outline in outlines:
        scaled = (outline - box[:2]) * (size[0] / width, size[1] / height)
        draw.polygon(scaled.ravel().tolist(), fill=255)
    if soft:
        stencil = stencil.filter(ImageFilter.GaussianBlur(soft * factor))
    if factor != 1.0:
        stencil = stencil.reduce(2) if factor == 2.0 else stencil.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(stencil, dtype=np.float32) / np.float32(255)


def picture(canvas: Field) -> Image.Image:
    levels = (np.clip(canvas, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in levels])


def canvas_of(image: Image.Image) -> Field:
    planes = np.stack([np.asarray(band, dtype=np.float32) for band in image.split()])
    planes /= np.float32(255)
    return planes


def soft_noise(rng: np.random.Generator, shape: tuple[int, ...], cells: float) -> Field:
    """Smooth noise 0..1 with about `cells` bumps over the longer side."""
    height, width = shape
    step = max(shape) / cells
    grid = rng.integers(0, 256, (int(height / step) + 2, int(width / step) + 2), dtype=np.uint8)
    grown = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(grown, dtype=np.float32) / np.float32(255)
