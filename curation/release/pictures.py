"""Whether a picture may be in a release: whole, and nothing but a picture."""

from curation.release.jpeg import foreign_segments
from ingest.pictures import PictureRefused, full

BROKEN, CARRIES_MORE = "crop_broken", "crop_metadata"


def picture_trouble(data: bytes) -> tuple[str, str] | None:
    """(code, text) for a JPEG that cannot be decoded or carries anything besides its pixels."""
    try:
        more = foreign_segments(data)
        full(data)
    except (PictureRefused, ValueError) as error:
        return BROKEN, f"cannot be decoded: {error}"
    return (CARRIES_MORE, f"carries {', '.join(more)}") if more else None
