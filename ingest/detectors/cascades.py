"""What the Haar detectors share: cascades, loaded once a thread, and looking at a part of a picture."""

import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.boxes import Box, iou
from ingest.detectors.base import DetectedFace, Parameters

Grey = NDArray[np.uint8]
# A box and how many overlapping windows of the cascade agreed on it.
Hit = tuple[Box, int]

SAME_PLACE = 0.4  # IoU from which a window votes for a find
SHARED_PLACE = 0.3  # IoU from which two finds are one face
CASCADES = Path(cv2.__file__).parent / "data"


class _Loaded(threading.local):
    """Loaded when first wanted, one set a thread: a CascadeClassifier must not be used by two at once."""

    def __init__(self) -> None:
        self.by_name: dict[str, cv2.CascadeClassifier] = {}

    def get(self, name: str) -> cv2.CascadeClassifier:
        if name not in self.by_name:
            self.by_name[name] = cv2.CascadeClassifier(str(CASCADES / f"{name}.xml"))
        return self.by_name[name]


_loaded = _Loaded()


def missing(*names: str) -> str | None:
    """None where these cascades can be used, else what to do about it, in one sentence."""
    if hasattr(cv2, "CascadeClassifier") and all((CASCADES / f"{name}.xml").is_file() for name in names):
        return None
    return f"OpenCV {cv2.__version__} has no Haar cascades: install opencv-python below version 5."


def version_of(parameters: Parameters) -> str:
    """Changes with the library and with every parameter."""
    told = json.dumps(parameters, sort_keys=True).encode()
    return f"opencv-{cv2.__version__}-{hashlib.sha256(told).hexdigest()[:8]}"


def as_grey(rgb: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def hits(cascade: str, grey: Grey, *, neighbors: int, sides: tuple[int, int], scale_factor: float) -> list[Hit]:
    """`neighbors` as in OpenCV: more than so many overlapping windows must agree; 0 gives every single window."""
    smallest, largest = sides
    boxes, counts = _loaded.get(cascade).detectMultiScale2(
        grey,
        scaleFactor=scale_factor,
        minNeighbors=neighbors,
        minSize=(smallest, smallest),
        maxSize=(largest, largest),
    )
    return [(Box(*map(int, box)), int(count)) for box, count in zip(boxes, np.ravel(counts), strict=True)]


@dataclass(frozen=True)
class View:
    """A part of a picture, resized so that the box in it has the side asked for; `box` is in the view's pixels."""

    grey: Grey
    box: Box


def view(grey: Grey, box: Box, *, margin: float, side: int) -> View:
    extra = int(box.w * margin)
    around = Box(box.x - extra, box.y - extra, box.w + 2 * extra, box.h + 2 * extra)
    around = around.within(grey.shape[1], grey.shape[0])
    factor = side / box.w
    inside = Box(box.x - around.x, box.y - around.y, box.w, box.h).scaled(factor)
    return View(resized(_cut(grey, around), factor), inside)


def votes(cascade: str, seen: View, *, scale_factor: float) -> int:
    """How many single windows of the cascade lie at the box: a face draws dozens, a mistake of another's hardly one."""
    sides = int(seen.box.w * 0.6), int(seen.box.w * 1.5)
    windows = hits(cascade, seen.grey, neighbors=0, sides=sides, scale_factor=scale_factor)
    return sum(iou(seen.box, window) > SAME_PLACE for window, _ in windows)


def apart(faces: list[DetectedFace]) -> list[DetectedFace]:
    """Of finds that share a place, the one with the most votes."""
    kept: list[DetectedFace] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if not any(iou(face.box, other.box) > SHARED_PLACE for other in kept):
            kept.append(face)
    return kept


def _cut(grey: Grey, box: Box) -> Grey:
    return grey[box.y : box.y + box.h, box.x : box.x + box.w]


def resized(grey: Grey, factor: float) -> Grey:
    if factor == 1.0:
        return grey
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=way), dtype=np.uint8)
