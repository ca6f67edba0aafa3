"""Hair: what is behind the head is painted before it, the rest after."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image

from demo.art.hair_shapes import BEHIND, CROWN, TOP, Outline
from demo.art.head import Head
from demo.art.paint import Field, Points, Shape, Texture, curve, mirrored, mix, oval, ribbon, shade, soft_noise
from demo.people import Person, Style

SPAN = (-2.7, -2.8, 2.7, 4.4)
STRANDS = 80  # samples to the unit


def paint_hair_behind(head: Head) -> None:
    style = head.look.style
    texture = hair_texture(head, 0.62)
    if style == "bun":
        head.pen.fill(oval(0.1, -1.78, 0.5, 0.42), texture, blur=0.02)
    if style in BEHIND:
        head.pen.fill(mirrored([(x * head.look.width, y) for x, y in BEHIND[style]]), texture, blur=0.03)
    elif style == "afro":
        head.pen.fill(_cloud(), texture, blur=0.035)


def paint_hair_over(head: Head) -> None:
    style = head.look.style
    if style == "bald":
        _shaved(head)
    elif style == "afro":
        _curls_over(head)
    else:
        _cap(head)


def _cap(head: Head) -> None:
    outer, hairline = TOP[head.look.style]
    shape = _locks(head, outer, hairline)
    under = [(x, y + 0.09) for x, y in shape]
    from_face = [(x, y) for x, y in oval(0, 0, 1.0 * head.look.width, 1.42)]
    head.pen.fill(under, head.deep, blur=0.06, opacity=0.4, inside=from_face)
    thin = 0.9 if head.look.style in ("receding", "crop") else 1.0
    soft = 0.045 if head.look.style in ("crop", "receding") else 0.022
    head.pen.fill(shape, hair_texture(head, 1.0), blur=soft, opacity=thin)
    _stray(head, hairline)


def _locks(head: Head, outer: Outline, hairline: Outline) -> Points:
    rng = np.random.default_rng(len(head.person.name))
    shift = 0.06 * head.pose.yaw
    rim = curve([(x * head.look.width, y) for x, y in outer], closed=False)
    edge = curve([(x * head.look.width + shift, y) for x, y in hairline], closed=False)
    ragged = 0.05 if head.look.style in ("fringe", "bob", "waves", "side", "quiff") else 0.02
    edge[:, 1] += rng.uniform(-ragged, ragged, len(edge)) * (edge[:, 1] < -0.3)
    return np.vstack([rim, edge])


def _stray(head: Head, hairline: Outline) -> None:
    """Single hairs over the hairline, so that it is no cut edge."""
    rng = np.random.default_rng(3)
    edge = curve([(x * head.look.width, y) for x, y in hairline], closed=False)
    edge = edge[edge[:, 1] < -0.6]
    if not len(edge):
        return
    hairs = []
    for x, y in edge[rng.integers(0, len(edge), 36)]:
        lean = float(rng.uniform(-0.08, 0.08)) + 0.1 * float(x)
        tip = float(rng.uniform(0.02, 0.08))
        hairs.append(ribbon([(x - lean, y - 0.12), (x, y - 0.02), (x + lean * 0.6, y + tip)], 0.022, 0.9))
    head.pen.fill_all(hairs, shade(head.hair_colour, 0.6), blur=0.006, opacity=0.45)


def _cloud() -> Points:
    """A bumpy outline of curls around the skull."""
    rng = np.random.default_rng(11)
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    radius = 1 + rng.uniform(-0.035, 0.035, 64)
    return curve(np.stack([1.62 * radius * np.cos(angles), 1.55 * radius * np.sin(angles) - 0.62], axis=1))


def _curls_over(head: Head) -> None:
    rng = np.random.default_rng(5)
    texture = hair_texture(head, 1.0)
    tufts: list[Shape] = []
    for x in np.linspace(-0.92, 0.92, 15):
        y = -1.12 + 0.62 * abs(x) ** 2.6 + float(rng.uniform(-0.04, 0.04))
        tufts.append(oval(float(x), y - 0.1, 0.2, 0.22))
    tufts.append(curve(CROWN))
    tufts += [oval(1.05 * side * head.look.width, -0.35, 0.25, 0.42) for side in (-1, 1)]
    head.pen.fill_all(tufts, texture, blur=0.03)


def _shaved(head: Head) -> None:
    stubble = mix(head.deep, head.hair_colour, 0.5)
    for side in (-1, 1):
        temple = [(1.0 * side, 0.1), (1.0 * side, -0.7), (0.86 * side, -0.85), (0.9 * side, -0.3)]
        head.pen.fill(curve(temple), stubble, blur=0.06, opacity=0.55)
    shine = oval(0.3 * head.pose.light, -1.02, 0.28, 0.13, 0.2 * head.pose.light)
    head.pen.fill(shine, head.pose.tint, blur=0.1, opacity=0.35)


def hair_texture(head: Head, brightness: float) -> Texture:
    v, u = np.mgrid[SPAN[1] : SPAN[3] : 1 / STRANDS, SPAN[0] : SPAN[2] : 1 / STRANDS].astype(np.float32)
    grain = _strands(head.person)
    sheen = np.exp(-(((np.hypot(u * 0.9, v + 0.2) - 1.25) / 0.16) ** 2)) * (0.65 + head.pose.light * u * 0.5)
    gloss = 0.12 if head.look.style == "afro" else 0.5
    level = brightness * (0.55 + grain * (0.75 + gloss * np.clip(sheen, 0, 1)))
    level *= 1 + 0.22 * np.clip(head.pose.light * u, -1, 1)
    base = np.asarray(head.hair_colour, dtype=np.float32) * np.float32(0.9) + np.float32(0.03)
    pixels = (np.clip(level[..., None] * base, 0, 1) * 255).astype(np.uint8)
    return Texture(Image.fromarray(pixels), SPAN[0], SPAN[1], STRANDS)


@lru_cache(maxsize=16)
def _strands(person: Person) -> Field:
    rng = np.random.default_rng(sum(person.slug.encode()))
    v, u = np.mgrid[SPAN[1] : SPAN[3] : 1 / STRANDS, SPAN[0] : SPAN[2] : 1 / STRANDS].astype(np.float32)
    return _coils(rng, u) if person.look.style == "afro" else _fall(person.look.style, rng, u, v)


def _coils(rng: np.random.Generator, u: Field) -> Field:
    fine = soft_noise(rng, u.shape, 95)
    coarse = soft_noise(rng, u.shape, 38)
    coils: Field = np.clip(0.15 + 1.3 * (fine * 0.6 + coarse * 0.4 - 0.2), 0, 1)
    return coils


def _fall(style: Style, rng: np.random.Generator, u: Field, v: Field) -> Field:
    """Strands run out from the parting over the skull, then hang."""
    part = -0.35 if style in ("waves", "bob", "side") else 0.0
    crown = np.arctan2(u - part, -(v + 0.2) + 0.9) * 1.2
    wave = 0.07 * np.sin(v * 5.5) if style == "waves" else 0.015 * np.sin(v * 2)
    hang = (u + wave) / 1.25
    weight = np.clip((v + 0.9) / 0.9, 0, 1)
    along = crown * (1 - weight) + hang * weight
    pick = combed(rng)
    strands: Field = 0.55 * pick(along * 34) + 0.3 * pick(along * 90 + 50) + 0.15 * pick(along * 210 + 99)
    return strands


def combed(rng: np.random.Generator) -> Callable[[Field], Field]:
    knots = rng.uniform(0, 1, 1024).astype(np.float32)

    def pick(position: Field) -> Field:
        cell = np.floor(position).astype(np.int64)
        share = position - cell
        smooth = share * share * (3 - 2 * share)
        between: Field = knots[cell % 1024] * (1 - smooth) + knots[(cell + 1) % 1024] * smooth
        return between

    return pick
