"""What putting a draft in force would do, before anybody confirms it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from curation.models import Consensus, Policy
from curation.policy_changes import class_changes
from curation.policy_effects import count_affected, miscounted, parameters, reading, silent
from curation.policy_maps import Carry


@dataclass(frozen=True)
class Preview:
    """Settled fields that stay, of these with another code, and that reopen; claims that are asked anew because of
    these; open claims that begin anew; open questions that get more answers, or fewer; claims to look at."""

    stay: int
    renamed: int
    reopen: int
    reopened_claims: int
    open_anew: int
    raised: int
    lowered: int
    total: int


def missing_maps(draft: Policy, carry: Carry) -> list[tuple[str, str]]:
    """(field, code) of each class that is another or gone, and of which `carry` says nothing."""
    parent = draft.parent
    rows = class_changes(parent, draft) if parent else []
    return [(row.field, str(row.code)) for row in rows if row.changed and str(row.code) not in carry.get(row.field, {})]


def preview(draft: Policy, carry: Carry, *, heeds_open: bool) -> Preview:
    """What activating the draft with this map would do now."""
    settled = _settled()
    moved = {(field, old): new for field, step in carry.items() for old, new in step.items() if old != new}
    anew = [key for key, new in moved.items() if new is None]
    reopened = sum(settled.get(key, 0) for key in anew)
    named = {key for key, new in moved.items() if new is not None}
    known = parameters(reading(draft, carry), draft, heeds_open=heeds_open)
    raised, lowered = miscounted(known, draft) if heeds_open else (0, 0)
    claims = _claims_settled_as(anew)
    open_ones = {claim for claim, _field in silent(known, None)} - claims
    return Preview(
        stay=sum(settled.values()) - reopened,
        renamed=sum(settled.get(key, 0) for key in named) + _relabelled(draft, carry, settled),
        reopen=reopened,
        reopened_claims=len(claims),
        open_anew=len(open_ones),
        raised=raised,
        lowered=lowered,
        total=count_affected(known),
    )


def _settled() -> dict[tuple[str, str], int]:
    rows = Consensus.objects.filter(state="settled").exclude(field="usable")
    counts = rows.values_list("field", "value").annotate(n=Count("pk")).order_by()
    return {(field, value): n for field, value, n in counts}


def _relabelled(draft: Policy, carry: Carry, settled: Mapping[tuple[str, str], int]) -> int:
    """Settled fields whose class has the same code and another label."""
    rows = class_changes(draft.parent, draft) if draft.parent else []
    same = [
        (r.field, str(r.code)) for r in rows if r.changed and carry.get(r.field, {}).get(str(r.code)) == str(r.code)
    ]
    return sum(settled.get(key, 0) for key in same)


def _claims_settled_as(values: Iterable[tuple[str, str]]) -> set[int]:
    found: set[int] = set()
    for field, value in values:
        rows = Consensus.objects.filter(state="settled", field=field, value=value)
        found |= set(rows.values_list("claim", flat=True))
    return found
