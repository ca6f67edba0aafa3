"""Orders to freeze, carried out by a worker: the truth is the row, progress and the end of it stand there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Freezing, Release
from curation.release import selection
from curation.release.errors import ReleaseRefused
from curation.release.freezing import examine, freeze
from curation.release.gates import WORDS, Blocked
from curation.release.orders import Order, order
from curation.release.selection import Finding

LEASE = timedelta(minutes=10)  # without a sign of life; reading a batch takes seconds, hashing a large file minutes
MOST_ATTEMPTS = 3
ALIVE = "UPDATE curation_freezing SET read = read + %s, claimed_until = %s WHERE id = %s AND state = 'running'"
SEAL = "UPDATE curation_freezing SET sealed = true WHERE id = %s AND state = 'running'"
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
    """Whether it is; what is sealed will be there in a moment."""
    return bool(
        _live(pk).filter(sealed=False).update(state=State.CANCELLED, finished_at=timezone.now(), claimed_until=None)
    )


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
    with _watch(row) as watch:
        try:
            _carry_out(row, watch)
        except Blocked as blocked:
            _finish(row, State.REFUSED, findings=_told(blocked.findings))
        except ReleaseRefused as refusal:
            _finish(row, State.REFUSED, error=str(refusal))
        except Cancelled:
            return
        except (OperationalError, InterfaceError):  # the database went away: it is taken up again when it is back
            raise
        except Exception:
            _finish(row, State.FAILED, error=_("It failed, and nothing was frozen. The worker's log says why."))
            raise


def _carry_out(row: Freezing, watch: "_Watch") -> None:
    wanted = order(row.version, selection=row.selection, tasks=row.tasks, formats=row.formats, accept=row.accept)
    if row.looks_only:
        findings = examine(wanted, watch.progress)
        blocks = any(found.blocks for found in findings)
        _finish(row, State.REFUSED if blocks else State.DONE, findings=_told(findings))
    else:
        _finish(row, State.DONE, release=freeze(wanted, by=row.ordered_by, progress=watch.progress, seal=watch.seal))


def _take(pk: int) -> Freezing | None:
    until = timezone.now() + LEASE
    changes = {
        "state": State.RUNNING,
        "claimed_until": until,
        "attempts": F("attempts") + 1,
        "read": 0,
        "sealed": False,
    }
    if not _free(_live(pk)).update(**changes):
        return None
    return Freezing.objects.select_related("ordered_by").get(pk=pk)


class _Watch:
    """Tells on the row how far it is, over a connection of its own: what happens in a transaction nobody else sees.
    Cancelled when the row is no longer ours to carry out."""

    def __init__(self, row: Freezing, aside: Any) -> None:
        self.row, self.aside = row, aside

    def progress(self, read: int) -> None:
        self._say(ALIVE, [read, timezone.now() + LEASE, self.row.pk])

    def seal(self) -> None:
        self._say(SEAL, [self.row.pk])

    def _say(self, statement: str, values: list[Any]) -> None:
        with self.aside.cursor() as cursor:
            cursor.execute(statement, values)
            if not cursor.rowcount:
                raise Cancelled


@contextmanager
def _watch(row: Freezing) -> Iterator[_Watch]:
    aside = connection.copy()
    try:
        yield _Watch(row, aside)
    finally:
        aside.close()


def _finish(row: Freezing, state: State, **changes: Any) -> None:
    _live(row.pk).update(state=state, finished_at=timezone.now(), claimed_until=None, **changes)


def _live(pk: int) -> Any:
    return Freezing.objects.filter(pk=pk, state__in=Freezing.LIVE)


def _free(rows: Any) -> Any:
    return rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=timezone.now()))


def _told(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Without words and names: those are found when it is read, in the reader's language, of who is still there."""
    return [_kept(found) for found in findings]


def _kept(found: Finding) -> dict[str, Any]:
    examples = [] if found.claims else list(found.examples)
    told = {"code": found.code, "count": found.count, "blocks": found.blocks}
    return told | {"claims": list(found.claims), "examples": examples}


def findings(row: Freezing) -> list[Finding]:
    """What an order found, as its page tells it."""
    return [_read(told) for told in row.findings]


def _read(told: dict[str, Any]) -> Finding:
    code, claims = told["code"], told["claims"]
    examples = selection.examples(claims) if claims else tuple(told["examples"])
    return Finding(code, str(WORDS.get(code, code)), told["count"], examples, told["blocks"], tuple(claims))
