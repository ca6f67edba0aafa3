"""Orders to freeze, carried out by a worker: the truth is the row, progress and the end of it stand there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Freezing, Release
from curation.release import selection
from curation.release.errors import ReleaseRefused
from curation.release.freezing import examine, freeze
from curation.release.gates import Blocked
from curation.release.orders import Order, order
from curation.release.selection import Finding

LEASE = timedelta(minutes=10)  # without a sign of life; reading a batch takes seconds, hashing a large file minutes
MOST_ATTEMPTS = 3
ALIVE = "UPDATE curation_freezing SET read = read + %s, claimed_until = %s WHERE id = %s AND state = 'running'"
State = Freezing.State


class Cancelled(Exception):
    """Somebody cancelled the order while it was carried out."""


def place(wanted: Order, *, by: User, looks_only: bool = False) -> Freezing:
    """ReleaseRefused where the version is frozen, or being frozen, already."""
    if Release.objects.filter(version=wanted.version).exists():
        raise ReleaseRefused(_("Release %s is frozen already: choose another version.") % wanted.version)
    try:
        with transaction.atomic():
            return Freezing.objects.create(
                version=wanted.version,
                selection=wanted.selection,
                tasks=list(wanted.tasks),
                formats=list(wanted.formats),
                accept=sorted(wanted.accept),
                looks_only=looks_only,
                faces=selection.triage(wanted).ready,
                ordered_by=by,
            )
    except IntegrityError:
        raise ReleaseRefused(_("An order for release %s is under way already.") % wanted.version) from None


def cancel(pk: int) -> bool:
    return bool(_live(pk).update(state=State.CANCELLED, finished_at=timezone.now(), claimed_until=None))


def waiting() -> list[int]:
    """What nobody works on: new orders, and those whose worker gave no sign of life."""
    return list(_free(Freezing.objects.filter(state__in=Freezing.LIVE)).order_by("id").values_list("pk", flat=True))


def carry_out(pk: int) -> None:
    """Once for whoever takes the row; a freeze that is asked for twice is the same release."""
    row = _take(pk)
    if row is None:
        return
    if row.attempts > MOST_ATTEMPTS:
        _finish(row, State.FAILED, error=_("It was begun three times and never came to an end. See the worker's log."))
        return
    with _watch(row) as progress:
        try:
            _carry_out(row, progress)
        except Blocked as blocked:
            _finish(row, State.REFUSED, findings=_told(blocked.findings))
        except ReleaseRefused as refusal:
            _finish(row, State.REFUSED, error=str(refusal))
        except Cancelled:
            return


def _carry_out(row: Freezing, progress: Any) -> None:
    wanted = order(row.version, selection=row.selection, tasks=row.tasks, formats=row.formats, accept=row.accept)
    if row.looks_only:
        findings = examine(wanted, progress)
        blocks = any(found.blocks for found in findings)
        _finish(row, State.REFUSED if blocks else State.DONE, findings=_told(findings))
    else:
        _finish(row, State.DONE, release=freeze(wanted, by=row.ordered_by, progress=progress))


def _take(pk: int) -> Freezing | None:
    until = timezone.now() + LEASE
    changes = {"state": State.RUNNING, "claimed_until": until, "attempts": F("attempts") + 1, "read": 0}
    if not _free(_live(pk)).update(**changes):
        return None
    return Freezing.objects.select_related("ordered_by").get(pk=pk)


@contextmanager
def _watch(row: Freezing) -> Iterator[Any]:
    """Tells on the row how far it is, over a connection of its own: what happens in a transaction nobody else sees."""
    aside = connection.copy()

    def progress(read: int) -> None:
        with aside.cursor() as cursor:
            cursor.execute(ALIVE, [read, timezone.now() + LEASE, row.pk])
            if not cursor.rowcount:
                raise Cancelled

    try:
        yield progress
    finally:
        aside.close()


def _finish(row: Freezing, state: State, **changes: Any) -> None:
    _live(row.pk).update(state=state, finished_at=timezone.now(), claimed_until=None, **changes)


def _live(pk: int) -> Any:
    return Freezing.objects.filter(pk=pk, state__in=Freezing.LIVE)


def _free(rows: Any) -> Any:
    return rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=timezone.now()))


def _told(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [asdict(found) for found in findings]
