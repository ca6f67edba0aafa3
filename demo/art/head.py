"""A head and its relief-shaded skin. The eyes are at y = -0.05, the chin at 1.4, the top of the skull at -1.42."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from demo.art.paint import Colour, Field, Pen, Points, Texture, colour, mirrored, mix
from demo.people import Look, Person

GRID = 72  # relief samples to the unit
DARK: Colour = (0.07, 0.04, 0.035)


@dataclass(frozen=True)
class Pose:
    """Numbers are -1..1 or 0..1."""

    yaw: float = 0.0
    smile: float = 0.3
    mouth_open: float = 0.0
    brow_lift: float = 0.0
    gaze: float = 0.0
    light: float = -0.5  # from the left (-1) to from the right (1)
    tint: Colour = (1.0, 0.98, 0.95)


@dataclass(frozen=True)
class Head:
    pen: Pen
    person: Person
    pose: Pose

    @property
    def look(self) -> Look:
        return self.person.look

    @property
    def skin(self) -> Colour:
        return colour(self.look.skin)

    @property
    def deep(self) -> Colour:
        """The skin in shadow: darker and redder."""
        red, green, blue = self.skin
        return red * 0.55, green * 0.42, blue * 0.38

    @property
    def hair_colour(self) -> Colour:
        return mix(colour(self.look.hair), (0.74, 0.74, 0.75), self.look.grey)

    def at(self, x: float, y: float, depth: float = 1.0) -> tuple[float, float]:
        """Where a feature lands once the head has turned: the far side shrinks."""
        far = 0.14 * abs(self.pose.yaw) if x * self.pose.yaw > 0 else 0.0
        return x * self.look.width * (1 - far) + 0.13 * self.pose.yaw * depth, y

    def path(self, *points: tuple[float, float], depth: float = 1.0) -> list[tuple[float, float]]:
        return [self.at(x, y, depth) for x, y in points]


def outline(look: Look) -> Points:
    jaw = look.jaw
    right = [
        (0.0, -1.42),
        (0.52, -1.33),
        (0.88, -0.98),
        (1.0, -0.4),
        (0.98, 0.12),
        (0.92 + jaw * 0.3, 0.55),
        (0.74 + jaw, 0.95),
        (0.4 + jaw * 1.1, 1.29),
        (0.0, 1.4),
    ]
    return mirrored([(x * look.width, y) for x, y in right])


def skin_texture(head: Head) -> Texture:
    v, u = np.mgrid[-1.7 : 1.75 : 1 / GRID, -1.45 : 1.45 : 1 / GRID].astype(np.float32)
    down, across = np.gradient(_relief(head, u, v), 1 / GRID)
    norm = np.sqrt(across**2 + down**2 + 1)
    light_x, light_y, light_z = head.pose.light * 0.75, -0.42, 0.75
    lambert = np.clip((-across * light_x - down * light_y + light_z) / norm, 0, None)
    gloss = np.clip((-across * light_x * 0.5 - down * light_y * 0.6 + 0.95) / norm, 0, 1) ** 24
    pixels = _tones(head, lambert, gloss)
    return Texture(Image.fromarray(pixels), -1.45, -1.7, GRID)


def _tones(head: Head, lambert: Field, gloss: Field) -> np.typing.NDArray[np.uint8]:
    skin, deep = np.asarray(head.skin), np.asarray(head.deep)
    level = np.clip((lambert - 0.1) / 0.72, 0, 1)[..., None] ** 0.85
    tone = deep + (skin * 1.04 - deep) * level
    tone += (gloss * (0.06 + 0.09 * (1 - head.skin[1])))[..., None] * np.asarray(head.pose.tint)
    pixels: np.typing.NDArray[np.uint8] = (np.clip(tone, 0, 1) * 255).astype(np.uint8)
    return pixels


def _relief(head: Head, u: Field, v: Field) -> Field:
    """Height of the face towards the viewer, as bumps and dents on an egg."""
    look, yaw = head.look, head.pose.yaw
    lower = np.clip((v - 0.2) / 1.3, 0, 1) * (0.16 - look.jaw)
    egg = 1 - ((u - 0.08 * yaw) / (1.13 * look.width * (1 - lower))) ** 2 - ((v + 0.02) / 1.62) ** 2
    height = 1.15 * np.sqrt(np.clip(egg, 0.02, None))
    for x, y, wide, tall, amount in _bumps(look):
        centre = head.at(x, y)[0]
        height += amount * np.exp(-(((u - centre) / wide) ** 2) - ((v - y) / tall) ** 2)
    bridge = np.exp(-(((u - head.at(0, 0, 1.2)[0]) / 0.13) ** 2)) * np.clip((v + 0.4) / 0.85, 0, 1)
    height += 0.2 * bridge * np.exp(-((np.clip(v - 0.38, 0, None) / 0.1) ** 2))
    relief: Field = height.astype(np.float32)
    return relief


def _bumps(look: Look) -> list[tuple[float, float, float, float, float]]:
    """x, y, breadth, height, relief."""
    pairs = [
        (0.42, -0.04, 0.27, 0.19, -0.15),
        (0.42, -0.36, 0.34, 0.11, 0.03 + 0.06 * look.build),
        (0.58, 0.3, 0.3, 0.24, 0.1),
        (0.6, 0.78, 0.22, 0.24, -0.05),
        (0.19 * look.nose, 0.46, 0.1, 0.1, 0.09),
        (0.4, -0.85, 0.4, 0.3, 0.03),
    ]
    middle = [
        (0.0, 0.4, 0.17 * look.nose, 0.14, 0.15),
        (0.0, 0.82, 0.32, 0.13, 0.07),
        (0.0, 1.03, 0.26, 0.07, -0.05),
        (0.0, 1.22, 0.26 + look.jaw, 0.15, 0.11),
    ]
    return middle + [(side * x, *rest) for x, *rest in pairs for side in (-1, 1)]  # type: ignore[misc]
