"""Statements that every call makes, planned once a connection: to plan the long ones costs more than to run them.

They are prepared by name in SQL, so that several still go to the server in one message, with BEGIN before and COMMIT
after them where they are a whole transaction. A pooler between must keep a connection's session (PgBouncer:
`pool_mode = session`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DataError, connection
from psycopg import pq

PARAMETER = re.compile(r"%\((\w+)\)s")
# Else the planner would plan anew each time for the sake of the values, which change nothing here.
GENERIC = "SET LOCAL plan_cache_mode = force_generic_plan;"
# All of these look a few rows up. What is planned while a table is empty must not read all of it once it has grown.
BY_INDEX, AS_EVER = "SET LOCAL enable_seqscan = off;", "SET LOCAL enable_seqscan TO DEFAULT;"
Call = tuple[str, Mapping[str, Any]]  # a statement with %(name)s where its values go, and (at least) these
Rows = list[tuple[Any, ...]]
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # of each connection: a statement, and its name
_numbers = count()


def execute(cursor: Any, statements: Sequence[str], params: Mapping[str, Any]) -> None:
    """Sends them in one message; the cursor stands at the result of the first. Each sees what is there when it begins.

    Texts are kept as long as the connection: they must be few, whatever the parameters.
    """
    for _done in range(_send(cursor, [(text, params) for text in statements], GENERIC)):
        cursor.nextset()


def exchange(calls: Sequence[Call], *, first: str = GENERIC, last: str = "") -> list[Rows]:
    """The rows of each call, in one message; `first` and `last` are plain statements around them, without values."""
    with connection.cursor() as cursor:
        before = _send(cursor, calls, first, last)
        received = cursor.cursor  # the driver's own: what is here already cannot fail
        for _done in range(before):
            received.nextset()
        return [_rows(received) for _call in calls]


def _rows(cursor: Any) -> Rows:
    result = cursor.pgresult
    rows: Rows = cursor.fetchall() if result is not None and result.nfields else []
    cursor.nextset()
    return rows


def _send(cursor: Any, calls: Sequence[Call], first: str, last: str = "") -> int:
    """How many results come before those of the calls."""
    connection.ensure_connection()
    known = _known.setdefault(connection.connection, {})
    new = {text: "" for text, _values in calls if text not in known}
    names = known | {text: f"mtf_{next(_numbers)}" for text in new} if new else known
    parts = [f"PREPARE {names[text]} AS {_read(text)[0]};" for text in new]
    parts += [first, BY_INDEX] if new else [first]
    parts += [_call(names[text], _read(text)[1], values) for text, values in calls]
    cursor.execute("".join([*parts, AS_EVER, last] if new else [*parts, last]))
    known.update({text: names[text] for text in new})  # a name is not used again where this failed
    return len(new) + bool(new) + first.count(";")


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
