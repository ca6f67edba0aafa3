"""How good a face's picture is: measures of a crop, and what they say against it.

No measure may stand in for the colour of a skin. Exposure is therefore judged by the pixels that have lost their
detail at either end of the scale, near black in every channel or near white in every channel, which a well-lit
face of any complexion hardly has; the mean brightness, which differs between people, is neither judged nor kept.
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.boxes import Box
from ingest.crops import Crop

SHARPNESS_SIDE = 160
# Levels of 255 at which a pixel holds no detail any more.
BLACK = 16
WHITE = 250

TOO_SMALL = "face_too_small"
BLURRED = "blurred"
DARK = "dark"
BRIGHT = "bright"
SMALL = "small"
NO_EYES = "no_eyes"


@dataclass(frozen=True)
class Quality:
    """`box` is the shorter side of the raw box in the photo's pixels; `dark` and `bright` are shares of its pixels.

    `eyes` is None where the detector looked for none, and a face is then not blamed for it; `faces` are those seen
    in the whole photo.
    """

    box: int
    sharpness: float
    dark: float
    bright: float
    eyes: int | None
    faces: int

    def as_json(self) -> dict[str, float | int | None]:
        return asdict(self)


@dataclass(frozen=True)
class Thresholds:
    """Pixels, sharpness and shares; 0 pixels or sharpness, and a share of 1, switch a rule off."""

    least_box: int
    least_sharpness: float
    small_box: int
    low_sharpness: float
    clipped: float


def measure(cutout: Crop, box: Box, *, eyes: int | None, faces: int) -> Quality:
    dark, bright = clipped(_inside(cutout, box))
    return Quality(
        box=min(box.w, box.h),
        sharpness=round(sharpness(cutout.image), 2),
        dark=round(dark, 3),
        bright=round(bright, 3),
        eyes=eyes,
        faces=faces,
    )


def refusal(quality: Quality, limits: Thresholds) -> str:
    """The code of what makes the face useless; "" for one that is reviewed."""
    if quality.box < limits.least_box:
        return TOO_SMALL
    if quality.sharpness < limits.least_sharpness:
        return BLURRED
    return ""


def concerns(quality: Quality, limits: Thresholds) -> list[str]:
    """Codes of why the face is reviewed after better ones."""
    found = {
        SMALL: quality.box < limits.small_box,
        BLURRED: quality.sharpness < limits.low_sharpness,
        DARK: quality.dark > limits.clipped,
        BRIGHT: quality.bright > limits.clipped,
        NO_EYES: quality.eyes == 0,
    }
    return [code for code, is_so in found.items() if is_so]


def sharpness(image: Image.Image) -> float:
    """Variance of the Laplacian of the greys at one size, so that crops compare: higher is sharper."""
    small = image.convert("L").resize((SHARPNESS_SIDE, SHARPNESS_SIDE), Image.Resampling.BILINEAR)
    grey: NDArray[np.float32] = np.asarray(small, dtype=np.float32)
    centre = grey[1:-1, 1:-1]
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * centre
    return float(edges.var())


def clipped(image: Image.Image) -> tuple[float, float]:
    """The shares of pixels that are black, and white, in all three channels."""
    pixels = np.asarray(image.convert("RGB"))
    return float((pixels.max(axis=2) <= BLACK).mean()), float((pixels.min(axis=2) >= WHITE).mean())


def _inside(cutout: Crop, box: Box) -> Image.Image:
    """The raw box without its margin, as it lies in the crop."""
    factor = cutout.image.width / cutout.square.w
    inner = Box(box.x - cutout.square.x, box.y - cutout.square.y, box.w, box.h).scaled(factor)
    inner = inner.within(*cutout.image.size)
    return cutout.image.crop((inner.x, inner.y, inner.x + inner.w, inner.y + inner.h))
