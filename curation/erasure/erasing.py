"""An erasure from its order to its end; killed anywhere, whoever resumes it goes on.

Its steps: the order with the tombstones; everything out of the database, in one transaction; then the files, from the
list on the order's row; then the figures that are kept of what went.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from curation import pairs, scratch, slow_figures
from curation.erasure import files, stones
from curation.erasure.forgetting import forget, marks_of
from curation.erasure.reach import Reach, reach
from curation.erasure.scrubbing import rewritten
from curation.erasure.subjects import Subject, called, check_reason, ordered, traces_of
from curation.erasure.withdrawing import holding
from curation.models import Figure, Release
from curation.vote_snapshots import FILE as VOTES
from ingest.duplicates import near_photos
from ingest.models import Erasure, Photo

TRIES = 5  # others may lock rows in another order; then the database picks one of two to try again

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Outlook:
    """What an erasure would do: rows by kind, versions of releases; photos that look the same and would stay."""

    found: Reach
    releases: tuple[str, ...]
    alike: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        return self.found.counts()


def look(subject: Subject) -> Outlook:
    found = reach(subject)
    releases = holding(found) | rewritten(traces_of(called(subject), marks_of(found)))
    withdrawn = Release.objects.filter(pk__in=releases, withdrawal=None).order_by("pk")
    return Outlook(found, tuple(withdrawn.values_list("version", flat=True)), _alike(found))


def _alike(found: Reach) -> tuple[str, ...]:
    gone = found.of(Photo)
    hashes = Photo.objects.filter(pk__in=gone).values_list("phash", flat=True)
    near = {pk for phash in hashes for pk in near_photos(phash, settings.PHOTO_HASH_BITS)} - gone - found.shells
    return tuple(Photo.objects.filter(pk__in=near).order_by("pk").values_list("sha256", flat=True))


@transaction.atomic
def order(subject: Subject, *, reason: str, asked_by: User | None = None) -> Erasure:
    """From now on nothing of it may enter. The order that is under way already, where there is one."""
    check_reason(subject, reason)
    known = Erasure.objects.filter(kind=subject.kind, subject=subject.pk, finished_at=None).first()
    if known is not None:
        return known
    made = Erasure.objects.create(kind=subject.kind, subject=subject.pk, reason=reason.strip(), asked_by=asked_by)
    stones.lay(made, called(subject), reach(subject))
    return made


def unfinished() -> list[Erasure]:
    return list(Erasure.objects.filter(finished_at=None).order_by("pk"))


def go_on(erasure: Erasure, progress: Progress) -> None:
    """To its end, from wherever it is."""
    if erasure.forgotten_at is None:
        _forget(erasure, progress)
    erasure.refresh_from_db()
    files.clear(erasure, progress)
    files.sweep(progress)
    _count_anew()
    Erasure.objects.filter(pk=erasure.pk, finished_at=None).update(finished_at=timezone.now())
    erasure.refresh_from_db()


def _forget(erasure: Erasure, progress: Progress) -> None:
    """Of what another erasure took meanwhile nothing is left but tombstones, which stand."""
    for left in reversed(range(TRIES)):
        subject = ordered(erasure.kind, erasure.subject)
        if subject is None:
            Erasure.objects.filter(pk=erasure.pk, forgotten_at=None).update(forgotten_at=timezone.now())
            return
        try:
            return forget(erasure, subject, progress)
        except OperationalError as error:
            if not left or not isinstance(error.__cause__, DeadlockDetected):
                raise


def _count_anew() -> None:
    """Caches of what went: each is made by one function, from what there is."""
    pairs.recount()
    scratch.path_of(VOTES).unlink(missing_ok=True)
    if Figure.objects.exists():
        slow_figures.count()


def sweep() -> int:
    """Files that no row refers to; how many went."""
    return files.sweep(lambda _n: None)
