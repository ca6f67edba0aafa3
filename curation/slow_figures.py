"""Figures that take seconds at a million claims: counted by a worker every ten minutes, told with their time.

A small installation is counted whenever somebody looks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from curation import contradictions, waiting_lists
from curation.disputes import DISPUTED
from curation.home_figures import answers_by_hour, rows_of
from curation.models import Claim, Figure
from curation.quality import resampled
from curation.release.selection import triage

SMALL = 5_000  # claims; the planner's estimate
PACE_OVER = timedelta(days=7)


def _claims() -> dict[str, int]:
    return dict(Claim.objects.order_by().values_list("state").annotate(n=Count("id")))


def _release() -> dict[str, Any]:
    found = triage()
    return {"ready": found.ready, "held_back": {reason.code: reason.count for reason in found.held_back}}


def _answers() -> dict[str, int]:
    """By hour, in ISO 8601."""
    since = timezone.now() - PACE_OVER
    return {hour.isoformat(): answers for hour, answers in answers_by_hour(since).items()}


def _oldest() -> dict[str, str]:
    """Of the lists of disputes, which may be long: since when the oldest waits, in ISO 8601."""
    since = {name: waiting_lists.oldest(name) for name in DISPUTED}
    return {name: at.isoformat() for name, at in since.items() if at}


COUNTS: Mapping[str, Callable[[], Any]] = {
    "claims": _claims,
    "release": _release,
    "answers": _answers,
    "oldest": _oldest,
    "contradictions": contradictions.find,
    "resampled": resampled.count,
}


@dataclass(frozen=True)
class Slow:
    """`counted_at` is None for what was counted just now."""

    value: Any
    counted_at: datetime | None


def count() -> None:
    """Counts all of them, and keeps them."""
    for name, make in COUNTS.items():
        value = make()
        Figure.objects.update_or_create(name=name, defaults={"value": value, "counted_at": timezone.now()})


def figures(*names: str) -> dict[str, Slow | None]:
    """As they were counted last; None for those that never were."""
    if is_small():
        return {name: Slow(COUNTS[name](), None) for name in names}
    known = {row.name: Slow(row.value, row.counted_at) for row in Figure.objects.filter(name__in=names)}
    return {name: known.get(name) for name in names}


def is_small() -> bool:
    return rows_of("curation_claim") < SMALL


def freshen() -> None:
    """Where that is quick, the contradictions are looked for at once."""
    if is_small():
        contradictions.find()


def counted_at(name: str) -> datetime | None:
    """When a worker counted this last; None where it is up to date anyway."""
    if is_small():
        return None
    return Figure.objects.filter(name=name).values_list("counted_at", flat=True).first()
