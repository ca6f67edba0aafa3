"""Celery tasks: thin, by ids. What they do lives in the rows and in `pipeline` and `discovery`."""

from collections.abc import Iterable

from celery import Task, shared_task
from kombu.exceptions import ChannelError

from ingest import discovery, pipeline
from ingest.jobs import finish_if_nothing_pends
from ingest.models import Candidate, CrawlJob, Discovery
from ingest.pending import TASK_SECONDS, Lost, free
from mtf_site.doorbell import ring

State = Candidate.State

# A queue that still holds so many bells needs no more; an emptied or forgotten one gets them in batches.
QUIET = 10
BATCH = 500


@shared_task(time_limit=TASK_SECONDS, soft_time_limit=TASK_SECONDS - 10)
def discover(discovery_id: int) -> None:
    try:
        job_id = discovery.discover(discovery_id, lambda candidate_id: ring(check_licence, candidate_id))
    except Lost:
        return
    if job_id is not None:
        finish_if_nothing_pends(job_id)


@shared_task(time_limit=TASK_SECONDS, soft_time_limit=TASK_SECONDS - 10)
def check_licence(candidate_id: int) -> None:
    _advance(candidate_id, State.FOUND)


@shared_task(time_limit=TASK_SECONDS, soft_time_limit=TASK_SECONDS - 10)
def fetch(candidate_id: int) -> None:
    _advance(candidate_id, State.LICENSED)


@shared_task(time_limit=TASK_SECONDS, soft_time_limit=TASK_SECONDS - 10)
def detect(candidate_id: int) -> None:
    _advance(candidate_id, State.FETCHED)


TASK_OF_STATE: dict[str, Task] = {State.FOUND: check_licence, State.LICENSED: fetch, State.FETCHED: detect}


def _advance(candidate_id: int, state: str) -> None:
    reached = pipeline.advance(candidate_id, state)
    # Put off, it keeps its state, and the sweeper rings when its time has come.
    if reached is not None and reached != state and reached in TASK_OF_STATE:
        ring(TASK_OF_STATE[reached], candidate_id)


def announce(job: CrawlJob) -> None:
    """Ring for what a job waits for that was just started or resumed; the sweeper goes on where a batch ends."""
    waiting = Discovery.objects.filter(job=job, state=Discovery.State.WAITING)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        ring(discover, pk)
    for state, task in TASK_OF_STATE.items():
        candidates = free(Candidate.objects.filter(job=job, state=state)).order_by("pk")
        _ring_all(task, list(candidates.values_list("pk", flat=True)[:BATCH]))


def go_on(candidate_ids: Iterable[int]) -> None:
    """Ring for candidates that a person's decision has set free."""
    for pk, state in Candidate.objects.filter(pk__in=candidate_ids).values_list("pk", "state"):
        if state in TASK_OF_STATE:
            ring(TASK_OF_STATE[state], pk)


@shared_task(time_limit=60)
def sweep() -> None:
    """Ring for free rows whose bell was lost or never rung; end jobs that nobody ended."""
    if _bells(discover) < QUIET:
        _ring_all(discover, pipeline.waiting_discoveries(BATCH))
    for state, task in TASK_OF_STATE.items():
        if _bells(task) < QUIET:
            _ring_all(task, pipeline.waiting_candidates(state, BATCH))
    finish_if_nothing_pends()


def _ring_all(task: Task, ids: list[int]) -> None:
    for pk in ids:
        ring(task, pk)


def _bells(task: Task) -> int:
    """How many messages wait in the task's queue."""
    queue = task.app.amqp.router.route({}, task.name)["queue"]
    with task.app.connection_for_write() as connection, connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue.name, passive=True).message_count)
        except ChannelError:  # Redis has no list of this name: it is empty
            return 0
