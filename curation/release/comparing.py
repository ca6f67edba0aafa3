"""What became different between two frozen releases, told from their rows."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models.fields.json import KeyTextTransform

from curation.models import Release, RevokedImage, Withdrawal
from curation.release import diff, rows
from curation.release.changes import Changes, Counts

RECORD = "release.json"


def compare(before: Release, after: Release) -> Changes:
    return _compare(before, after.pk, after)


def since(parent: Release | None, number: int) -> Changes:
    """Of a release that is being frozen, whose rows are there already."""
    return _compare(parent, number, None) if parent else diff.first(columns_of(number))


def _compare(before: Release, number: int, after: Release | None) -> Changes:
    """The rows of erased images are gone from a release: that it held them is known by their hashes."""
    found = diff.compare(
        columns_of(before.pk), columns_of(number), parent_version=before.version, parent_digest=before.digest
    )
    old, new = _gone(before, found.counts.people_before), _gone(after, found.counts.people_after)
    return replace(
        found,
        added=sorted([*found.added, *(new.images - old.images)]),
        removed=sorted([*found.removed, *(old.images - new.images)]),
        erased=sorted(old.images - new.images),
        counts=_counts(found.counts, old, new),
        parent_withdrawn=Withdrawal.objects.filter(release=before).exists(),
    )


@dataclass(frozen=True)
class _Gone:
    """Ids of the images that an erasure took out of a release, and how many people it has no row of any more."""

    images: frozenset[str] = frozenset()
    people: int = 0


def _gone(release: Release | None, people: int) -> _Gone:
    """`people` have a row still; the release's own record says how many there were."""
    held = RevokedImage.objects.filter(releases__contains=[release.version]) if release else RevokedImage.objects.none()
    images = frozenset(held.values_list("image_id", flat=True))
    if release is None or not images:
        return _Gone()
    told = Release.objects.filter(pk=release.pk).values_list(KeyTextTransform(RECORD, "papers"), flat=True).get()
    known: int = json.loads(told or "{}").get("people", people)
    return _Gone(images, max(known - people, 0))


def _counts(found: Counts, old: _Gone, new: _Gone) -> Counts:
    """With those who are gone; nobody knows any more who they were, so whoever both lack counts as the same."""
    return replace(
        found,
        images_before=found.images_before + len(old.images),
        images_after=found.images_after + len(new.images),
        people_before=found.people_before + old.people,
        people_after=found.people_after + new.people,
        people_came=found.people_came + max(new.people - old.people, 0),
        people_left=found.people_left + max(old.people - new.people, 0),
    )


def columns_of(release: int) -> Iterator[dict[str, str]]:
    images: Iterable[dict[str, dict[str, str]]] = (image.record for image in rows.images(release))
    return (record["columns"] for record in images)
