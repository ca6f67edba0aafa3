"""Puts a policy in force, and makes of the claims that are there already what it says.

The policy is in force with one transaction; what that does to claims follows in batches, each a transaction that
moves the cursor on the policy's `Activation` row: killed in between, the next one goes on, and nothing happens twice.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.activation_preview import missing_maps
from curation.models import Activation, Claim, Consensus, Policy, Reopening, Slot
from curation.models.votes import MOST_NUMBERS
from curation.policies import check_fields, check_reasons, current_policy
from curation.policy_effects import Known, affected, count_affected, fell_silent, parameters, reading, silent
from curation.policy_maps import Carry
from curation.reopening import reopen
from curation.settling import ATTRIBUTES, lock_photo, settle

ACTIVATION_LOCK = 0x4D5446_03
AT_ONCE = 300  # claims, up to which the admin waits for it
BATCH = 50  # claims done in one transaction, during which their photos are locked


class ActivationRefused(Exception):
    """In a sentence: why this draft cannot be put in force."""


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
        known = parameters(reading(policy, carry), policy, heeds_open=heeds_open)
        policy.save(update_fields=["carry", "note", "activated_by", "activated_at"])
        return Activation.objects.create(policy=policy, heeds_open=heeds_open, total=count_affected(known))


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
    known = parameters(reading(row.policy, row.policy.carry), row.policy, heeds_open=row.heeds_open)
    claims = affected({**known, "after": row.after})
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
    found = fell_silent()
    known = parameters(found, policy, heeds_open=False)
    claims = sorted({claim for claim, _field in silent(known, None)}) if found else []
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
    fields_of: dict[int, set[str]] = {}
    for claim, field in silent(known, claims):
        fields_of.setdefault(claim, set()).add(field)
    waiting = Slot.objects.filter(claim__in=fields_of, question="attributes", purpose="vote", annotation=None)
    awaited = set(waiting.values_list("claim", flat=True))
    settled = Consensus.objects.filter(claim__in=awaited, state="settled").values_list("claim", "field")
    done = {(claim, field) for claim, field in settled}
    groups: dict[tuple[str, ...], list[int]] = {}
    for claim, fields in fields_of.items():
        more = {f for f in ATTRIBUTES if (claim, f) not in done} if claim in awaited else set()
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
            Slot.objects.bulk_create(_like(votes[0], n) for n in range(last + 1, min(last + missing, MOST_NUMBERS) + 1))
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
