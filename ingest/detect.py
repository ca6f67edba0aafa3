"""From the bytes of a file to the faces in it, in the pixels of the upright full-resolution picture."""

from dataclasses import dataclass, replace

from ingest.detectors import DetectedFace, Detector
from ingest.pictures import DEFAULT_LIMITS, Limits, PictureInfo, reduced


@dataclass(frozen=True)
class Found:
    """Faces run from the largest to the smallest."""

    info: PictureInfo
    faces: tuple[DetectedFace, ...]


def find_faces(data: bytes, detector: Detector, limits: Limits = DEFAULT_LIMITS) -> Found:
    """Raises PictureRefused."""
    picture = reduced(data, detector.max_pixels, limits)
    width, height = picture.info.width, picture.info.height
    faces = (
        replace(face, box=face.box.scaled(picture.scale).within(width, height)) for face in detector.find(picture.rgb)
    )
    return Found(picture.info, tuple(sorted(faces, key=_largest_first)))


def _largest_first(face: DetectedFace) -> tuple[int, int, int]:
    return -face.box.area, face.box.y, face.box.x
