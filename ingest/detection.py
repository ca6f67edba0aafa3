"""The faces of a photo: what the detector saw is noted, and every new place becomes a face with its crop."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ingest import pictures, store
from ingest.boxes import Box, iou
from ingest.crops import crop, encode, sharpness
from ingest.detect import find_faces
from ingest.detectors import DetectedFace, Detector, get_detector
from ingest.duplicates import group_duplicates
from ingest.fetching import limits
from ingest.hashes import perceptual_hash
from ingest.models import Candidate, Detection, Face, Photo
from ingest.pending import Refused, settle

SAME_PLACE = 0.5  # IoU from which two boxes are one face
TOO_SMALL = "face_too_small"


@dataclass(frozen=True)
class CutFace:
    """A crop that lies in the store already."""

    box: Box
    crop_sha256: str
    side: int
    quality: dict[str, float]
    phash: int | None


def detect(candidate: Candidate) -> None:
    """Raises Refused or PictureRefused."""
    photo = Photo.objects.get(candidates=candidate)  # a fetched candidate has one: a constraint
    data = store.read(photo.file)
    detector = get_detector(settings.DETECTORS[0])
    seen = find_faces(data, detector, limits()).faces
    cut = _cut(data, photo, [face.box for face in seen if _is_large(face.box)], len(seen))
    with transaction.atomic():
        # Two candidates may share the photo: the second waits here, and then finds the faces of the first.
        Photo.objects.select_for_update().get(pk=photo.pk)
        known = list(photo.faces.all())
        for face in seen:
            _note(photo, detector, face, _face_at(photo, face.box, known, cut))
        group_duplicates(photo, known)
        if known:
            settle(candidate, state=Candidate.State.DONE, detail="", finished_at=timezone.now())
    if not known:
        raise _nothing(seen)


def _nothing(seen: Sequence[DetectedFace]) -> Refused:
    if seen:
        sides = ", ".join(str(min(face.box.w, face.box.h)) for face in seen)
        return Refused(TOO_SMALL, f"Faces of {sides} pixels; {settings.MIN_FACE_PIXELS} are needed.")
    return Refused("no_face", "The detector found no face.")


def _is_large(box: Box) -> bool:
    return min(box.w, box.h) >= settings.MIN_FACE_PIXELS


def _cut(data: bytes, photo: Photo, boxes: list[Box], seen: int) -> list[CutFace]:
    """Crops for the boxes where no face is known yet; the full picture is decoded only for these."""
    known = list(photo.faces.all())
    new = [box for box in boxes if _at(box, known) is None]
    if not new:
        return []
    image = pictures.full(data, limits())
    faces = []
    for box in new:
        cutout = crop(image, box)
        quality = {"sharpness": round(sharpness(cutout.image), 2), "box": min(box.w, box.h), "faces": seen}
        sha256 = store.put("crops", encode(cutout.image))
        faces.append(CutFace(box, sha256, cutout.image.width, quality, perceptual_hash(cutout.image)))
    return faces


def _face_at(photo: Photo, box: Box, known: list[Face], cut: list[CutFace]) -> Face | None:
    """The face at this place, made when there is none and the box is large enough; `known` grows with it."""
    face = _at(box, known)
    if face is not None:
        return face
    fresh = next((piece for piece in cut if piece.box == box), None)
    if fresh is None:
        return None
    face = Face.objects.create(
        photo=photo,
        **_corners(box),
        crop_sha256=fresh.crop_sha256,
        crop_side=fresh.side,
        quality=fresh.quality,
        phash=fresh.phash,
    )
    known.append(face)
    return face


def _at(box: Box, faces: Sequence[Face]) -> Face | None:
    nearest = max(faces, key=lambda face: iou(box, box_of(face)), default=None)
    return nearest if nearest is not None and iou(box, box_of(nearest)) >= SAME_PLACE else None


def box_of(face: Face) -> Box:
    return Box(face.x, face.y, face.width, face.height)


def _corners(box: Box) -> dict[str, int]:
    return {"x": box.x, "y": box.y, "width": box.w, "height": box.h}


def _note(photo: Photo, detector: Detector, seen: DetectedFace, face: Face | None) -> None:
    Detection.objects.get_or_create(
        photo=photo,
        detector=detector.name,
        version=detector.version,
        **_corners(seen.box),
        defaults={
            "face": face,
            "parameters": dict(detector.parameters),
            "score": seen.score,
            "refusal": "" if face else TOO_SMALL,
        },
    )
