"""Who answers what next. A lease is a slot with a reviewer and a time; taking one is a single statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from curation.models import Claim, Quarantine, Skip, Slot
from curation.quarantine import IN_FORCE
from curation.refused_photos import came_all_the_way, decided_against
from curation.settling import lock_photo, settle

REVIEWER_LOCK = 0x4D54  # first key of the advisory lock that a reviewer's tabs share

# The first free slots in queue order that this reviewer may still answer: not of a claim where they hold or
# answered another slot, nor one they skipped. Of a claim's free slots only the lowest number is looked at, so one
# statement cannot take two of the same claim. Rows that another reviewer is just taking are passed over.
LEASE = """
UPDATE curation_slot SET reviewer_id = %(reviewer)s, leased_until = now() + %(seconds)s * interval '1 second'
WHERE id IN (
    SELECT s.id FROM curation_slot s
    WHERE s.question = %(question)s AND s.waiting AND s.purpose = 'vote'
      AND (s.leased_until IS NULL OR s.leased_until < now())
      AND NOT EXISTS (SELECT 1 FROM curation_slot mine
                      WHERE mine.claim_id = s.claim_id AND mine.question = s.question AND mine.round = s.round
                        AND mine.reviewer_id = %(reviewer)s)
      AND NOT EXISTS (SELECT 1 FROM curation_slot lower
                      WHERE lower.claim_id = s.claim_id AND lower.question = s.question AND lower.round = s.round
                        AND lower.purpose = 'vote'
                        AND lower.waiting AND lower.number < s.number
                        AND (lower.leased_until IS NULL OR lower.leased_until < now()))
      AND NOT EXISTS (SELECT 1 FROM curation_skip k
                      WHERE k.claim_id = s.claim_id AND k.question = s.question AND k.reviewer_id = %(reviewer)s)
    ORDER BY s.priority, s.block, s.shuffle, s.id
    LIMIT %(want)s FOR UPDATE SKIP LOCKED)
"""


def lease(*, reviewer: User, question: str, want: int, have: Collection[int] = ()) -> list[Slot]:
    """The reviewer's leases in queue order, without the claims in `have`, topped up by at most `want` new ones."""
    with transaction.atomic():
        _lock(reviewer)
        _free_expired(reviewer)
        held = _held(reviewer, question).exclude(claim__in=have).count()
        _extend(_held(reviewer, question))
        if want > held:
            _take(reviewer, question, want - held)
        wanted = _held(reviewer, question).exclude(claim__in=have).order_by("priority", "block", "shuffle", "id")
        return list(wanted.select_related("claim__identity", "claim__face", "claim__photo")[: max(want, 0)])


def _lock(reviewer: User) -> None:
    """Two tabs of one reviewer take leases one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REVIEWER_LOCK, reviewer.pk])


def _take(reviewer: User, question: str, want: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            LEASE, {"reviewer": reviewer.pk, "question": question, "want": want, "seconds": settings.LEASE_SECONDS}
        )


def _held(reviewer: User, question: str) -> QuerySet[Slot]:
    return Slot.objects.filter(reviewer=reviewer, question=question, purpose="vote", waiting=True)


def _extend(leases: QuerySet[Slot]) -> None:
    _update(leases, leased_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS))


def _free_expired(reviewer: User) -> None:
    _free(Q(reviewer=reviewer, leased_until__lt=timezone.now()))


@transaction.atomic(savepoint=False)
def _free(which: Q) -> int:
    unanswered = Slot.objects.filter(which, annotation__isnull=True, purpose="vote")
    return _update(unanswered, reviewer=None, leased_until=None)


def _update(slots: QuerySet[Slot], **values: Any) -> int:
    """Passes over slots that an answer is just being written to: whoever waits with slots in hand may deadlock."""
    at_rest = slots.order_by().select_for_update(skip_locked=True)
    return Slot.objects.filter(pk__in=at_rest.values("pk")).update(**values)


def free_expired_leases() -> int:
    """What reviewers left lying goes back to everybody; also leases of slots that nobody needs to answer now."""
    return _free(Q(leased_until__lt=timezone.now()) | Q(waiting=False, reviewer__isnull=False))


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
    return Skip.objects.filter(reviewer=reviewer, question=question).delete()[0]


@dataclass(frozen=True)
class Waiting:
    """Claims of one question that still want answers, as one reviewer sees them."""

    total: int
    mine: int
    skipped: int
    answered: int

    @property
    def leased_by_others(self) -> int:
        return max(self.total - self.mine - self.skipped - self.answered, 0)


def waiting(*, reviewer: User, question: str) -> Waiting:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"reviewer": reviewer.pk, "question": question})
        return Waiting(*cursor.fetchone())


WAITING = """
SELECT count(*),
       count(*) FILTER (WHERE NOT answered AND NOT skipped AND free),
       count(*) FILTER (WHERE NOT answered AND skipped),
       count(*) FILTER (WHERE answered)
FROM (
    SELECT bool_or(s.leased_until IS NULL OR s.leased_until < now() OR s.reviewer_id = %(reviewer)s) AS free,
           EXISTS (SELECT 1 FROM curation_slot mine WHERE mine.claim_id = s.claim_id AND mine.question = s.question
                     AND mine.round = s.round AND mine.reviewer_id = %(reviewer)s
                     AND mine.annotation_id IS NOT NULL) AS answered,
           EXISTS (SELECT 1 FROM curation_skip k WHERE k.claim_id = s.claim_id AND k.question = s.question
                     AND k.reviewer_id = %(reviewer)s) AS skipped
    FROM curation_slot s
    WHERE s.question = %(question)s AND s.waiting AND s.purpose = 'vote'
    GROUP BY s.claim_id, s.question, s.round
) AS claims
"""
