"""Statements that every call makes, planned once a connection: to plan the long ones costs more than to run them.

They are prepared by name in SQL, so that several still go to the server in one message, with BEGIN before and COMMIT
after them where they are a whole transaction. A pooler between must keep a connection's session (PgBouncer:
`pool_mode = session`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DataError, connection, connections
from psycopg import errors, generators, pq
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.types.datetime import TimestamptzLoader

PARAMETER = re.compile(r"%\((\w+)\)s")
# Else the planner would plan anew each time for the sake of the values, which change nothing here.
GENERIC = "SET LOCAL plan_cache_mode = force_generic_plan;"
# All of these look a few rows up. What is planned while a table is small must not read all of it once it has grown; and
# any of them is planned anew when its tables were analysed.
BY_INDEX, AS_EVER = "SET LOCAL enable_seqscan = off;", "SET LOCAL enable_seqscan TO DEFAULT;"
Call = tuple[str, Mapping[str, Any]]  # a statement with %(name)s where its values go, and (at least) these
Rows = list[tuple[Any, ...]]
IDLE, FATAL_ERROR = pq.TransactionStatus.IDLE, pq.ExecStatus.FATAL_ERROR
_known: WeakKeyDictionary[Any, "Known"] = WeakKeyDictionary()
_numbers = count()


def exchange(calls: Sequence[Call], *, first: str = GENERIC, last: str = "") -> list[Rows]:
    """The rows of each call, in one message; `first` and `last` are plain statements around them, without values.

    Each sees what is there when it begins. Texts are kept as long as the connection: they must be few, whatever the
    values.
    """
    db = connections[DEFAULT_DB_ALIAS]  # itself: what stands for it looks it up anew for each attribute
    db.close_if_health_check_failed()
    db.ensure_connection()
    known = _known.get(db.connection) or _known.setdefault(db.connection, Known(db.connection))
    names = known.names
    new = {text: f"mtf_{next(_numbers)}" for text, _values in calls if text not in names}
    parts = [f"PREPARE {name} AS {_read(text)[0]};" for text, name in new.items()]
    parts += [first, BY_INDEX]
    named = {**names, **new} if new else names
    parts += [_call(named[text], _read(text)[1], values) for text, values in calls]
    parts += [AS_EVER, last]
    before = len(new) + 1 + first.count(";")  # results that come before those of the calls
    ask = _straight if _is_plain(db) else _by_cursor
    rows = ask(db, known, "".join(parts), range(before, before + len(calls)))
    names.update(new)  # a name is not used again where this failed
    return rows


def _is_plain(db: Any) -> bool:
    """Whether nobody wants to see the statement, and no transaction is still to be begun for it."""
    is_begun = db.connection.autocommit or db.connection.pgconn.transaction_status != IDLE
    return bool(is_begun and not db.queries_logged and not db.execute_wrappers)


def _straight(db: Any, known: "Known", message: str, places: Iterable[int]) -> list[Rows]:
    """Without cursors, which cost more than most of these statements do."""
    db.validate_no_broken_transaction()
    with db.wrap_database_errors:
        db.connection.pgconn.send_query(message.encode())
        results = db.connection.wait(generators.execute(db.connection.pgconn))
        if results[-1].status == FATAL_ERROR:
            raise errors.error_from_result(results[-1])
        return [known.rows(results[place]) for place in places]


def _by_cursor(db: Any, known: "Known", message: str, places: Iterable[int]) -> list[Rows]:
    with db.cursor() as cursor:
        cursor.execute(message)
        results = [received.pgresult for received in cursor.cursor.results()]
        return [known.rows(results[place]) for place in places]


class Moment(TimestamptzLoader):
    """What Django makes of a moment, as its sessions are in UTC; and of what Python has no moment for."""

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)


class Known:
    """Of one connection: the names of the statements that it has prepared, and how its values are read."""

    connection = None  # to a transformer: it must not keep alive what this hangs on

    def __init__(self, raw: Any) -> None:
        self.names: dict[str, str] = {}
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("timestamptz", Moment)
        self._transformer = Transformer(self)

    def rows(self, result: Any) -> Rows:
        if not result.nfields:
            return []
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """As PREPARE wants it, and the names of its values in the order of their numbers."""
    names = tuple(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text)
    return numbered.rstrip().rstrip(";"), names


# ---- Values, written into the message: an EXECUTE has no other way. Each takes the type that its statement gives it.


def _call(prepared: str, names: Sequence[str], values: Mapping[str, Any]) -> str:
    given = ", ".join([_literal(values[name]) for name in names])
    return f"EXECUTE {prepared}({given});" if names else f"EXECUTE {prepared};"


def _literal(value: Any) -> str:
    if type(value) is str:
        return _quoted(value)
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"'{value}'" if value < 0 or isinstance(value, float) else str(value)
    return _quoted(_array(value) if isinstance(value, list | tuple) else _text(value))


def _text(value: Any) -> str:
    if isinstance(value, str | UUID):
        return str(value)
    if isinstance(value, date):  # and a datetime, which is one
        return value.isoformat()
    raise TypeError(f"a prepared statement takes no {type(value).__name__}")


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    text = _text(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _quoted(text: str) -> str:
    """The library's own quoting, except where there is nothing to quote."""
    if "\0" in text:
        raise DataError("PostgreSQL text holds no NUL")
    if "'" not in text and "\\" not in text:
        return f"'{text}'"
    return bytes(pq.Escaping(connection.connection.pgconn).escape_literal(text.encode())).decode()
