"""Faces seen from the side: the profile cascade on the picture and, for those who look the other way, on its mirror."""

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.boxes import Box
from ingest.detectors.base import DetectedFace, Parameters
from ingest.detectors.cascades import Grey, apart, as_grey, hits, version_of, view, votes


@dataclass(frozen=True)
class Settings:
    """As in haar.Settings. A profile has no second cascade and no eyes to speak for it: it must be strong itself."""

    max_pixels: int = 1_000_000
    finder: str = "haarcascade_profileface"
    finder_scale: float = 1.1
    finder_neighbors: int = 4
    min_side: int = 24
    min_share: float = 0.1
    voter_scale: float = 1.05
    voter_side: int = 80
    margin: float = 0.35
    min_votes: int = 40


DEFAULT_SETTINGS = Settings()


class HaarProfile:
    """A face's weights and score are the numbers of agreeing windows."""

    name = "haar-profile"

    def __init__(self, settings: Settings = DEFAULT_SETTINGS) -> None:
        self.settings = settings
        self.parameters: Parameters = asdict(settings)
        self.version = version_of(self.parameters)
        self.max_pixels = settings.max_pixels

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        grey = as_grey(rgb)
        mirrored = np.asarray(cv2.flip(grey, 1), dtype=np.uint8)
        width = grey.shape[1]
        return apart(self._sure(grey) + [_mirrored(face, width) for face in self._sure(mirrored)])

    def _sure(self, grey: Grey) -> list[DetectedFace]:
        s = self.settings
        sides = max(s.min_side, int(min(grey.shape) * s.min_share)), max(grey.shape)
        found = hits(s.finder, grey, neighbors=s.finder_neighbors, sides=sides, scale_factor=s.finder_scale)
        judged = ((box, self._votes(grey, box)) for box, _ in found)
        return [DetectedFace(box, score, {s.finder: score}) for box, score in judged if score >= s.min_votes]

    def _votes(self, grey: Grey, box: Box) -> float:
        s = self.settings
        seen = view(grey, box, margin=s.margin, side=s.voter_side)
        return float(votes(s.finder, seen, scale_factor=s.voter_scale))


def _mirrored(face: DetectedFace, width: int) -> DetectedFace:
    box = face.box
    return replace(face, box=Box(width - box.x - box.w, box.y, box.w, box.h))
