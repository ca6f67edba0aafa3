"""Celery's doors into curation: thin, and harmless when run twice."""

from celery import shared_task

from curation import claims, exclusions, queue
from curation.models import Exclusion


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


@shared_task(name="curation.tasks.exclude", ignore_result=True)
def exclude(exclusion_id: int) -> int:
    """Photo by photo; what a time limit leaves is found by `exclude_unfinished`."""
    return exclusions.carry_out(Exclusion.objects.select_related("reviewer").get(pk=exclusion_id))


@shared_task(name="curation.tasks.exclude_unfinished", ignore_result=True)
def exclude_unfinished() -> int:
    return sum(exclusions.carry_out(one) for one in exclusions.unfinished())
