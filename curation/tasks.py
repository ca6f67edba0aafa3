"""Celery's doors into curation: thin, and harmless when run twice."""

from celery import shared_task

from curation import claims, pairs, queue


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


@shared_task(name="curation.tasks.recount_pairs", ignore_result=True)
def recount_pairs() -> int:
    return pairs.recount()
