"""A transaction in as many messages as it has steps: BEGIN goes with the first of them, COMMIT with the last."""

from collections.abc import Sequence
from itertools import count
from typing import Self

from django.db import DEFAULT_DB_ALIAS, Error, connections

from mtf_site.prepared import GENERIC, Call, Rows, exchange

_numbers = count()


class Steps:
    """`with Steps() as steps`: nothing is kept unless `steps.commit` was reached. In another transaction a savepoint.

    Django is told that a transaction is open, so that statements and `atomic` blocks of its own may stand between.
    """

    def __init__(self) -> None:
        self._db = connections[DEFAULT_DB_ALIAS]
        self._is_within = self._db.in_atomic_block
        self._is_open = False
        name = f"steps_{next(_numbers)}"
        begin, self._end = ("SAVEPOINT {0};", "RELEASE SAVEPOINT {0};") if self._is_within else ("BEGIN;", "COMMIT;")
        self._begin, self._end = begin.format(name), self._end.format(name)
        self._undo = f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"

    def __enter__(self) -> Self:
        return self

    def step(self, calls: Sequence[Call]) -> list[Rows]:
        return exchange(calls, first=self._first())

    def commit(self, calls: Sequence[Call] = ()) -> list[Rows]:
        """Constraints that are checked at the end may say no here as well: IntegrityError, and nothing is kept."""
        rows = exchange(calls, first=self._first(), last=self._end)
        self._is_open = False
        if not self._is_within:
            self._leave()
            self._db.run_and_clear_commit_hooks()
        return rows

    def _first(self) -> str:
        if self._is_open:
            return ""
        self._db.ensure_connection()
        self._is_open = True
        if not self._is_within:
            self._db.needs_rollback, self._db.commit_on_exit = False, True
            self._db.in_atomic_block, self._db.autocommit = True, False
        return self._begin + GENERIC

    def _leave(self) -> None:
        self._db.in_atomic_block, self._db.autocommit = False, True

    def __exit__(self, *_what: object) -> None:
        if not self._is_open:
            return
        self._is_open = False
        if self._is_within:
            self._back_to_savepoint()
        else:
            self._leave()
            self._roll_back()

    def _back_to_savepoint(self) -> None:
        try:
            with self._db.cursor() as cursor:
                cursor.execute(self._undo)
        except Error:  # the whole transaction is lost; what went wrong is on its way to the caller
            self._db.needs_rollback = True

    def _roll_back(self) -> None:
        """Costs nothing where a failed COMMIT did it."""
        if self._db.closed_in_transaction:
            self._db.connection = None
            return
        try:
            self._db.rollback()
        except Error:
            self._db.close()
