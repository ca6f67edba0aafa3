"""A candidate's bytes: fetched or read, checked, and kept as a photo with its preview."""

from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from PIL import Image

from ingest import pictures, store
from ingest.access import guarded_session
from ingest.barrier import nothing_is_erased
from ingest.crops import MAX_PREVIEW_SIDE, preview
from ingest.discovery import clean
from ingest.hashes import perceptual_hash
from ingest.licence_check import check_file, check_photo, outcome
from ingest.licences import Conclusion, embedded
from ingest.models import Candidate, Identity, Photo
from ingest.network import IMAGE_TYPES
from ingest.pending import Refused, settle
from ingest.tombstones import check_addresses, check_bytes, check_identity, check_phash

State = Candidate.State
KEPT = (State.FETCHED, State.DONE, State.HELD)
PREVIEW_PIXELS = MAX_PREVIEW_SIDE * MAX_PREVIEW_SIDE


def limits() -> pictures.Limits:
    return pictures.Limits(max_bytes=settings.MAX_DOWNLOAD_BYTES, max_pixels=settings.MAX_PICTURE_PIXELS)


def fetch(candidate: Candidate) -> None:
    """Raises Refused, FetchRefused, FetchFailed or PictureRefused."""
    data = _read_file(candidate) if candidate.source == "folder" else _download(candidate)
    with nothing_is_erased():
        _enter(candidate, data)


def _enter(candidate: Candidate, data: bytes) -> None:
    """What was erased during the download must not enter any more."""
    check_identity(candidate.identity)
    check_addresses(candidate)
    check_bytes(store.digest(data))
    photo = _keep(data)
    found = embedded(pictures.metadata(data, limits()))
    said_by_file = check_file(candidate, found, photo.sha256)
    _attach(candidate, photo, said_by_file, clean(found.creator))


@transaction.atomic
def _attach(candidate: Candidate, photo: Photo, said_by_file: Conclusion, creator: str) -> None:
    """The photo becomes the candidate's, unless there is a reason against it."""
    # Two candidates of one identity may bring the same bytes at once: one waits here for the other. The photo first,
    # as whoever merges two identities locks it.
    Photo.objects.select_for_update().get(pk=photo.pk)
    # One identity's candidates are counted one after the other, and see who was retired meanwhile.
    identity = Identity.objects.select_for_update(no_key=True).get(pk=candidate.identity_id)
    check_approved(identity)
    check_room(identity)
    conclusion = check_photo(candidate, photo, said_by_file)
    if conclusion.outcome != "held" and _is_repeated(candidate, photo):
        raise Refused("exact_duplicate", "The same file was found for this person before.", photo)
    settle(candidate, photo=photo, creator=candidate.creator or creator, **outcome(conclusion, State.FETCHED))


def check_approved(identity: Identity) -> None:
    if identity.state != Identity.State.APPROVED:
        raise Refused("identity_not_approved", f"{identity} is {identity.get_state_display()}, no longer approved.")


def check_entry(candidate: Candidate) -> None:
    """May the person, the addresses and the bytes still be taken? They may have been erased since the last step."""
    check_approved(candidate.identity)
    check_identity(candidate.identity)
    check_addresses(candidate)
    if candidate.photo is not None:
        check_bytes(candidate.photo.sha256)
        check_phash(candidate.photo.phash, settings.PHOTO_HASH_BITS)


def check_room(identity: Identity) -> None:
    """Has it as many photos as it may have, over all jobs?"""
    kept = Candidate.objects.filter(identity=identity, state__in=KEPT, photo__isnull=False)
    if kept.count() >= settings.MAX_PHOTOS:
        raise Refused("cap_reached", f"{identity} has {settings.MAX_PHOTOS} photos, and more are not wanted.")


def _is_repeated(candidate: Candidate, photo: Photo) -> bool:
    others = Candidate.objects.filter(identity=candidate.identity, photo=photo).exclude(pk=candidate.pk)
    return others.exclude(state=Candidate.State.FAILED).exists()


def _download(candidate: Candidate) -> bytes:
    return guarded_session().fetch(candidate.image_url, accept=IMAGE_TYPES).body


def _read_file(candidate: Candidate) -> bytes:
    root = Path(candidate.job.parameters["root"]).resolve()
    path = Path(unquote(urlsplit(candidate.image_url).path))
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root) or not real.is_file():
            raise Refused("outside_folder", f"{path.name} leads out of the job's folder.")
        if real.stat().st_size > settings.MAX_DOWNLOAD_BYTES:
            raise Refused("too_large", f"{path.name} is larger than {settings.MAX_DOWNLOAD_BYTES:,} bytes.")
        return real.read_bytes()
    except OSError as error:
        raise Refused("file_missing", f"{path.name} cannot be read: {error.strerror}.") from error


def _keep(data: bytes) -> Photo:
    """The photo of these bytes. The files are written before the row: a row never lacks its file.

    Raises Refused, before anything is kept, for what looks like an erased picture.
    """
    sha256 = store.digest(data)
    known = Photo.objects.filter(sha256=sha256).first()
    if known is not None:
        check_phash(known.phash, settings.PHOTO_HASH_BITS)
        return known
    reduced = pictures.reduced(data, PREVIEW_PIXELS, limits())
    info, image = reduced.info, Image.fromarray(reduced.rgb)
    phash = perceptual_hash(image)
    check_phash(phash, settings.PHOTO_HASH_BITS)
    suffix = store.suffix_of(info.mime)
    preview_sha256 = store.put("previews", preview(image))
    store.put("photos", data, suffix)
    photo, _ = Photo.objects.get_or_create(
        sha256=sha256,
        defaults={
            "file": store.name_of("photos", sha256, suffix),
            "size": len(data),
            "mime": info.mime,
            "width": info.width,
            "height": info.height,
            "preview_sha256": preview_sha256,
            "phash": phash,
            "taken_at": info.taken_at and info.taken_at.replace(tzinfo=UTC),  # cameras name no zone
        },
    )
    return photo
