"""Orders to ask many faces anew. The row is the truth: a batch and its place are written in one transaction, so a
worker that dies loses nothing and does nothing twice; a cancelled order stops before its next batch."""

import time
from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from curation.models import Claim, DisputeView, Reopening, Requeue
from curation.reopening import reopen_all
from mtf_site.roles import Role, has_role

A_BATCH = 50
AT_ONCE = 200  # claims that are reopened while the person waits
LOOKED_AT = 60  # faces of a page; an order for more is given unseen
LONGEST = 600  # seconds a task works on; the sweeper rings again


def order(claims: QuerySet[Claim], *, question: str, fields: Sequence[str], reason: str, by: User) -> Requeue:
    """Whoever looks at few faces sees what was settled, and so is not among those who are asked."""
    ids = list(claims.order_by("photo_id", "pk").values_list("pk", flat=True))
    if len(ids) <= LOOKED_AT and has_role(by, Role.REVIEWER, Role.ADJUDICATOR):
        seen = [DisputeView(adjudicator=by, claim_id=pk, question=question) for pk in ids]
        DisputeView.objects.bulk_create(seen, ignore_conflicts=True)
    return Requeue.objects.create(question=question, fields=fields, claims=ids, reason=reason, ordered_by=by)


def unfinished() -> QuerySet[Requeue]:
    return Requeue.objects.filter(finished_at=None).order_by("pk")


def go_on() -> int:
    """Works on all orders that are not over, for a while; how many batches."""
    until, batches = time.monotonic() + LONGEST, 0
    for pk in list(unfinished().values_list("pk", flat=True)):
        while time.monotonic() < until and next_batch(pk):
            batches += 1
    return batches


@transaction.atomic
def next_batch(pk: int) -> bool:
    """False where the order is over, or another process is at it."""
    order = Requeue.objects.select_for_update(skip_locked=True).filter(pk=pk, finished_at=None).first()
    if order is None:
        return False
    batch = order.claims[order.done : order.done + A_BATCH]
    outcome = reopen_all(
        claims=batch,
        question=order.question,
        fields=order.fields,
        cause=Reopening.Cause.REQUEUED,
        reason=order.reason,
        by=order.ordered_by,
    )
    order.done += len(batch)
    order.reopened += outcome.reopened
    order.left = dict(Counter(order.left) + Counter(outcome.left))
    order.finished_at = timezone.now() if order.done >= order.total else None
    order.save(update_fields=["done", "reopened", "left", "finished_at"])
    return True


def cancel(pk: int, *, by: User) -> bool:
    """Waits for the batch under way; what was reopened so far stays. False where it was over already."""
    with transaction.atomic():
        waiting = Requeue.objects.select_for_update().filter(pk=pk, finished_at=None)
        return bool(waiting.update(finished_at=timezone.now(), cancelled_by=by))
