"""Who answers what next. A lease is a slot with a reviewer and a time; taking one is a single statement (leases.py)."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from curation import gold_serving, leases, pairs, progress
from curation.answering import ASKED
from curation.leases import Order
from curation.models import Bookmark, Claim, Pause, Profile, Quarantine, Skip, Slot
from curation.progress import Waiting
from curation.quarantine import IN_FORCE
from curation.refused_photos import came_all_the_way, decided_against
from curation.settling import lock_photo, settle
from mtf_site import prepared

LIMITS = """
SELECT array_agg(l.identity_id ORDER BY l.identity_id),
       EXISTS (SELECT FROM curation_pause WHERE reviewer_id = %(reviewer)s AND question = %(question)s
                 AND ended_at IS NULL)
FROM curation_profile_limited_to l JOIN curation_profile p ON p.id = l.profile_id WHERE p.user_id = %(reviewer)s;
"""


def lease(*, reviewer: User, question: str, want: int, have: Collection[int] = ()) -> list[Slot]:
    """The reviewer's leases in queue order, without the claims in `have`, topped up to `want`; some of them are gold.

    None for whoever is paused.
    """
    order = Order(reviewer.pk, question, want, tuple(have))
    params: dict[str, Any] = {"reviewer": reviewer.pk, "question": question, **gold_serving.parameters()}
    gold = gold_serving.statements()
    calls = [(text, params) for text in (LIMITS, pairs.LEANING, *gold)]
    [(only, is_paused)], [leaning], *turns = prepared.exchange(calls)
    if is_paused:
        return []
    turn = gold_serving.read_turn(*turns[0]) if gold else gold_serving.Turn()
    return gold_serving.mixed(_votes(order, only, pairs.read_leaning(leaning)), order, turn, only=only or ())


def _votes(order: Order, only: Sequence[int] | None, leaning: pairs.Leaning) -> list[Slot]:
    if only:
        return leases.take(order, identities=only)
    if leaning.uneven:
        slots = leases.take_fairly(order, few=leaning.few)
        if len(slots) >= order.want:
            return slots
    return leases.take(order)


def limited_to(reviewer: User) -> list[int]:
    """The identities that an admin lets this reviewer work on; empty: all."""
    limits = Profile.limited_to.through.objects.filter(profile__user=reviewer)
    return sorted(limits.values_list("identity_id", flat=True))


def _held(reviewer: User, question: str) -> QuerySet[Slot]:
    return Slot.objects.filter(reviewer=reviewer, question=question, purpose__in=ASKED, annotation=None)


def extend(*, reviewer: User, question: str) -> int:
    """The reviewer is still there: what they hold stays theirs."""
    until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    return _update(_held(reviewer, question).filter(waiting=True), leased_until=until)


def give_back(*, reviewer: User, question: str, claims: Collection[int]) -> int:
    """A page that closes gives back what it held; what the reviewer holds elsewhere stays."""
    held = _held(reviewer, question).filter(claim__in=claims)
    kept = _update(held.filter(purpose=Slot.Purpose.GOLD), leased_until=None)  # it is nobody else's
    return kept + _update(held.filter(purpose=Slot.Purpose.VOTE), reviewer=None, leased_until=None)


def release(*, reviewer: User, question: str = "") -> int:
    """All that somebody holds goes back to everybody; of one question, if any is named."""
    return _free(Q(reviewer=reviewer, question=question) if question else Q(reviewer=reviewer))


def _free(which: Q) -> int:
    unanswered = Slot.objects.filter(which, annotation__isnull=True, purpose="vote")
    return _update(unanswered, reviewer=None, leased_until=None)


@transaction.atomic(savepoint=False)
def _update(slots: QuerySet[Slot], **values: Any) -> int:
    """Passes over slots that an answer is just being written to: whoever waits with slots in hand may deadlock."""
    at_rest = slots.order_by().select_for_update(skip_locked=True)
    return Slot.objects.filter(pk__in=at_rest.values("pk")).update(**values)


def free_expired_leases() -> int:
    """What reviewers left lying goes back to everybody; also leases of slots that nobody needs to answer now, and of
    whoever was paused while they took some."""
    paused = Pause.objects.filter(reviewer=OuterRef("reviewer"), question=OuterRef("question"), ended_at=None)
    idle = Q(waiting=False, reviewer__isnull=False)
    return _free(Q(leased_until__lt=timezone.now()) | idle | Q(Exists(paused), leased_until__isnull=False))


def heed_refused_photos() -> int:
    """Nobody is asked any longer about faces of a photo whose licence a person refused, or is asked again where
    another source came all the way since; in how many photos something was to be done.
    """
    slots = Slot.objects.filter(claim__photo=OuterRef("pk"), purpose="vote", annotation=None)
    is_barred = Exists(Quarantine.objects.filter(face=OuterRef("claim__face"), decision__in=IN_FORCE))
    silent = slots.filter(~is_barred, claim__state=Claim.State.OPEN, question="usable", waiting=False)
    turned = Q(Exists(slots.filter(waiting=True)), ~came_all_the_way()) | Q(Exists(silent), came_all_the_way())
    photos = list(decided_against().filter(turned).order_by("pk").values_list("pk", flat=True))
    for pk in photos:
        _settle(pk)
    return len(photos)


@transaction.atomic
def _settle(photo_id: int) -> None:
    if photo := lock_photo(photo_id):
        settle(photo)


def bring_back_skipped(*, reviewer: User, question: str) -> int:
    Bookmark.objects.filter(reviewer=reviewer, question=question).delete()  # they stand before it
    return Skip.objects.filter(reviewer=reviewer, question=question).delete()[0]


def waiting(*, reviewer: User, question: str) -> Waiting:
    return progress.waiting(reviewer=reviewer, question=question, identities=limited_to(reviewer))
