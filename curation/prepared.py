"""Statements that every call makes, planned once a connection: to plan the long ones costs more than to run them.

They are prepared by name in SQL, so that several still go to the server in one message. A pooler between must keep a
connection's session (PgBouncer: `pool_mode = session`).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

PARAMETER = re.compile(r"%\((\w+)\)s")
# Else the planner would plan anew each time for the sake of the values, which change nothing here.
GENERIC = "SET LOCAL plan_cache_mode = force_generic_plan;"
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # of each connection: a statement, and its name
_numbers = count()


def execute(cursor: Any, statements: Sequence[str], params: Mapping[str, Any]) -> None:
    """Sends them in one message; the cursor stands at the result of the first. Each sees what is there when it begins.

    Texts are kept as long as the connection: they must be few, whatever the parameters.
    """
    connection.ensure_connection()
    known = _known.setdefault(connection.connection, {})
    new = {text: f"curation_{next(_numbers)}" for text in statements if text not in known}
    names = known | new
    parts = [f"PREPARE {name} AS {_numbered(text)};" for text, name in new.items()]
    ready = "".join(part.replace("%", "%%") for part in parts) + GENERIC
    cursor.execute(ready + "".join(_call(names[text], text) for text in statements), params)
    known.update(new)  # a name is not used again where this failed
    for _done in range(len(new) + 1):
        cursor.nextset()


def _parameters(text: str) -> list[str]:
    return list(dict.fromkeys(PARAMETER.findall(text)))


def _numbered(text: str) -> str:
    places = {name: f"${number}" for number, name in enumerate(_parameters(text), 1)}
    return PARAMETER.sub(lambda found: places[found[1]], text).rstrip().rstrip(";")


def _call(name: str, text: str) -> str:
    values = ", ".join(f"%({parameter})s" for parameter in _parameters(text))
    return f"EXECUTE {name}({values});" if values else f"EXECUTE {name};"
