"""What became different between two frozen releases, told from their rows."""

from collections.abc import Collection, Iterable, Iterator

from curation.models import Release
from curation.release import diff, rows
from curation.release.changes import Changes


def compare(before: Release, after: Release, revoked: Collection[str] = ()) -> Changes:
    return _compare(before, columns_of(after.pk), revoked)


def since(parent: Release | None, number: int, revoked: Collection[str] = ()) -> Changes:
    """Of a release that is being frozen, whose rows are there already."""
    found = columns_of(number)
    if parent is None:
        return diff.first(found)
    return _compare(parent, found, revoked)


def _compare(before: Release, after: Iterable[diff.Row], revoked: Collection[str]) -> Changes:
    return diff.compare(
        columns_of(before.pk),
        after,
        parent_version=before.version,
        parent_digest=before.digest,
        revoked=revoked,
    )


def columns_of(release: int) -> Iterator[dict[str, str]]:
    images: Iterable[dict[str, dict[str, str]]] = (image.record for image in rows.images(release))
    return (record["columns"] for record in images)
