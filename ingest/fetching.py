"""A candidate's bytes: fetched or read, checked, and kept as a photo with its preview."""

from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from PIL import Image

from ingest import pictures, store
from ingest.access import check_contact, guarded_session
from ingest.crops import MAX_PREVIEW_SIDE, preview
from ingest.discovery import clean
from ingest.identities import is_tombstoned
from ingest.licence_check import check_file, check_photo, check_tombstone_of_url, outcome
from ingest.licences import embedded
from ingest.models import Candidate, Photo, Tombstone
from ingest.network import IMAGE_TYPES
from ingest.pending import Refused, settle

State = Candidate.State
PREVIEW_PIXELS = MAX_PREVIEW_SIDE * MAX_PREVIEW_SIDE


def limits() -> pictures.Limits:
    return pictures.Limits(max_bytes=settings.MAX_DOWNLOAD_BYTES, max_pixels=settings.MAX_PICTURE_PIXELS)


def fetch(candidate: Candidate) -> None:
    """Raises Refused, FetchRefused, FetchFailed or PictureRefused."""
    check_tombstone_of_url(candidate)
    if is_tombstoned(candidate.identity):
        raise Refused("erased", f"{candidate.identity} was erased and must not enter again.")
    data = _read_file(candidate) if candidate.source == "folder" else _download(candidate)
    if Tombstone.objects.filter(kind=Tombstone.Kind.SHA256, value=store.digest(data)).exists():
        raise Refused("erased", "This picture has been erased and must not enter again.")
    photo = _keep(data)
    found = embedded(pictures.metadata(data, limits()))
    said_by_file = check_file(candidate, found, photo.sha256)
    with transaction.atomic():
        # Two candidates may bring the same bytes at once: one waits here for the other.
        Photo.objects.select_for_update().get(pk=photo.pk)
        conclusion = check_photo(candidate, photo, said_by_file)
        if conclusion.outcome != "held" and _is_repeated(candidate, photo):
            raise Refused("exact_duplicate", "The same file was found for this person before.", photo)
        creator = candidate.creator or clean(found.creator)
        settle(candidate, photo=photo, creator=creator, **outcome(conclusion, State.FETCHED))


def _is_repeated(candidate: Candidate, photo: Photo) -> bool:
    others = Candidate.objects.filter(identity=candidate.identity, photo=photo).exclude(pk=candidate.pk)
    return others.exclude(state=Candidate.State.FAILED).exists()


def _download(candidate: Candidate) -> bytes:
    check_contact(candidate.image_url)
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
    """The photo of these bytes. The files are written before the row: a row never lacks its file."""
    sha256 = store.digest(data)
    known = Photo.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    reduced = pictures.reduced(data, PREVIEW_PIXELS, limits())
    info = reduced.info
    suffix = store.suffix_of(info.mime)
    preview_sha256 = store.put("previews", preview(Image.fromarray(reduced.rgb)))
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
            "taken_at": info.taken_at and info.taken_at.replace(tzinfo=UTC),  # cameras name no zone
        },
    )
    return photo
