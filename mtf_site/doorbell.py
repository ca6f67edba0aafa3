"""Rings Celery for work whose truth is a row already: a bell that stays silent costs time, never work."""

import logging
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def ring(task: Task, *args: Any) -> None:
    """Sends `task` once the running transaction is committed. Where Redis is away, the sweeper rings later."""
    transaction.on_commit(lambda: _send(task, args))


def _send(task: Task, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("Redis did not take %s%r (%s); the sweeper will ring again", task.name, args, error)
