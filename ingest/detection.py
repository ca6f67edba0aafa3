"""The faces of a photo: what the detectors saw is noted, and every new place of use becomes a face with its crop."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image

from ingest import pictures, quality, store
from ingest.barrier import nothing_is_erased
from ingest.boxes import Box, iou
from ingest.crops import crop, encode
from ingest.detect import Sighting, sightings
from ingest.detectors import get_detector
from ingest.duplicates import group_duplicates
from ingest.fetching import PREVIEW_PIXELS, check_entry, limits
from ingest.hashes import perceptual_hash
from ingest.models import Candidate, Detection, Face, Photo
from ingest.pending import Refused, settle
from ingest.reasons import FACELESS, GROUP_PHOTO, NO_FACE

SAME_PLACE = 0.5  # IoU from which two boxes are one face


@dataclass(frozen=True)
class CutFace:
    """What became of a box where no face was known: a crop that lies in the store already, or a refusal."""

    box: Box
    quality: quality.Quality
    refusal: str = ""
    crop_sha256: str = ""
    side: int = 0
    phash: int | None = None


@dataclass(frozen=True)
class Look:
    """What the detectors saw in a photo, the largest first, and what was cut out of it."""

    seen: tuple[Sighting, ...]
    cut: tuple[CutFace, ...] = ()

    @property
    def is_group(self) -> bool:
        return len(self.seen) > settings.MAX_FACES


def detect(candidate: Candidate) -> None:
    """Raises Refused or PictureRefused."""
    with nothing_is_erased():
        check_entry(candidate)
        photo = Photo.objects.get(candidates=candidate)  # a fetched candidate has one: a constraint
        look = look_at(photo)
        with transaction.atomic():
            if known := note(photo, look):
                settle(candidate, state=Candidate.State.DONE, detail="", finished_at=timezone.now())
    if not known:
        raise _nothing(look)


def redetect(photo: Photo) -> int:
    """Today's detectors on a photo from before: faces stay, new ones are added; says how many."""
    with nothing_is_erased():
        look = look_at(photo)
        _hash_what_has_none(photo)
        with transaction.atomic():
            before = photo.faces.count()
            if known := note(photo, look):
                _readmit(photo)
            return len(known) - before


def look_at(photo: Photo) -> Look:
    """Reads, decodes, detects and cuts: all that is slow, before a row is locked."""
    data = store.read(photo.file)
    look = Look(sightings(data, [get_detector(name) for name in settings.DETECTORS], limits()))
    return look if look.is_group else Look(look.seen, _cut(data, look.seen, list(photo.faces.all())))


def new_faces(look: Look) -> int:
    """How many faces noting this look would add."""
    return sum(not piece.refusal for piece in look.cut)


def note(photo: Photo, look: Look) -> list[Face]:
    """Writes the look down, inside a transaction; the photo's faces, old and new."""
    # Two candidates may share the photo: the second waits here, and then finds the faces of the first.
    Photo.objects.select_for_update().get(pk=photo.pk)
    known = list(photo.faces.all())
    for sighting in look.seen:
        _note(photo, sighting, _face_at(photo, sighting.face.box, known, look), look)
    group_duplicates(photo, known)
    return known


def thresholds() -> quality.Thresholds:
    return quality.Thresholds(
        least_box=settings.MIN_FACE_PIXELS,
        least_sharpness=settings.MIN_SHARPNESS,
        small_box=settings.SMALL_FACE_PIXELS,
        low_sharpness=settings.LOW_SHARPNESS,
        clipped=settings.MAX_CLIPPED,
    )


def box_of(face: Face) -> Box:
    return Box(face.x, face.y, face.width, face.height)


def _nothing(look: Look) -> Refused:
    """The largest face is what the photo was taken of: its refusal is the photo's."""
    if look.is_group:
        return Refused(GROUP_PHOTO, f"{len(look.seen)} faces; more than {settings.MAX_FACES} are a group photo.")
    if not look.cut:
        return Refused(NO_FACE, "The detector found no face.")
    first = look.cut[0]
    if first.refusal == quality.TOO_SMALL:
        sides = ", ".join(str(face.quality.box) for face in look.cut)
        return Refused(first.refusal, f"Faces of {sides} pixels; {settings.MIN_FACE_PIXELS} are needed.")
    words = f"A sharpness of {first.quality.sharpness}; {settings.MIN_SHARPNESS} is needed."
    return Refused(first.refusal, words)


def _cut(data: bytes, seen: Sequence[Sighting], known: Sequence[Face]) -> tuple[CutFace, ...]:
    """The boxes where no face is known yet; the full picture is decoded only for these."""
    new = [sighting for sighting in seen if _at(sighting.face.box, known) is None]
    if not new:
        return ()
    image = pictures.full(data, limits())
    return tuple(_cut_out(image, sighting, len(seen)) for sighting in new)


def _cut_out(image: Image.Image, sighting: Sighting, faces: int) -> CutFace:
    box = sighting.face.box
    cutout = crop(image, box)
    measured = quality.measure(cutout, box, eyes=sighting.face.eyes, faces=faces)
    refusal = quality.refusal(measured, thresholds())
    if refusal:
        return CutFace(box, measured, refusal)
    sha256 = store.put("crops", encode(cutout.image))
    return CutFace(box, measured, "", sha256, cutout.image.width, perceptual_hash(cutout.image))


def _face_at(photo: Photo, box: Box, known: list[Face], look: Look) -> Face | None:
    """The face at this place, made when there is none and the box has quality; `known` grows with it."""
    face = _at(box, known)
    fresh = _fresh(box, look)
    if face is None and fresh is not None and not fresh.refusal:
        face = _create(photo, fresh)
        known.append(face)
    return face


def _create(photo: Photo, fresh: CutFace) -> Face:
    return Face.objects.create(
        photo=photo,
        **_corners(fresh.box),
        crop_sha256=fresh.crop_sha256,
        crop_side=fresh.side,
        quality=fresh.quality.as_json(),
        concerns=quality.concerns(fresh.quality, thresholds()),
        phash=fresh.phash,
    )


def _at(box: Box, faces: Sequence[Face]) -> Face | None:
    nearest = max(faces, key=lambda face: iou(box, box_of(face)), default=None)
    return nearest if nearest is not None and iou(box, box_of(nearest)) >= SAME_PLACE else None


def _fresh(box: Box, look: Look) -> CutFace | None:
    return next((piece for piece in look.cut if piece.box == box), None)


def _corners(box: Box) -> dict[str, int]:
    return {"x": box.x, "y": box.y, "width": box.w, "height": box.h}


def _note(photo: Photo, sighting: Sighting, face: Face | None, look: Look) -> None:
    detector, seen = sighting.detector, sighting.face
    Detection.objects.get_or_create(
        photo=photo,
        detector=detector.name,
        version=detector.version,
        **_corners(seen.box),
        defaults={
            "face": face,
            "parameters": dict(detector.parameters),
            "score": seen.score,
            "refusal": "" if face else _refusal(seen.box, look),
        },
    )


def _refusal(box: Box, look: Look) -> str:
    fresh = _fresh(box, look)
    return fresh.refusal if fresh else GROUP_PHOTO


def _hash_what_has_none(photo: Photo) -> None:
    """Photos and crops from before there were hashes, and what is too even to have one."""
    if photo.phash is None:
        reduced = pictures.reduced(store.read(photo.file), PREVIEW_PIXELS, limits())
        photo.phash = perceptual_hash(Image.fromarray(reduced.rgb))
        photo.save(update_fields=["phash"])
    for face in photo.faces.filter(phash=None):
        with Image.open(io.BytesIO(store.read(store.name_of("crops", face.crop_sha256)))) as cutout:
            face.phash = perceptual_hash(cutout)
        face.save(update_fields=["phash"])


def _readmit(photo: Photo) -> None:
    """Candidates that were refused because the photo showed no face are done now that it does."""
    refused = Candidate.objects.filter(photo=photo, state=Candidate.State.REFUSED, refusal__in=FACELESS)
    readmitted = [one.pk for one in refused.select_related("identity") if _may_enter(one)]
    refused.filter(pk__in=readmitted).update(
        state=Candidate.State.DONE, refusal="", detail="", finished_at=timezone.now()
    )


def _may_enter(candidate: Candidate) -> bool:
    """The person may have been retired since it was refused, or something of it erased."""
    try:
        check_entry(candidate)
    except Refused:
        return False
    return True
