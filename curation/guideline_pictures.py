"""Pictures in a guideline: decoded with care, written anew without metadata, kept under their hash."""

from PIL import Image

from ingest import pictures, store
from ingest.crops import preview
from ingest.sentences import Sentence

MIMES = ("image/jpeg", "image/png", "image/webp")
LIMITS = pictures.Limits(max_bytes=15_000_000, max_pixels=60_000_000, max_seconds=10.0)
MAX_SIDE = 960


def keep(data: bytes) -> str:
    """The sha256 under which the picture lies. PictureRefused, in a sentence, for what is none."""
    if pictures.inspect(data, LIMITS).mime not in MIMES:
        raise pictures.PictureRefused("unsupported_format", Sentence("Take a JPEG, PNG or WebP picture."))
    image = Image.fromarray(pictures.reduced(data, 2 * MAX_SIDE * MAX_SIDE, LIMITS).rgb)
    return store.put("guidelines", preview(image, MAX_SIDE))


def is_kept(sha256: str) -> bool:
    return store.has(store.name_of("guidelines", sha256))
