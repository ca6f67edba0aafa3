"""Is there a Celery worker for crawl jobs? If not, one of our own for as long as a command waits."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from mtf_site.celery import app

QUEUES = frozenset({"crawl", "fetch", "detect"})
ANSWER_SECONDS = 1.5
STOP_SECONDS = 20.0
LOG = "worker.log"


def worker_answers(celery: Celery = app) -> bool:
    """True when workers that answer right now listen to all the queues that a crawl job needs. Nobody can be
    asked where Redis is away: then none answers."""
    try:
        answers = celery.control.inspect(timeout=ANSWER_SECONDS).active_queues() or {}
    except (OperationalError, RedisError, OSError):
        return False
    heard = {queue["name"] for queues in answers.values() for queue in queues}
    return heard >= QUEUES


def log_path() -> Path:
    return Path(settings.VAR_DIR) / LOG


@contextmanager
def own_worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its own beat, stopped at the end with all its children."""
    log_path().parent.mkdir(parents=True, exist_ok=True)
    with log_path().open("ab") as log:
        worker = subprocess.Popen(
            _command(),
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the command, which then stops the worker
        )
    try:
        yield worker
    finally:
        _stop(worker)


def _command() -> list[str]:
    schedule = Path(settings.VAR_DIR) / f"celerybeat-of-{os.getpid()}"
    size = [f"--concurrency={max(1, os.cpu_count() or 1)}", f"--queues={','.join(sorted(QUEUES))}"]
    beat = ["--beat", f"--schedule={schedule}"]
    quiet = ["--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    return [sys.executable, "-m", "celery", "--app=mtf_site", "worker", f"--hostname=crawl-{os.getpid()}@%h",
            *size, *beat, *quiet]  # fmt: skip


def _stop(worker: subprocess.Popen[bytes]) -> None:
    """Gently first: a worker ends the step it is at. What is left of its family is then killed."""
    family = psutil.Process(worker.pid).children(recursive=True) if worker.poll() is None else []
    worker.terminate()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    for process in family:
        if process.is_running():
            process.kill()
    for leftover in Path(settings.VAR_DIR).glob(f"celerybeat-of-{os.getpid()}*"):
        leftover.unlink(missing_ok=True)
