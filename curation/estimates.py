"""The error rates that answers of a certain time are weighed by."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from curation.models import ErrorRates, Policy
from curation.models.claims import Question
from curation.policies import class_codes
from curation.policy_maps import Maps
from curation.reviewer_rates import Rates, Table, competent, recoded

USABLE = ("accept", "reject", "cannot_tell")
KEPT = 16  # estimates that a process remembers: they never change
IN_FORCE = """
SELECT t, (SELECT e.id FROM curation_errorrates e WHERE e.in_force_at <= t
           ORDER BY e.in_force_at DESC, e.id DESC LIMIT 1)
FROM unnest(%s::timestamptz[]) AS t
"""
_known: dict[int, "Estimates"] = {}


class Estimates:
    """Of one time, by field. `votes` are the answers that each was estimated from."""

    def __init__(self, row: ErrorRates) -> None:
        self.version, self.policy = row.version, row.policy_id
        self.votes = {name: int(known.get("votes", 0)) for name, known in row.fields.items()}
        self.fields = {name: read(known) for name, known in row.fields.items()}
        self._recoded: dict[Any, Rates] = {}

    def rates(self, field: str, maps: Maps) -> Rates | None:
        """As the policy in force names the classes; None where nothing was estimated of this field."""
        known, step = self.fields.get(field), maps.get(self.policy, {}).get(field, {})
        if known is None or not step:
            return known
        key = (field, *sorted(step.items()))
        return self._recoded.setdefault(key, recoded(known, step))


def in_force_at(times: Collection[datetime]) -> Mapping[datetime, Estimates | None]:
    """One query, and one more for estimates that this process has not met."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [sorted(times)])
        found: dict[datetime, int | None] = dict(cursor.fetchall())
    known = _estimates({pk for pk in found.values() if pk is not None})
    return {time: known[pk] if pk is not None else None for time, pk in found.items()}


def newest() -> Estimates | None:
    row = ErrorRates.objects.order_by("-in_force_at", "-pk").first()
    return Estimates(row) if row else None


def _estimates(ids: Collection[int]) -> Mapping[int, Estimates]:
    missing = [pk for pk in ids if pk not in _known]
    if len(_known) + len(missing) > KEPT:
        _known.clear()
        missing = list(ids)
    for row in ErrorRates.objects.filter(pk__in=missing) if missing else ():
        _known[row.pk] = Estimates(row)
    return _known


def rates_for(name: str, policy: Policy, estimates: Estimates | None, maps: Maps) -> Rates:
    """Of a field that is asked under `policy`."""
    known = estimates.rates(name, maps) if estimates else None
    if known is not None:
        return known
    if name == Question.USABLE:
        return unknown(USABLE)
    now = maps.get(policy.pk, {}).get(name, {})
    codes = [now.get(str(code), str(code)) for code in sorted(class_codes(policy)[name])]
    return unknown(tuple(dict.fromkeys(code for code in codes if code is not None)))


@lru_cache(maxsize=64)
def unknown(classes: tuple[str, ...]) -> Rates:
    """What is believed of reviewers before anything was estimated."""
    return competent(classes)


# ---- As they are stored


def stored(rates: Rates) -> dict[str, Any]:
    tables = {str(who): table for who, table in rates.reviewers.items()}
    shared = {"classes": rates.classes, "marginals": rates.marginals, "pooled": rates.pooled}
    return {**shared, "reviewers": tables}


def read(known: Mapping[str, Any]) -> Rates:
    return Rates(
        classes=tuple(known["classes"]),
        marginals=tuple(known["marginals"]),
        pooled=_table(known["pooled"]),
        reviewers={int(who): _table(table) for who, table in known["reviewers"].items()},
    )


def _table(rows: Any) -> Table:
    return tuple(tuple(row) for row in rows)
