"""Beards and glasses."""

import numpy as np
from PIL import Image

from demo.art.hair import combed
from demo.art.head import DARK, Head, outline
from demo.art.paint import Colour, Points, Texture, curve, mix, ribbon, soft_noise
from demo.people import Glasses

FRAMES: dict[Glasses, Colour] = {"square": (0.3, 0.2, 0.15), "round": (0.5, 0.34, 0.18), "rimless": (0.42, 0.3, 0.2)}


def paint_beard(head: Head) -> None:
    kind = head.look.beard
    texture = _whiskers(head)
    if kind == "stubble":
        shadow = mix(head.deep, head.hair_colour, 0.6)
        head.pen.fill(_full_beard(head), shadow, blur=0.1, opacity=0.5, inside=outline(head.look))
    elif kind == "full":
        head.pen.fill(_full_beard(head), texture, blur=0.05, opacity=0.93)
    elif kind == "goatee":
        head.pen.fill(
            curve(head.path((-0.34, 0.95), (0, 1.0), (0.34, 0.95), (0.36, 1.25), (0, 1.5), (-0.36, 1.25))),
            texture,
            blur=0.05,
            opacity=0.85,
        )
    if kind in ("full", "moustache", "goatee"):
        _moustache(head, texture)


def _full_beard(head: Head) -> Points:
    low = 1.62 if head.look.beard == "full" else 1.4
    jaw = 0.74 + head.look.jaw
    points = [
        (-0.97, 0.2),
        (-0.96, 0.62),
        (-jaw - 0.06, 1.05),
        (-0.42, low - 0.1),
        (0, low),
        (0.42, low - 0.1),
        (jaw + 0.06, 1.05),
        (0.96, 0.62),
        (0.97, 0.2),
        (0.84, 0.52),
        (0.56, 0.74),
        (0.4, 0.92),
        (0.2, 1.0),
        (0, 1.02),
        (-0.2, 1.0),
        (-0.4, 0.92),
        (-0.56, 0.74),
        (-0.84, 0.52),
    ]
    return curve(head.path(*points, depth=0.5))


def _moustache(head: Head, texture: Texture) -> None:
    wide = 0.44 + 0.06 * head.pose.smile
    lift = 0.04 * head.pose.smile
    shape = [(0, 0.6), (0.2, 0.6), (0.38, 0.7), (wide, 0.84 - lift), (0.3, 0.79), (0.1, 0.755), (0, 0.75)]
    full = [*shape, *[(-x, y) for x, y in shape[-2:0:-1]]]
    head.pen.fill(curve(head.path(*full)), texture, blur=0.022, opacity=0.92)


def _whiskers(head: Head) -> Texture:
    rng = np.random.default_rng(17)
    v, u = np.mgrid[-2.0:2.0:0.0125, -2.0:2.0:0.0125].astype(np.float32)
    pick = combed(rng)
    angle = np.arctan2(u, v - 0.1)
    grain = 0.6 * pick(angle * 46 + 3 * soft_noise(rng, u.shape, 12)) + 0.4 * pick(angle * 130)
    base = np.asarray(mix(head.hair_colour, DARK, 0.1))
    pixels = (np.clip((0.6 + 0.6 * grain)[..., None] * base, 0, 1) * 255).astype(np.uint8)
    return Texture(Image.fromarray(pixels), -2.0, -2.0, 80)


def paint_glasses(head: Head) -> None:
    kind = head.look.glasses
    if not kind:
        return
    pen, frame = head.pen, FRAMES[kind]
    thick = 0.018 if kind == "rimless" else 0.04
    for side in (-1, 1):
        x, y = head.at(0.43 * side, -0.02, 1.1)
        rim = _rim(kind, x, y)
        pen.fill(rim, (0.95, 0.97, 1.0), opacity=0.07)
        pen.fill(ribbon([*rim, *rim[:2]], thick, 0.0), frame, blur=0.006, opacity=0.92)
        pen.fill(
            ribbon([(x - 0.16, y - 0.12), (x - 0.05, y - 0.2)], 0.05, 0.8), (1.0, 1.0, 1.0), blur=0.02, opacity=0.3
        )
        temple = [(x + 0.34 * side, y - 0.07), (1.02 * side * head.look.width, -0.05)]
        pen.fill(ribbon(temple, thick, 0.0), frame, blur=0.006, opacity=0.9)
    bridge = head.path((-0.1, -0.04), (0, -0.1), (0.1, -0.04), depth=1.2)
    pen.fill(ribbon(bridge, thick, 0.0), frame, blur=0.006, opacity=0.92)


def _rim(kind: Glasses, x: float, y: float) -> Points:
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    power = 1.0 if kind == "round" else 0.55
    across = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** power
    down = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** power
    return np.stack([x + 0.33 * across, y + (0.3 if kind == "round" else 0.25) * down], axis=1)
