"""Tombstones of what an erasure takes: hashes alone, so that it is known again.

None can be read, but whoever has the database can test a guess: that of a name says whether a known name was erased
(docs/erasure.md).
"""

from collections.abc import Iterable

from curation.erasure.reach import Reach
from curation.erasure.subjects import Called
from ingest.addresses import url_key
from ingest.models import Candidate, Erasure, Face, Photo, Tombstone
from ingest.tombstones import mark

Kind = Tombstone.Kind
BITS = 2**64


def lay(erasure: Erasure, known: Called, found: Reach) -> int:
    """Those that do not stand yet; how many. Harmless when done twice."""
    photos = Photo.objects.filter(pk__in=found.of(Photo) | found.shells)
    stones = {(Kind.IDENTITY, mark(name)) for name in known.all}
    for sha256, phash in photos.values_list("sha256", "phash"):
        stones.add((Kind.SHA256, sha256))
        if phash is not None:
            stones.add((Kind.PHASH, f"{phash % BITS:016x}"))
    crops = Face.objects.filter(pk__in=found.of(Face)).values_list("crop_sha256", flat=True)
    stones |= {(Kind.SHA256, sha256) for sha256 in crops}
    stones |= {(Kind.URL, key) for key in _addresses(found)}
    reason = f"erasure {erasure.pk}"
    rows = [Tombstone(kind=kind, value=value, reason=reason) for kind, value in sorted(stones)]
    return len(Tombstone.objects.bulk_create(rows, ignore_conflicts=True))


def _addresses(found: Reach) -> set[str]:
    """Of the pictures; of their pages where no other picture that stays was found there."""
    gone = Candidate.objects.filter(pk__in=found.of(Candidate) | set(found.moved))
    shared = Candidate.objects.filter(photo__in=found.shells)
    keys = set(gone.values_list("url_key", flat=True)) | set(shared.values_list("url_key", flat=True))
    return keys | {url_key(page) for page in own_pages(found)}


def own_pages(found: Reach) -> set[str]:
    pages = _pages(Candidate.objects.filter(pk__in=found.of(Candidate)).values_list("page_url", flat=True))
    staying = Candidate.objects.filter(page_url__in=pages).exclude(pk__in=found.of(Candidate))
    return pages - _pages(staying.values_list("page_url", flat=True))


def _pages(urls: Iterable[str]) -> set[str]:
    return {url for url in urls if url}
