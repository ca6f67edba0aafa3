"""Releases that held what is erased are withdrawn; their erased images are revoked in all copies."""

from collections import defaultdict
from typing import Any

from django.utils import timezone

from curation.erasure.reach import Reach
from curation.erasure.traces import Traces
from curation.models import Release, ReleaseFace, RevokedImage, Withdrawal
from curation.release.naming import image_id
from ingest.models import Erasure

TEXTS = [one.attname for one in Release._meta.concrete_fields if one.get_internal_type() in ("JSONField", "TextField")]


def withdraw(erasure: Erasure, found: Reach, traces: Traces) -> int:
    """Before the rows go. Also a release that only names the person: without the name its bytes are others."""
    held = ReleaseFace.objects.filter(pk__in=found.of(ReleaseFace)).values_list("release", flat=True)
    releases = set(held) | {one.pk for one in Release.objects.iterator(chunk_size=1) if _names(one, traces)}
    rows = [Withdrawal(release_id=pk, erasure=erasure) for pk in sorted(releases)]
    return len(Withdrawal.objects.bulk_create(rows, ignore_conflicts=True))


def _names(release: Release, traces: Traces) -> bool:
    return any(_told(getattr(release, name), traces) for name in TEXTS)


def _told(value: Any, traces: Traces) -> bool:
    if isinstance(value, dict):
        return any(traces.names(str(key)) or _told(item, traces) for key, item in value.items())
    if isinstance(value, list):
        return any(_told(item, traces) for item in value)
    return isinstance(value, str) and traces.names(value)


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
