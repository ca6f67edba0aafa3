"""The detectors on offer. A new one is one new file here and one line in REGISTRY."""

from collections.abc import Callable
from functools import cache

from ingest.detectors import haar, haar_profile
from ingest.detectors.base import DetectedFace, Detector, Parameters

__all__ = ["DEFAULT_DETECTOR", "REGISTRY", "DetectedFace", "Detector", "Parameters", "get_detector"]

REGISTRY: dict[str, Callable[[], Detector]] = {
    "haar": haar.Haar,
    "haar-profile": haar_profile.HaarProfile,
}
DEFAULT_DETECTOR = "haar"


@cache
def get_detector(name: str = DEFAULT_DETECTOR) -> Detector:
    """One per process; KeyError for a name that is not in REGISTRY."""
    return REGISTRY[name]()
