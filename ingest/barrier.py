"""Between a picture's first byte in the storage and the last row that refers to it, nothing is erased.

Whoever keeps a picture holds the barrier together with all others who do; an erasure holds it alone. So it finds all
that is there, and whoever comes after it finds its tombstones, which were written before.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

ERASING_LOCK = 0x4D5446_45


@contextmanager
def nothing_is_erased() -> Iterator[None]:
    """To be held for seconds, not over a download; ask about tombstones inside. Ends with the connection, too."""
    _call("SELECT pg_advisory_lock_shared(%s)")
    try:
        yield
    finally:
        with suppress(DatabaseError):  # the connection is gone, and the lock with it
            _call("SELECT pg_advisory_unlock_shared(%s)")


def alone() -> None:
    """Waits for all who keep pictures just now; to the end of the transaction."""
    _call("SELECT pg_advisory_xact_lock(%s)")


def _call(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ERASING_LOCK])
