"""Neck, shoulders and clothes."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from demo.art.head import Head
from demo.art.paint import Colour, Points, colour, curve, mirrored, mix, oval, ribbon, shade

Cut = Literal["crew", "blazer", "scoop", "turtleneck", "shirt"]
CUTS: tuple[Cut, ...] = get_args(Cut)
MEN_CUTS: tuple[Cut, ...] = ("crew", "blazer", "turtleneck", "shirt")
BOTTOM = 14.0
# the right half of the opening, from the shoulder to the lowest point in front, beyond the neck's own width
NECKLINES: dict[Cut, list[tuple[float, float]]] = {
    "crew": [(0.2, 1.78), (0.02, 2.0), (-0.25, 2.1)],
    "scoop": [(0.38, 1.78), (0.32, 2.2), (0.02, 2.62), (-0.25, 2.72)],
    "turtleneck": [(0.02, 1.3), (-0.1, 1.42), (-0.3, 1.46)],
    "shirt": [(0.16, 1.6), (-0.12, 2.1), (-0.4, 2.42)],
    "blazer": [(0.16, 1.6), (-0.12, 2.05), (-0.4, 2.32)],
}


def paint_body(head: Head, rng: np.random.Generator) -> None:
    """Everything below the chin; the head is painted over it."""
    cloth = colour(str(rng.choice(head.look.wardrobe)))
    cuts: tuple[Cut, ...] = CUTS if head.person.gender == "female" else MEN_CUTS
    cut = cuts[int(rng.integers(len(cuts)))]
    torso = _torso(head)
    head.pen.fill(torso, cloth)
    _modelling(head, torso, cloth, rng)
    neckline = _neckline(head, NECKLINES[cut])
    _neck(head, neckline)
    PAINTERS[cut](head, cloth, neckline)


def _torso(head: Head) -> Points:
    broad = 2.05 + 0.6 * head.look.build
    right = [
        (0.0, 1.55),
        (0.55, 1.62),
        (0.95, 1.82),
        (broad - 0.5, 2.02),
        (broad - 0.08, 2.36),
        (broad + 0.1, 2.95),
        (broad + 0.2, 3.8),
        (broad + 0.3, 5.2),
        (broad + 0.4, 8.0),
        (broad + 0.5, BOTTOM),
        (0.0, BOTTOM),
    ]
    return mirrored(right)


def _modelling(head: Head, torso: Points, cloth: Colour, rng: np.random.Generator) -> None:
    pen, light = head.pen, head.pose.light
    dark_side = -np.sign(light) or 1.0
    far = [(0.9 * dark_side, 1.8), (4.0 * dark_side, 2.4), (4.0 * dark_side, BOTTOM), (1.4 * dark_side, BOTTOM)]
    near = [(x * -0.8, y) for x, y in far]
    pen.fill(far, shade(cloth, 0.5), blur=0.45, opacity=0.55, inside=torso)
    pen.fill(near, mix(cloth, head.pose.tint, 0.35), blur=0.5, opacity=0.4, inside=torso)
    for _ in range(7):
        x, y = float(rng.uniform(-1.9, 1.9)), float(rng.uniform(2.5, 4.6))
        fold = [(x, y), (x * 1.12 + 0.1, y + 0.5), (x * 1.1, y + float(rng.uniform(0.8, 1.6)))]
        pen.fill(ribbon(fold, 0.16, 0.9), shade(cloth, 0.55), blur=0.09, opacity=0.5, inside=torso)
    pen.fill(
        curve([(-1.1, 1.5), (1.1, 1.5), (0.9, 2.35), (-0.9, 2.35)]),
        shade(cloth, 0.35),
        blur=0.25,
        opacity=0.5,
        inside=torso,
    )


def _wide(head: Head) -> float:
    return 0.5 + 0.16 * head.look.build


def _neckline(head: Head, right: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """From the left shoulder down to the middle and up to the right."""
    wide = _wide(head)
    half = [(wide + x, y) for x, y in right]
    return [(-x, y) for x, y in half] + [(0.0, right[-1][1] + 0.05)] + half[::-1]


def _neck(head: Head, neckline: list[tuple[float, float]]) -> None:
    pen, wide = head.pen, _wide(head)
    opening = curve(neckline, closed=False)
    neck = np.vstack([[(wide, 0.6), (-wide, 0.6), (-wide - 0.01, 1.35)], opening, [(wide + 0.01, 1.35)]])
    pen.fill(neck, mix(head.skin, head.deep, 0.2), blur=0.014)
    side = -1 if head.pose.light > 0 else 1
    flank = curve([(0.1 * side, 0.7), (side, 0.7), (side, 2.3), (0.25 * side, 2.2)])
    pen.fill(flank, head.deep, blur=0.15, opacity=0.5, inside=neck)
    chin = curve([(-0.9, 0.8), (0.9, 0.8), (0.7, 1.5), (0, 1.8), (-0.7, 1.5)])
    pen.fill(chin, shade(head.deep, 0.85), blur=0.12, opacity=0.75, inside=neck)
    cords = [ribbon([(0.36 * end, 1.45), (0.1 * end, 2.02)], 0.09, 0.8) for end in (-1, 1)]
    pen.fill_all(cords, head.deep, blur=0.05, opacity=0.35, inside=neck)


def _crew(head: Head, cloth: Colour, neckline: list[tuple[float, float]]) -> None:
    head.pen.fill(ribbon([(x, y + 0.03) for x, y in neckline], 0.13, 0.0), shade(cloth, 0.72), blur=0.02)
    head.pen.fill(
        ribbon([(x * 1.06, y + 0.11) for x, y in neckline], 0.03, 0.2), shade(cloth, 0.45), blur=0.02, opacity=0.5
    )


def _scoop(head: Head, cloth: Colour, neckline: list[tuple[float, float]]) -> None:
    pen = head.pen
    bones = [ribbon([(0.12 * end, 2.12), (0.45 * end, 2.06), (0.8 * end, 1.96)], 0.08, 0.7) for end in (-1, 1)]
    pen.fill_all(bones, head.deep, blur=0.05, opacity=0.35)
    chain = [(-0.56, 1.75), (-0.3, 2.2), (0, 2.34), (0.3, 2.2), (0.56, 1.75)]
    pen.fill(ribbon(chain, 0.03, 0.0), (0.87, 0.72, 0.4), blur=0.006)
    pen.fill(oval(0, 2.4, 0.06, 0.06), (0.93, 0.82, 0.55), blur=0.008)
    pen.fill(ribbon(neckline, 0.08, 0.2), shade(cloth, 0.6), blur=0.03, opacity=0.8)


def _turtleneck(head: Head, cloth: Colour, neckline: list[tuple[float, float]]) -> None:
    pen, wide = head.pen, _wide(head) + 0.1
    roll = curve([(-wide, 1.22), (0, 1.5), (wide, 1.22), (wide + 0.12, 1.8), (0, 2.06), (-wide - 0.12, 1.8)])
    pen.fill(roll, cloth, blur=0.02)
    ribs = [ribbon([(float(x), 1.3), (float(x) * 1.1, 2.0)], 0.05, 0.3) for x in np.linspace(-wide, wide, 13)]
    pen.fill_all(ribs, shade(cloth, 0.6), blur=0.02, opacity=0.4, inside=roll)
    pen.fill(
        ribbon([(-wide - 0.1, 1.8), (0, 2.06), (wide + 0.1, 1.8)], 0.09, 0.4),
        shade(cloth, 0.4),
        blur=0.045,
        opacity=0.6,
    )
    pen.fill(
        ribbon([(x, y + 0.06) for x, y in neckline], 0.14, 0.2),
        shade(cloth, 0.35),
        blur=0.06,
        opacity=0.55,
        inside=roll,
    )


def _shirt(head: Head, cloth: Colour, neckline: list[tuple[float, float]]) -> None:
    _leaves(head, mix(cloth, (0.97, 0.96, 0.93), 0.22))
    head.pen.fill(
        ribbon([(0.02, 2.42), (0.04, 3.5), (0.03, 6.0)], 0.03, 0.0), shade(cloth, 0.55), blur=0.02, opacity=0.8
    )
    buttons = [oval(0.1, y, 0.04, 0.04) for y in (2.75, 3.5, 4.25)]
    head.pen.fill_all(buttons, mix(cloth, (1.0, 1.0, 1.0), 0.5), blur=0.008)


def _leaves(head: Head, cloth: Colour) -> None:
    """The two halves of a shirt collar."""
    wide = _wide(head)
    for end in (-1, 1):
        leaf = [
            ((wide + x) * end, y) for x, y in ((0.06, 1.3), (0.24, 1.52), (0.06, 2.34), (-0.46, 2.32), (-0.18, 2.0))
        ]
        head.pen.fill([(x, y + 0.07) for x, y in leaf], shade(cloth, 0.4), blur=0.07, opacity=0.5)
        head.pen.fill(leaf, cloth, blur=0.014)
        head.pen.fill(ribbon(leaf[1:4], 0.025, 0.2), shade(cloth, 0.6), blur=0.012, opacity=0.7)


def _blazer(head: Head, cloth: Colour, neckline: list[tuple[float, float]]) -> None:
    linen = (0.93, 0.92, 0.9) if sum(cloth) < 2.0 else (0.2, 0.25, 0.36)
    pen, wide = head.pen, _wide(head)
    lower = [(x, y) for x, y in neckline[1:-1]]
    pen.fill([*lower, (wide + 0.3, 1.62), (0.12, 5.2), (-0.12, 5.2), (-wide - 0.3, 1.62)], linen, blur=0.02)
    pen.fill(ribbon([(0.02, 2.3), (0.03, 3.4), (0.02, 5.0)], 0.025, 0.0), shade(linen, 0.7), blur=0.02, opacity=0.7)
    _leaves(head, linen)
    for end in (-1, 1):
        lapel = [
            ((wide + 0.26) * end, 1.52),
            (1.25 * end, 2.5),
            (1.0 * end, 2.72),
            (1.12 * end, 2.88),
            (0.08 * end, 5.2),
            (0.58 * end, 2.8),
        ]
        pen.fill([(x - 0.05 * end, y + 0.06) for x, y in lapel], shade(cloth, 0.3), blur=0.07, opacity=0.6)
        pen.fill(lapel, shade(cloth, 1.18), blur=0.015)
        pen.fill(ribbon(lapel[1:4], 0.03, 0.0), shade(cloth, 0.5), blur=0.012, opacity=0.7)


PAINTERS: dict[Cut, Callable[[Head, Colour, list[tuple[float, float]]], None]] = {
    "crew": _crew,
    "scoop": _scoop,
    "turtleneck": _turtleneck,
    "shirt": _shirt,
    "blazer": _blazer,
}
