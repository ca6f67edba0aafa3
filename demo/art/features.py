"""A face: ears, eyes, brows, nose, mouth, and what the years have left."""

import numpy as np

from demo.art.head import DARK, Head, outline, skin_texture
from demo.art.paint import Points, colour, curve, mix, oval, ribbon, shade


def paint_head(head: Head) -> None:
    _ears(head)
    face = outline(head.look)
    head.pen.fill(face, skin_texture(head))
    _blush(head, face)
    if head.look.freckles:
        _freckles(head)
    _wrinkles(head, face)
    _nose(head)
    for side in (-1, 1):
        _eye(head, side)
        _brow(head, side)
    _mouth(head)


def _ears(head: Head) -> None:
    for side in (-1, 1):
        x, y = 1.0 * side * head.look.width - 0.05 * head.pose.yaw, 0.12
        lit = mix(head.skin, head.deep, 0.2 if side * head.pose.light > 0 else 0.45)
        head.pen.fill(oval(x, y, 0.15, 0.3, -0.12 * side), lit, blur=0.012)
        head.pen.fill(oval(x + 0.02 * side, y + 0.0, 0.07, 0.19, -0.12 * side), head.deep, blur=0.03, opacity=0.5)


def _blush(head: Head, face: Points) -> None:
    rose = mix(head.skin, (0.82, 0.2, 0.18), 0.5)
    strength = 0.2 + 0.16 * head.look.makeup
    for side in (-1, 1):
        head.pen.fill(oval(*head.at(0.58 * side, 0.38), 0.26, 0.19), rose, blur=0.13, opacity=strength, inside=face)
    head.pen.fill(oval(*head.at(0, 0.42, 1.3), 0.16, 0.12), rose, blur=0.08, opacity=0.22)
    shadow_side = 1 if head.pose.light < 0 else -1
    flank = oval(shadow_side * 0.95, 0.25, 0.3, 1.3)
    head.pen.fill(flank, head.deep, blur=0.2, opacity=0.35 * abs(head.pose.light), inside=face)


def _freckles(head: Head) -> None:
    rng = np.random.default_rng(len(head.person.slug))
    spot = mix(head.skin, (0.55, 0.28, 0.14), 0.6)
    spots = zip(rng.normal(0, 0.4, 46), rng.normal(0.3, 0.12, 46), rng.uniform(0.01, 0.02, 46), strict=True)
    shapes = [oval(*head.at(x, y), size, size * 0.85) for x, y, size in spots]
    head.pen.fill_all(shapes, spot, blur=0.006, opacity=0.55)


def _wrinkles(head: Head, face: Points) -> None:
    age, pose = head.look.wrinkles, head.pose
    fold = 0.12 + 0.4 * age + 0.18 * pose.smile
    for side in (-1, 1):
        cheek = head.path((0.24 * side, 0.46), (0.38 * side, 0.6), (0.45 * side, 0.82))
        _crease(head, cheek, 0.05, fold)
        bag = head.path((0.24 * side, 0.13), (0.42 * side, 0.2), (0.6 * side, 0.12))
        _crease(head, bag, 0.045, 0.1 + 0.5 * age)
        for rise in (-0.06, 0.0, 0.07):
            crow = head.path((0.7 * side, -0.02 + rise * 0.6), (0.82 * side, 0.0 + rise * 1.6))
            _crease(head, crow, 0.02, 0.6 * age)
    for number, y in enumerate((-0.62, -0.74, -0.86)):
        width = 0.5 - 0.05 * number
        brow = head.path((-width, y + 0.02), (0, y - 0.03), (width, y + 0.02))
        _crease(head, brow, 0.026, (0.42 + 0.3 * pose.brow_lift) * age)


def _crease(head: Head, points: list[tuple[float, float]], width: float, opacity: float) -> None:
    if opacity > 0.02:
        head.pen.fill(ribbon(points, width, 0.8), head.deep, blur=0.016, opacity=min(opacity, 0.8))


def _nose(head: Head) -> None:
    pen, wide = head.pen, head.look.nose
    dark = mix(head.deep, DARK, 0.35)
    side = 1 if head.pose.light < 0 else -1
    pen.fill(
        head.path((0.05 * side, -0.1), (0.2 * side * wide, 0.45), (0.07 * side, 0.4), depth=1.2),
        head.deep,
        blur=0.06,
        opacity=0.2,
    )
    pen.fill(oval(*head.at(0, 0.56, 1.15), 0.2 * wide, 0.04), head.deep, blur=0.035, opacity=0.5)
    for end in (-1, 1):
        pen.fill(
            oval(*head.at(0.105 * end * wide, 0.515, 1.15), 0.058 * wide, 0.026, 0.25 * end),
            dark,
            blur=0.012,
            opacity=0.85,
        )
        wing = head.path((0.2 * end * wide, 0.36), (0.255 * end * wide, 0.46), (0.19 * end * wide, 0.53), depth=1.1)
        pen.fill(ribbon(wing, 0.03, 0.8), head.deep, blur=0.016, opacity=0.6)
    pen.fill(oval(*head.at(-0.03 * side, 0.4, 1.35), 0.04, 0.05), head.pose.tint, blur=0.03, opacity=0.3)
    if head.look.mole:
        pen.fill(oval(*head.at(0.36, 0.66), 0.026, 0.024), DARK, blur=0.006, opacity=0.85)


def _lids(head: Head, side: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Upper and lower lid, from the inner to the outer corner."""
    look = head.look
    tall = 0.115 * look.eye_open * (1 - 0.25 * head.pose.smile)
    inner, outer = -0.03, -0.05 - look.slant * 1.2
    upper = [
        (0.24, inner),
        (0.32, inner - tall * 0.85),
        (0.44, outer - tall * 0.95),
        (0.55, outer - tall * 0.45),
        (0.61, outer),
    ]
    lower = [
        (0.24, inner),
        (0.34, inner + tall * 0.5),
        (0.46, inner + tall * 0.55),
        (0.55, outer + tall * 0.42),
        (0.61, outer),
    ]
    return head.path(*[(x * side, y) for x, y in upper]), head.path(*[(x * side, y) for x, y in lower])


def _eye(head: Head, side: int) -> None:
    pen, look = head.pen, head.look
    upper, lower = _lids(head, side)
    opening = curve([*upper, *lower[-2:0:-1]])
    centre = head.at(0.425 * side + 0.04 * head.pose.gaze, -0.06)
    pen.fill(oval(*head.at(0.42 * side, -0.09), 0.24, 0.14), head.deep, blur=0.06, opacity=0.3 + 0.25 * look.makeup)
    pen.fill(opening, (0.9, 0.88, 0.86), blur=0.006)
    _iris(head, centre, opening)
    pen.fill(ribbon([(x, y + 0.03) for x, y in upper], 0.07), DARK, blur=0.022, opacity=0.4, inside=opening)
    lash = 0.034 + 0.024 * look.makeup
    pen.fill(ribbon(upper, lash, 0.5), DARK, blur=0.007, opacity=0.92)
    pen.fill(ribbon(lower, 0.02, 0.5), head.deep, blur=0.008, opacity=0.65)
    if look.makeup:
        x, y = upper[-1]
        pen.fill(
            ribbon([upper[-2], (x + 0.01 * side, y - 0.012), (x + 0.07 * side, y - 0.055)], 0.03, 0.6),
            DARK,
            blur=0.006,
            opacity=look.makeup,
        )
    lift = 0.05 + 0.03 * look.crease
    pen.fill(
        ribbon([(x, y - lift) for x, y in upper], 0.028, 0.7), head.deep, blur=0.012, opacity=0.15 + 0.5 * look.crease
    )


def _iris(head: Head, centre: tuple[float, float], opening: Points) -> None:
    pen, tone = head.pen, colour(head.look.eyes)
    x, y = centre
    pen.fill(oval(x, y, 0.108, 0.108), shade(tone, 0.45), blur=0.008, inside=opening)
    pen.fill(oval(x, y + 0.012, 0.084, 0.084), tone, blur=0.02, inside=opening)
    pen.fill(oval(x, y + 0.045, 0.05, 0.03), mix(tone, (1.0, 0.9, 0.7), 0.35), blur=0.02, opacity=0.6, inside=opening)
    pen.fill(oval(x, y, 0.047, 0.047), (0.02, 0.015, 0.015), blur=0.006, inside=opening)
    pen.fill(oval(x + 0.03 * head.pose.light, y - 0.035, 0.02, 0.02), (1.0, 1.0, 1.0), blur=0.005, opacity=0.95)


def _brow(head: Head, side: int) -> None:
    look = head.look
    y = -0.33 - 0.06 * head.pose.brow_lift
    thick = 0.085 * look.brow
    spine = [(0.17, y + 0.02), (0.38, y - 0.02 - look.arch * 0.5), (0.56, y - look.arch), (0.74, y + 0.04)]
    hair = mix(mix(head.hair_colour, colour(look.hair), 0.5), DARK, 0.35)
    for width, blur, opacity in ((thick * 1.25, 0.03, 0.35), (thick * 0.8, 0.012, 0.7)):
        stroke = ribbon(head.path(*[(px * side, py) for px, py in spine]), width, 0.55)
        head.pen.fill(stroke, hair, blur=blur, opacity=opacity)
    rng = np.random.default_rng(7)
    single = []
    for t in rng.uniform(0, 1, 14):
        x0, y0 = 0.18 + 0.5 * t, y - look.arch * t * 0.9 + 0.02
        path = head.path((x0 * side, y0 + thick * 0.3), ((x0 + 0.06) * side, y0 - thick * 0.42))
        single.append(ribbon(path, 0.014, 0.6))
    head.pen.fill_all(single, hair, blur=0.004, opacity=0.55)


def _mouth(head: Head) -> None:
    pen, look, pose = head.pen, head.look, head.pose
    wide, up = 0.33 + 0.09 * pose.smile, 0.07 * pose.smile
    full, gap = 0.075 * look.lips, 0.11 * pose.mouth_open
    natural = mix(head.skin, (0.68, 0.2, 0.2), 0.42)
    lip = mix(natural, (0.7, 0.08, 0.14), 0.55 * look.makeup)
    left, right = (-wide, 0.8 - up), (wide, 0.8 - up)
    line = [left, (-0.15, 0.81), (0.0, 0.825), (0.15, 0.81), right]
    floor = [(x, y + gap * (1 - abs(x) / wide)) for x, y in line]
    top = [
        left,
        (-0.17, 0.795 - full * 0.85),
        (-0.06, 0.8 - full * 1.15),
        (0, 0.805 - full * 0.85),
        (0.06, 0.8 - full * 1.15),
        (0.17, 0.795 - full * 0.85),
        right,
    ]
    bottom = [
        left,
        (-0.18, 0.85 + gap + full * 0.6),
        (0, 0.86 + gap + full * 1.1),
        (0.18, 0.85 + gap + full * 0.6),
        right,
    ]
    pen.fill(curve(head.path(*bottom, *floor[-2:0:-1])), shade(lip, 1.08), blur=0.014)
    pen.fill(curve(head.path(*top, *line[-2:0:-1])), shade(lip, 0.82), blur=0.012)
    if gap > 0.02:
        _teeth(head, line, floor)
    pen.fill(ribbon(head.path(*line), 0.026, 0.5), shade(head.deep, 0.45), blur=0.009, opacity=0.85)
    pen.fill(
        oval(*head.at(-0.05 * pose.light, 0.88 + gap), 0.11, 0.022),
        pose.tint,
        blur=0.025,
        opacity=0.25 + 0.2 * look.makeup,
    )
    pen.fill(oval(*head.at(0, 1.0 + gap), 0.2, 0.035), head.deep, blur=0.04, opacity=0.4)
    for side in (-1, 1):
        pen.fill(oval(*head.at(side * (wide + 0.02), 0.8 - up), 0.035, 0.035), head.deep, blur=0.025, opacity=0.6)


def _teeth(head: Head, line: list[tuple[float, float]], floor: list[tuple[float, float]]) -> None:
    opening = curve(head.path(*line, *floor[-2:0:-1]))
    head.pen.fill(opening, (0.22, 0.06, 0.06), blur=0.006)
    smiling = [(x * 0.9, y - 0.01) for x, y in line], [(x * 0.85, 0.83 + (y - 0.83) * 0.62) for x, y in floor]
    teeth = curve(head.path(*smiling[0], *smiling[1][-2:0:-1]))
    head.pen.fill(teeth, (0.93, 0.91, 0.87), blur=0.01, inside=opening)
