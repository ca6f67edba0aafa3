"""Celery's doors into curation: thin, and harmless when run twice."""

import time

from celery import shared_task

from curation import (
    activation,
    claims,
    estimating,
    exclusions,
    judging,
    pairs,
    queue,
    requeues,
    slow_figures,
    vote_snapshots,
)
from curation.models import Exclusion
from curation.release import ordering

SECONDS = 60.0  # that one task spends on a policy; the next one goes on


@shared_task(name="curation.tasks.open_claims", ignore_result=True)
def open_claims() -> int:
    queue.heed_refused_photos()
    return claims.open_claims()


@shared_task(name="curation.tasks.open_missed_claims", ignore_result=True)
def open_missed_claims() -> int:
    return claims.open_claims(since=claims.EVER)


@shared_task(name="curation.tasks.free_leases", ignore_result=True)
def free_leases() -> int:
    return queue.free_expired_leases()


@shared_task(name="curation.tasks.requeue", ignore_result=True)
def requeue() -> int:
    return requeues.go_on()


@shared_task(name="curation.tasks.apply_policies", ignore_result=True)
def apply_policies() -> None:
    """What policies put in force do to claims: from where the last task came to."""
    until = time.monotonic() + SECONDS
    for pk in activation.unfinished():
        while time.monotonic() < until and activation.go_on(pk):
            pass


@shared_task(name="curation.tasks.ask_missed", ignore_result=True)
def ask_missed() -> int:
    return activation.ask_missed()


@shared_task(name="curation.tasks.count_figures", ignore_result=True)
def count_figures() -> None:
    slow_figures.count()


@shared_task(name="curation.tasks.recount_pairs", ignore_result=True)
def recount_pairs() -> int:
    return pairs.recount()


@shared_task(name="curation.tasks.estimate_error_rates", ignore_result=True)
def estimate_error_rates() -> None:
    estimating.estimate_if_due()


@shared_task(name="curation.tasks.judge", ignore_result=True)
def judge() -> int:
    """Reviewers with new answers: who does not judge the faces is paused."""
    return len(judging.judge())


@shared_task(name="curation.tasks.exclude", ignore_result=True)
def exclude(exclusion_id: int) -> int:
    """Photo by photo; what a time limit leaves is found by `exclude_unfinished`."""
    return exclusions.carry_out(Exclusion.objects.select_related("reviewer").get(pk=exclusion_id))


@shared_task(name="curation.tasks.exclude_unfinished", ignore_result=True)
def exclude_unfinished() -> int:
    return sum(exclusions.carry_out(one) for one in exclusions.unfinished())


@shared_task(name="curation.tasks.snapshot_votes", ignore_result=True)
def snapshot_votes() -> int:
    """Rung by whoever finds the snapshot old; harmless when many do."""
    return len(vote_snapshots.renew().votes)


@shared_task(name="curation.tasks.freeze_release", ignore_result=True, time_limit=6 * 3600, soft_time_limit=None)
def freeze_release(freezing_id: int) -> None:
    """What was ordered on the page; harmless when it is carried out, or being carried out, already."""
    ordering.carry_out(freezing_id)


@shared_task(name="curation.tasks.freeze_waiting", ignore_result=True)
def freeze_waiting() -> None:
    """Rings again for orders that nobody took, or whose worker is gone."""
    for pk in ordering.waiting():
        freeze_release.delay(pk)
