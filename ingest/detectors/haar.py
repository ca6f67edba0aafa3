"""Frontal faces: what one Haar cascade finds, a second confirms, and eyes prove unless the find is strong."""

import hashlib
import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.boxes import Box, iou
from ingest.detectors.base import DetectedFace, Parameters

Grey = NDArray[np.uint8]
# A box and how many overlapping windows of the cascade agreed on it.
Hit = tuple[Box, int]

CASCADES = Path(cv2.__file__).parent / "data"


@dataclass(frozen=True)
class Settings:
    """`neighbors` are OpenCV's: more than so many overlapping windows must agree."""

    max_pixels: int = 1_000_000
    finder: str = "haarcascade_frontalface_default"
    confirmer: str = "haarcascade_frontalface_alt2"
    eyes: str = "haarcascade_eye"
    eyes_behind_glasses: str = "haarcascade_eye_tree_eyeglasses"
    scale_factor: float = 1.1
    # Small finds are mostly mistakes: least side in pixels, and as a share of the picture's shorter side.
    min_side: int = 24
    min_share: float = 0.04
    finder_neighbors: int = 4
    confirmer_neighbors: int = 3
    min_iou: float = 0.4
    # The confirmer sees the candidate with this margin, at most so large.
    margin: float = 0.35
    confirmer_side: int = 120
    # Eyes are sought in the upper part of the box, drawn to this width; a find this strong needs none.
    eye_part: float = 0.6
    eye_width: int = 160
    eye_neighbors: int = 3
    strong_neighbors: int = 12


DEFAULT_SETTINGS = Settings()


def has_haar() -> str | None:
    """None where Haar cascades can be used, else what to do about it, in one sentence."""
    wanted = (DEFAULT_SETTINGS.finder, DEFAULT_SETTINGS.confirmer)
    if hasattr(cv2, "CascadeClassifier") and all((CASCADES / f"{name}.xml").is_file() for name in wanted):
        return None
    return f"OpenCV {cv2.__version__} has no Haar cascades: install opencv-python below version 5."


class Haar:
    """A face's weights are the numbers of agreeing windows, by cascade; its score is their sum."""

    name = "haar"

    def __init__(self, settings: Settings = DEFAULT_SETTINGS) -> None:
        self.settings = settings
        self.parameters: Parameters = asdict(settings)
        told = json.dumps(self.parameters, sort_keys=True).encode()
        self.version = f"opencv-{cv2.__version__}-{hashlib.sha256(told).hexdigest()[:8]}"
        self.max_pixels = settings.max_pixels
        self._cascades = _Cascades()

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        faces = []
        for box, found in self._candidates(grey):
            confirmed = self._confirmation(grey, box)
            if confirmed and (found >= self.settings.strong_neighbors or self._has_eye(grey, box)):
                weights = {self.settings.finder: float(found), self.settings.confirmer: float(confirmed)}
                faces.append(DetectedFace(box, float(found + confirmed), weights))
        return faces

    def _candidates(self, grey: Grey) -> list[Hit]:
        smallest = max(self.settings.min_side, int(min(grey.shape) * self.settings.min_share))
        sides = smallest, max(grey.shape)
        return self._hits(self.settings.finder, grey, self.settings.finder_neighbors, sides)

    def _confirmation(self, grey: Grey, box: Box) -> int:
        """How many windows of the confirmer agree on the place; 0 when too few."""
        extra = int(box.w * self.settings.margin)
        around = Box(box.x - extra, box.y - extra, box.w + 2 * extra, box.h + 2 * extra)
        around = around.within(grey.shape[1], grey.shape[0])
        factor = min(1.0, self.settings.confirmer_side / box.w)
        view = _resized(_cut(grey, around), factor)
        expected = Box(box.x - around.x, box.y - around.y, box.w, box.h).scaled(factor)
        sides = int(expected.w * 0.6), int(expected.w * 1.5)
        hits = self._hits(self.settings.confirmer, view, self.settings.confirmer_neighbors, sides)
        return max((count for hit, count in hits if iou(expected, hit) > self.settings.min_iou), default=0)

    def _has_eye(self, grey: Grey, box: Box) -> bool:
        upper = _cut(grey, Box(box.x, box.y, box.w, int(box.h * self.settings.eye_part)))
        view = _resized(upper, self.settings.eye_width / box.w)
        sides = int(self.settings.eye_width * 0.14), int(self.settings.eye_width * 0.44)
        cascades = (self.settings.eyes, self.settings.eyes_behind_glasses)
        return any(self._hits(name, view, self.settings.eye_neighbors, sides) for name in cascades)

    def _hits(self, cascade: str, grey: Grey, neighbors: int, sides: tuple[int, int]) -> list[Hit]:
        smallest, largest = sides
        boxes, counts = self._cascades.get(cascade).detectMultiScale2(
            grey,
            scaleFactor=self.settings.scale_factor,
            minNeighbors=neighbors,
            minSize=(smallest, smallest),
            maxSize=(largest, largest),
        )
        return [(Box(*map(int, box)), int(count)) for box, count in zip(boxes, np.ravel(counts), strict=True)]


class _Cascades(threading.local):
    """Loaded when first wanted, one set a thread: a CascadeClassifier must not be used by two at once."""

    def __init__(self) -> None:
        self.loaded: dict[str, cv2.CascadeClassifier] = {}

    def get(self, name: str) -> cv2.CascadeClassifier:
        if name not in self.loaded:
            self.loaded[name] = cv2.CascadeClassifier(str(CASCADES / f"{name}.xml"))
        return self.loaded[name]


def _cut(grey: Grey, box: Box) -> Grey:
    return grey[box.y : box.y + box.h, box.x : box.x + box.w]


def _resized(grey: Grey, factor: float) -> Grey:
    if factor == 1.0:
        return grey
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=way), dtype=np.uint8)
