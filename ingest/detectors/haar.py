"""Frontal faces: one Haar cascade proposes, quickly and generously; two others and the eyes vote."""

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.boxes import Box
from ingest.detectors.base import DetectedFace, Parameters
from ingest.detectors.cascades import (
    Grey,
    Hit,
    apart,
    as_grey,
    hits,
    missing,
    resized,
    version_of,
    view,
    votes,
)


@dataclass(frozen=True)
class Settings:
    """`neighbors` are OpenCV's: more than so many overlapping windows must agree."""

    max_pixels: int = 1_000_000
    finder: str = "haarcascade_frontalface_default"
    finder_scale: float = 1.2
    finder_neighbors: int = 1
    # Small finds are mostly mistakes: least side in pixels, and as a share of the picture's shorter side.
    min_side: int = 24
    min_share: float = 0.05
    # The voters see a find with a margin, drawn to one size, and every window of theirs near its place is a vote.
    voters: tuple[str, str] = ("haarcascade_frontalface_alt2", "haarcascade_frontalface_alt")
    voter_scale: float = 1.05
    voter_side: int = 80
    margin: float = 0.35
    # So many votes are enough; fewer only with an eye.
    strong_votes: int = 60
    min_votes: int = 24
    # Eyes are sought in the upper part of the box, drawn to this width.
    eyes: str = "haarcascade_eye"
    eyes_behind_glasses: str = "haarcascade_eye_tree_eyeglasses"
    eye_part: float = 0.6
    eye_width: int = 160
    eye_neighbors: int = 3
    # Where nothing was found, a second look for large faces with an eye: in a picture with a border, so that a
    # face may fill it, and turned to both sides, for cascades bear about 15 degrees of roll.
    second_finder: str = "haarcascade_frontalface_alt"
    second_scale: float = 1.15
    second_short_side: int = 320
    second_min_share: float = 0.2
    border: float = 0.2
    roll: float = 20.0


DEFAULT_SETTINGS = Settings()


def has_haar() -> str | None:
    """None where Haar cascades can be used, else what to do about it, in one sentence."""
    return missing(DEFAULT_SETTINGS.finder, *DEFAULT_SETTINGS.voters)


class Haar:
    """A face's weights are the numbers of agreeing windows, by cascade; its score is the sum of the voters'."""

    name = "haar"

    def __init__(self, settings: Settings = DEFAULT_SETTINGS) -> None:
        self.settings = settings
        self.parameters: Parameters = asdict(settings)
        self.version = version_of(self.parameters)
        self.max_pixels = settings.max_pixels

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        grey = as_grey(rgb)
        return self._first_look(grey) or self._second_look(grey)

    def _first_look(self, grey: Grey) -> list[DetectedFace]:
        s = self.settings
        smallest = max(s.min_side, int(min(grey.shape) * s.min_share))
        found = self._candidates(grey, s.finder, s.finder_scale, smallest)
        return apart([face for face in found if face.score >= s.strong_votes or face.eyes])

    def _second_look(self, grey: Grey) -> list[DetectedFace]:
        s = self.settings
        height, width = grey.shape
        factor = min(1.0, s.second_short_side / min(height, width))
        small = resized(grey, factor)
        smallest = max(s.min_side, int(min(small.shape) * s.second_min_share))
        found = []
        for angle in (0.0, -s.roll, s.roll):
            turned, back = _turned(small, angle, s.border)
            for face in self._candidates(turned, s.second_finder, s.second_scale, smallest):
                if face.eyes:
                    box = _turned_back(face.box, back).scaled(1 / factor).within(width, height)
                    found.append(replace(face, box=box))
        return apart(found)

    def _candidates(self, grey: Grey, finder: str, scale: float, smallest: int) -> list[DetectedFace]:
        """The finds that have enough votes to be looked at."""
        s = self.settings
        sides = smallest, max(grey.shape)
        proposed = hits(finder, grey, neighbors=s.finder_neighbors, sides=sides, scale_factor=scale)
        judged = (self._judged(grey, finder, hit) for hit in proposed)
        return [face for face in judged if face is not None]

    def _judged(self, grey: Grey, finder: str, hit: Hit) -> DetectedFace | None:
        """The find with its votes and eyes; None without enough votes."""
        box, found = hit
        s = self.settings
        seen = view(grey, box, margin=s.margin, side=s.voter_side)
        said = {name: float(votes(name, seen, scale_factor=s.voter_scale)) for name in s.voters}
        total = sum(said.values())
        if total < s.min_votes:
            return None
        return DetectedFace(box, total, {finder: float(found), **said}, self._eyes(grey, box))

    def _eyes(self, grey: Grey, box: Box) -> int:
        """0 to 2: on how many sides of the face an eye was found."""
        s = self.settings
        upper = view(grey, Box(box.x, box.y, box.w, int(box.h * s.eye_part)), margin=0, side=s.eye_width)
        sides = int(s.eye_width * 0.14), int(s.eye_width * 0.44)
        found: set[bool] = set()
        for name in (s.eyes, s.eyes_behind_glasses):
            seen = hits(name, upper.grey, neighbors=s.eye_neighbors, sides=sides, scale_factor=1.1)
            found |= {eye.x + eye.w / 2 < s.eye_width / 2 for eye, _ in seen}
            if len(found) == 2:
                break
        return len(found)


def _turned(grey: Grey, angle: float, border: float) -> tuple[Grey, NDArray[np.float64]]:
    """The whole picture with a border, turned counter-clockwise by degrees, and the matrix that leads back."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    extra = 2 * border * min(width, height)
    size = int(width * cos + height * sin + extra), int(width * sin + height * cos + extra)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(grey, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8), np.asarray(cv2.invertAffineTransform(matrix))


def _turned_back(box: Box, back: NDArray[np.float64]) -> Box:
    """Upright again: the same side around the same centre."""
    x, y = back @ (box.x + box.w / 2, box.y + box.h / 2, 1.0)
    return Box(round(x - box.w / 2), round(y - box.h / 2), box.w, box.h)
