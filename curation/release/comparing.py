"""What became different between two frozen releases, told from their rows."""

import heapq
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from curation.models import Release
from curation.release import diff, rows
from curation.release.changes import Changes
from curation.release.revoked import erased_from


def compare(before: Release, after: Release, revoked: Collection[str] = ()) -> Changes:
    return _compare(before, _as_it_was(after), revoked)


def since(parent: Release | None, number: int, revoked: Collection[str] = ()) -> Changes:
    """Of a release that is being frozen, whose rows are there already."""
    found = columns_of(number)
    if parent is None:
        return diff.first(found)
    return _compare(parent, found, revoked)


def _compare(before: Release, after: Iterable[diff.Row], revoked: Collection[str]) -> Changes:
    erased = {row["sha256"] for row in erased_from(before)}
    return diff.compare(
        _as_it_was(before),
        after,
        parent_version=before.version,
        parent_digest=before.digest,
        revoked={*revoked, *erased},
    )


def _as_it_was(release: Release) -> Iterator[dict[str, str]]:
    """With the images that were erased since: their ids alone are left."""
    return heapq.merge(columns_of(release.pk), erased_from(release), key=itemgetter("id"))


def columns_of(release: int) -> Iterator[dict[str, str]]:
    images: Iterable[dict[str, dict[str, str]]] = (image.record for image in rows.images(release))
    return (record["columns"] for record in images)
