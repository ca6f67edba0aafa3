"""From the bytes of a file to the faces in it, in the pixels of the upright full-resolution picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.boxes import Box, iou
from ingest.detectors import DetectedFace, Detector
from ingest.pictures import DEFAULT_LIMITS, Limits, PictureInfo, Reduced, reduced

SHARED_PLACE = 0.3  # IoU from which two detectors saw one face; their boxes differ more than one detector's


@dataclass(frozen=True)
class Found:
    """Faces run from the largest to the smallest."""

    info: PictureInfo
    faces: tuple[DetectedFace, ...]


@dataclass(frozen=True)
class Sighting:
    detector: Detector
    face: DetectedFace


def find_faces(data: bytes, detector: Detector, limits: Limits = DEFAULT_LIMITS) -> Found:
    """Raises PictureRefused."""
    picture = reduced(data, detector.max_pixels, limits)
    return Found(picture.info, tuple(sorted(_faces(picture, detector), key=_largest_first)))


def sightings(data: bytes, detectors: Sequence[Detector], limits: Limits = DEFAULT_LIMITS) -> tuple[Sighting, ...]:
    """The first detector's faces, and of each other one those in places that nobody before it saw; the largest first.

    Raises PictureRefused.
    """
    pictures = {most: reduced(data, most, limits) for most in {detector.max_pixels for detector in detectors}}
    seen: list[Sighting] = []
    for detector in detectors:
        taken = [sighting.face.box for sighting in seen]
        faces = _faces(pictures[detector.max_pixels], detector)
        seen += [Sighting(detector, face) for face in faces if not _is_taken(face.box, taken)]
    return tuple(sorted(seen, key=lambda sighting: _largest_first(sighting.face)))


def _faces(picture: Reduced, detector: Detector) -> list[DetectedFace]:
    width, height = picture.info.width, picture.info.height
    return [
        replace(face, box=face.box.scaled(picture.scale).within(width, height)) for face in detector.find(picture.rgb)
    ]


def _is_taken(box: Box, taken: Sequence[Box]) -> bool:
    return any(iou(box, other) > SHARED_PLACE for other in taken)


def _largest_first(face: DetectedFace) -> tuple[int, int, int]:
    return -face.box.area, face.box.y, face.box.x
