"""What became different between two frozen releases, told from their rows."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from curation.models import Release, RevokedImage, Withdrawal
from curation.release import diff, rows
from curation.release.changes import Changes


def compare(before: Release, after: Release) -> Changes:
    return _compare(before, columns_of(after.pk))


def since(parent: Release | None, number: int) -> Changes:
    """Of a release that is being frozen, whose rows are there already."""
    found = columns_of(number)
    return _compare(parent, found) if parent else diff.first(found)


def _compare(before: Release, after: Iterable[diff.Row]) -> Changes:
    """The rows of erased images are gone from the earlier release: that it held them is known by their hashes."""
    found = diff.compare(
        columns_of(before.pk),
        after,
        parent_version=before.version,
        parent_digest=before.digest,
    )
    held = RevokedImage.objects.filter(releases__contains=[before.version])
    erased = sorted(held.values_list("image_id", flat=True))
    counts = replace(found.counts, images_before=found.counts.images_before + len(erased))
    removed, withdrawn = sorted([*found.removed, *erased]), Withdrawal.objects.filter(release=before).exists()
    return replace(found, removed=removed, erased=erased, counts=counts, parent_withdrawn=withdrawn)


def columns_of(release: int) -> Iterator[dict[str, str]]:
    images: Iterable[dict[str, dict[str, str]]] = (image.record for image in rows.images(release))
    return (record["columns"] for record in images)
