"""Puts a policy in force, and makes of the claims that are there already what it says.

The policy is in force with one transaction; what that does to claims follows in batches, each a transaction that
moves the cursor on the policy's `Activation` row: killed in between, the next one goes on, and nothing happens twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Activation, Claim, Consensus, Policy, Reopening, Slot
from curation.policies import activated, check_fields, check_reasons, current_policy
from curation.policy_changes import class_changes
from curation.policy_maps import Carry, Maps, composed
from curation.quarantine import MOST_SLOTS
from curation.reopening import reopen
from curation.settling import lock_photo, settle

ACTIVATION_LOCK = 0x4D5446_03
AT_ONCE = 300  # claims, up to which the admin waits for it
STRETCH = 2_000  # claims looked up at once
BATCH = 50  # and done in one transaction, during which their photos are locked

# What answers said under the policy before, and must be read anew: (policy, field, code) → the code now, '' for none.
READ_ANEW = """unnest(%(policies)s::bigint[], %(fields)s::text[], %(codes)s::int[], %(now)s::text[])
    AS r(policy, field, code, now)"""
ANSWERED = f"""
FROM curation_slot s JOIN curation_annotation a ON a.id = s.annotation_id
JOIN {READ_ANEW} ON r.policy = a.policy_id
    AND r.code = CASE r.field WHEN 'race' THEN a.race WHEN 'gender' THEN a.gender ELSE a.age END
WHERE s.question = 'attributes' AND s.purpose IN ('vote', 'adjudication')
"""
# Questions that wait for answers and were asked of fewer people than k, or of more: but an adjudicator may have asked
# one more, above the k before.
MISCOUNTED = """
SELECT s.claim_id, s.question, count(*) AS asked
FROM curation_slot s JOIN (VALUES ('usable', %(usable)s, %(usable_before)s),
                                  ('attributes', %(attributes)s, %(attributes_before)s))
    AS k(question, now, before) ON k.question = s.question
WHERE s.purpose = 'vote' AND EXISTS (
    SELECT FROM curation_slot w WHERE w.claim_id = s.claim_id AND w.question = s.question AND w.round = s.round
    AND w.waiting AND w.purpose = 'vote')
GROUP BY s.claim_id, s.question, s.round, k.now, k.before
HAVING count(*) < k.now OR count(*) > k.now AND count(*) <= k.before
"""
AFFECTED = f"""
SELECT claim_id FROM (
    SELECT s.claim_id {ANSWERED}
    UNION
    SELECT claim_id FROM ({MISCOUNTED}) AS m WHERE %(heeds_open)s
) AS affected WHERE claim_id > %(after)s
"""  # noqa: S608  constants
COUNT = f"SELECT count(*) FROM ({AFFECTED}) AS found"  # noqa: S608  constants
# Fields that some answer is silent about since, though nothing is settled; of the round that asks them last.
SILENT = f"""
SELECT DISTINCT s.claim_id, r.field {ANSWERED} AND r.now = ''
AND (%(claims)s::bigint[] IS NULL OR s.claim_id = ANY(%(claims)s))
AND s.round >= (SELECT max(v.round) FROM curation_slot v WHERE v.claim_id = s.claim_id AND v.question = 'attributes'
                AND v.purpose = 'vote' AND (v.asks = '{{}}' OR r.field = ANY(v.asks)))
AND NOT EXISTS (SELECT FROM curation_consensus k
                WHERE k.claim_id = s.claim_id AND k.field = r.field AND k.state = 'settled')
"""  # noqa: S608  constants


Known = Mapping[str, Any]


class ActivationRefused(Exception):
    """In a sentence: why this draft cannot be put in force."""


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

    @property
    def at_once(self) -> bool:
        return self.total <= AT_ONCE


# ---- Before


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
    known = _parameters(_reading(draft, carry), draft, heeds_open=heeds_open)
    raised, lowered = _miscounted(known, draft) if heeds_open else (0, 0)
    claims = _claims_settled_as(anew)
    open_ones = {claim for claim, _field in _silent(known, None)} - claims
    return Preview(
        stay=sum(settled.values()) - reopened,
        renamed=sum(settled.get(key, 0) for key in named) + _relabelled(draft, carry, settled),
        reopen=reopened,
        reopened_claims=len(claims),
        open_anew=len(open_ones),
        raised=raised,
        lowered=lowered,
        total=_count(known),
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


def _miscounted(known: Known, policy: Policy) -> tuple[int, int]:
    """Open questions that would get more slots, and those that would lose some."""
    with connection.cursor() as cursor:
        cursor.execute(MISCOUNTED, known)
        rows = cursor.fetchall()
    raised = sum(1 for _claim, question, asked in rows if asked < policy.votes(question))
    return raised, len(rows) - raised


# ---- Into force


def put_in_force(draft: Policy, carry: Carry, *, by: User, note: str, heeds_open: bool = False) -> Activation:
    """All in one transaction where few claims are touched; else they follow as `apply_policies` comes to them."""
    with transaction.atomic():
        row = activate(draft, carry, by=by, note=note, heeds_open=heeds_open)
        while row.total <= AT_ONCE and go_on(row.pk):
            pass
        row.refresh_from_db()
        return row


def activate(
    draft: Policy,
    carry: Carry,
    *,
    by: User,
    note: str,
    heeds_open: bool = False,
) -> Activation:
    """The draft is in force; the claims follow (`go_on`). A draft that is in force already stays as it is."""
    with transaction.atomic():
        _lock()
        policy = Policy.objects.select_for_update(of=("self",)).select_related("parent").get(pk=draft.pk)
        if policy.activated_at is not None:
            return policy.activation
        _check(policy, carry)
        policy.carry = {field: dict(step) for field, step in carry.items() if step}
        policy.note, policy.activated_by, policy.activated_at = note, by, timezone.now()
        known = _parameters(_reading(policy, carry), policy, heeds_open=heeds_open)
        policy.save(update_fields=["carry", "note", "activated_by", "activated_at"])
        return Activation.objects.create(policy=policy, heeds_open=heeds_open, total=_count(known))


def _lock() -> None:
    """One policy is put in force after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACTIVATION_LOCK])


def _check(policy: Policy, carry: Carry) -> None:
    if policy.parent_id != current_policy().pk:
        raise ActivationRefused(
            _("Another version was put in force since this draft was begun: compare with it first.")
        )
    if Activation.objects.filter(finished_at=None).exists():
        raise ActivationRefused(_("The version before is still being applied. Wait until it is done."))
    try:
        check_reasons(policy.reasons)
        check_fields(policy.fields)
    except ValueError as error:
        raise ActivationRefused(str(error)) from error
    if missing_maps(policy, carry):
        raise ActivationRefused(_("Say of every class that changed what becomes of the answers."))


# ---- Afterwards


def unfinished() -> list[int]:
    return list(Activation.objects.filter(finished_at=None).order_by("policy__version").values_list("pk", flat=True))


def go_on(activation_id: int) -> bool:
    """A stretch of claims; False when there is nothing left, or another process is at it."""
    row = Activation.objects.select_related("policy__activated_by", "policy__parent").get(pk=activation_id)
    if row.finished_at is not None:
        return False
    known = _parameters(_reading(row.policy, row.policy.carry), row.policy, heeds_open=row.heeds_open)
    claims = _next({**known, "after": row.after})
    for start in range(0, len(claims), BATCH):
        if not _batch(row, claims[start : start + BATCH], known):
            return False
    if not claims:
        at_rest = Activation.objects.filter(pk=row.pk, after=row.after, finished_at=None)
        at_rest.update(finished_at=timezone.now(), done=F("total"))
    return bool(claims)


@transaction.atomic
def _batch(row: Activation, claims: Sequence[int], known: Known) -> bool:
    """Once only: False where the cursor is somewhere else by now."""
    rows = Activation.objects.select_for_update(skip_locked=True)
    if not rows.filter(pk=row.pk, after=row.after, finished_at=None).exists():
        return False
    row.reopened += _apply(row, claims, known)
    row.done = min(row.done + len(claims), row.total)
    row.after = claims[-1]
    row.save(update_fields=["reopened", "done", "after"])
    return True


def ask_missed() -> int:
    """Claims asked anew because of an answer that came, or was settled, under a policy that is in force no longer."""
    if unfinished():
        return 0
    policy = current_policy()
    steps = ((pk, fields) for pk, fields in maps_in_force().items())
    reading = [
        (pk, field, int(code), "")
        for pk, fields in steps
        for field, step in fields.items()
        for code, now in step.items()
        if now is None
    ]
    known = _parameters(reading, policy, heeds_open=False)
    claims = sorted({claim for claim, _field in _silent(known, None)}) if reading else []
    groups = _to_ask(claims, known) if claims else {}
    return sum(_ask_anew(policy, fields, those) for fields, those in groups.items())


def _apply(row: Activation, claims: Sequence[int], known: Known) -> int:
    photos = Claim.objects.filter(pk__in=claims).order_by("photo_id").values_list("photo_id", flat=True).distinct()
    locked = [photo for pk in list(photos) if (photo := lock_photo(pk))]
    if row.heeds_open:
        _recount(claims, row.policy)
    for photo in locked:
        settle(photo)
    return sum(_ask_anew(row.policy, fields, those) for fields, those in _to_ask(claims, known).items())


def _to_ask(claims: Sequence[int], known: Known) -> dict[tuple[str, ...], list[int]]:
    """Claims by the fields to ask anew. Where answers are still awaited, whatever is not settled is asked with them:
    the slots that wait for it go."""
    silent: dict[int, set[str]] = {}
    for claim, field in _silent(known, claims):
        silent.setdefault(claim, set()).add(field)
    waiting = Slot.objects.filter(claim__in=silent, question="attributes", purpose="vote", annotation=None)
    awaited = set(waiting.values_list("claim", flat=True))
    settled = Consensus.objects.filter(claim__in=awaited, state="settled").values_list("claim", "field")
    done = {(claim, field) for claim, field in settled}
    groups: dict[tuple[str, ...], list[int]] = {}
    for claim, fields in silent.items():
        more = {f for f in ("race", "gender", "age") if (claim, f) not in done} if claim in awaited else set()
        groups.setdefault(tuple(sorted(fields | more)), []).append(claim)
    return groups


def _ask_anew(policy: Policy, fields: Sequence[str], claims: Sequence[int]) -> int:
    if policy.activated_by is None:
        return 0
    return reopen(
        claims=claims,
        question="attributes",
        fields=list(fields),
        cause=Reopening.Cause.POLICY,
        reason=policy.note,
        by=policy.activated_by,
        policy=policy,
    )


def _recount(claims: Sequence[int], policy: Policy) -> None:
    """Open questions get the slots they lack, or lose those that nobody answered, the unleased first."""
    waiting = Slot.objects.filter(claim__in=claims, purpose="vote", waiting=True)
    for claim, question, number in sorted(set(waiting.values_list("claim", "question", "round"))):
        same = Slot.objects.filter(claim=claim, question=question, round=number)
        votes = list(same.filter(purpose="vote").order_by("number"))
        missing = policy.votes(question) - len(votes)
        if missing > 0:
            last = max(same.values_list("number", flat=True))
            Slot.objects.bulk_create(_like(votes[0], n) for n in range(last + 1, min(last + missing, MOST_SLOTS) + 1))
        elif missing < 0 and len(votes) <= _votes_before(policy, question):
            idle = [slot for slot in votes if slot.annotation_id is None]
            idle.sort(key=lambda slot: (slot.reviewer_id is not None, -slot.number))
            Slot.objects.filter(pk__in=[slot.pk for slot in idle[:-missing]]).delete()


def _votes_before(policy: Policy, question: str) -> int:
    return (policy.parent or policy).votes(question)


def _like(slot: Slot, number: int) -> Slot:
    place = {"claim_id": slot.claim_id, "identity_id": slot.identity_id, "question": slot.question, "round": slot.round}
    queue = {"asks": slot.asks, "priority": slot.priority, "block": slot.block, "shuffle": slot.shuffle}
    return Slot(number=number, **place, **queue)


# ---- What must be read anew


def _reading(policy: Policy, carry: Carry) -> list[tuple[int, str, int, str]]:
    """(policy, field, code, code now or "") wherever an answer says something else than it said before `policy`."""
    before = [(pk, step) for pk, step in activated().filter(version__lt=policy.version).values_list("pk", "carry")][
        ::-1
    ]
    old, new = composed(before), composed([*before, (policy.pk, carry)])
    return [
        (pk, field, int(code), _says(new, pk, field, code) or "")
        for pk in new
        for field in {**old.get(pk, {}), **new[pk]}
        for code in {**old.get(pk, {}).get(field, {}), **new[pk].get(field, {})}
        if _says(old, pk, field, code) != _says(new, pk, field, code)
    ]


def _says(maps: Maps, policy: int, field: str, code: str) -> str | None:
    return maps.get(policy, {}).get(field, {}).get(code, code)


def _parameters(reading: Sequence[tuple[int, str, int, str]], policy: Policy, *, heeds_open: bool) -> dict[str, Any]:
    parent = policy.parent or policy
    policies, fields, codes, now = (list(column) for column in zip(*reading, strict=True)) if reading else ([],) * 4
    return {
        **{"policies": policies, "fields": fields, "codes": codes, "now": now},
        **{"usable": policy.votes_usable, "attributes": policy.votes_attributes},
        **{"usable_before": parent.votes_usable, "attributes_before": parent.votes_attributes},
        **{"heeds_open": heeds_open, "after": 0, "claims": None},
    }


def _count(known: Known) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, known)
        return int(cursor.fetchone()[0])


def _next(known: Known) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{AFFECTED} ORDER BY claim_id LIMIT {STRETCH}", known)
        return [claim for (claim,) in cursor.fetchall()]


def _silent(known: Known, claims: Sequence[int] | None) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SILENT, {**known, "claims": None if claims is None else list(claims)})
        return list(cursor.fetchall())
