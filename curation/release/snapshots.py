"""The database as it was when a freeze began, for all that a freeze reads; and as it is, for its last look."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

T = TypeVar("T")


@contextmanager
def locked(key: int) -> Iterator[None]:
    """An advisory lock that is taken before the transaction: a snapshot taken while one waits for it would be old."""
    if connection.in_atomic_block:
        _ask("SELECT pg_advisory_xact_lock(%s)", key)
        yield
        return
    _ask("SELECT pg_advisory_lock(%s)", key)
    try:
        yield
    finally:
        if connection.is_usable():  # else the server has given it back already
            _ask("SELECT pg_advisory_unlock(%s)", key)


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction that sees one state of the database, however long it takes. Within another transaction it sees
    what that one sees."""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            _ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def as_of_now(look: Callable[[], T]) -> T:
    """`look` at the database as it is, from within a snapshot: over a connection of its own."""
    if not _sees_one_state():
        return look()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_aside, look).result()


def _aside(look: Callable[[], T]) -> T:
    try:
        return look()
    finally:
        connection.close()


def _sees_one_state() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        return bool(cursor.fetchone()[0] == "repeatable read")


def _ask(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
