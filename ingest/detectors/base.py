"""What every detector is and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.boxes import Box

Parameters = Mapping[str, str | int | float | tuple[str, ...]]


@dataclass(frozen=True)
class DetectedFace:
    """`score` and `weights` (by cascade or model) are on their maker's own scale, never probabilities.

    `eyes` counts the eyes found in it, 0 to 2; None from a detector that does not look for eyes.
    """

    box: Box
    score: float
    weights: Mapping[str, float] = field(default_factory=dict)
    eyes: int | None = None


class Detector(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """Changes with everything that can change a result: library, model, parameters."""

    @property
    def parameters(self) -> Parameters: ...

    @property
    def max_pixels(self) -> int:
        """The size the detector wants pictures reduced to."""

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        """Faces in an upright picture, height x width x 3, boxes in its own pixels."""
