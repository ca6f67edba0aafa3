"""Releases that held what is erased are withdrawn; their erased images are revoked in all copies."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from curation.erasure.reach import Reach
from curation.models import ReleaseFace, RevokedImage, Withdrawal
from curation.release.naming import image_id
from ingest.models import Erasure


def holding(found: Reach) -> set[int]:
    """Releases with a face that goes."""
    return set(ReleaseFace.objects.filter(pk__in=found.of(ReleaseFace)).values_list("release", flat=True))


def withdraw(erasure: Erasure, releases: Collection[int]) -> int:
    """Those that held a face, and those that only named the person: without the name their bytes are others. How many
    were not withdrawn before."""
    before = Withdrawal.objects.filter(release__in=releases).values_list("release", flat=True)
    rows = [Withdrawal(release_id=pk, erasure=erasure) for pk in sorted(set(releases) - set(before))]
    return len(Withdrawal.objects.bulk_create(rows))


def revoke(erasure: Erasure, found: Reach) -> int:
    """Once for each image; those of an earlier erasure stay as they are."""
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    faces = ReleaseFace.objects.filter(pk__in=found.of(ReleaseFace)).order_by("release_id")
    for sha256, name, version in faces.values_list("crop_sha256", "image_id", "release__version"):
        held[sha256, name or image_id(sha256)].append(version)
    today = timezone.localdate()
    rows = [
        RevokedImage(erasure=erasure, crop_sha256=sha256, image_id=name, releases=versions, revoked_on=today)
        for (sha256, name), versions in sorted(held.items())
    ]
    RevokedImage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
