"""Asks a question of claims anew: another round of votes, beside which the answers so far are history."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from curation.claims import beside
from curation.models import Claim, Policy, Reopening, Slot
from curation.policies import current_policy
from curation.settling import lock_photo, settle


@transaction.atomic
def reopen(
    *,
    claims: Iterable[int],
    question: str,
    fields: list[str],
    cause: str,
    reason: str,
    by: User,
    policy: Policy | None = None,
) -> int:
    """How many of the claims are asked anew; `fields` empty: all. Left out are those that were never asked."""
    known = Claim.objects.filter(pk__in=list(claims)).order_by("photo_id", "id")
    rows = list(known.values_list("photo_id", "pk"))
    photos = {pk: lock_photo(pk) for pk in sorted({photo for photo, _claim in rows})}
    votes = (policy or current_policy()).votes(question)
    decided = {"question": question, "fields": fields, "cause": cause, "reason": reason, "decided_by": by}
    reopened = [
        photo for photo, claim in rows if _ask_anew(claim, question, fields, votes, {**decided, "policy": policy})
    ]
    for pk in sorted(set(reopened)):
        if photo := photos[pk]:
            settle(photo)
    return len(reopened)


def _ask_anew(claim: int, question: str, fields: Sequence[str], votes: int, decided: dict[str, Any]) -> bool:
    slots = Slot.objects.select_for_update().filter(claim=claim, question=question)
    last = slots.order_by("-round", "id").first()
    if last is None:
        return False
    slots.filter(purpose=Slot.Purpose.VOTE, annotation=None).delete()
    place = {**beside(last), "round": last.round + 1}
    asked = {"claim_id": claim, "question": question, "asks": list(fields), "why": Slot.Why.REOPENED}
    Slot.objects.bulk_create(Slot(number=n, **asked, **place) for n in range(1, votes + 1))
    Reopening.objects.create(claim_id=claim, round=last.round + 1, **decided)
    return True
