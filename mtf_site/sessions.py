"""Sessions in the database, each read together with its person, their roles and what the applications ask for.

Whose session it is stands in its signed data, which the database cannot read. So the store goes by whose it was when
this process saw it last, and reads again where that no longer holds: nothing is believed that was not read just now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.db import Error, InterfaceError, OperationalError, connection

from mtf_site.prepared import Call, Rows, exchange

MOST = 10_000  # sessions of which a process remembers whose they are
SESSION = "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > now()"
COLUMNS = [field.column for field in User._meta.concrete_fields]
PERSON = f"""
SELECT {", ".join(f"u.{column}" for column in COLUMNS)}, ARRAY(
    SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = u.id)
FROM auth_user u WHERE u.id = %(user)s
"""  # noqa: S608  constants
Ask = Callable[[list[Call]], list[Rows]]
_users: dict[str, int] = {}
_along: dict[str, str] = {}


@dataclass(frozen=True)
class Company:
    """What was read with a session: its person with the names of their groups, and the rows that `read_along` named."""

    person: User
    groups: frozenset[str]
    along: Mapping[str, Rows]


def read_along(name: str, statement: str) -> None:
    """From now on the rows of the statement come with each session of somebody; it may ask for `%(user)s`."""
    _along[name] = statement


class SessionStore(db.SessionStore):
    company: Company | None = None  # of the person whom the session names, once it was loaded
    ask_first: Ask | None = None  # as `exchange`, in its place while somebody seems to be signed in; may do more

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        if "\0" in key:
            self._session_key = None
            return {}
        guess = _users.get(key, 0)
        data, company = self._read(key, guess)
        user = _person_of(data)
        if user and user != guess:
            _remember(key, user)
            data, company = self._read(key, user)
        self.company = company if company and company.person.pk == _person_of(data) else None
        return data

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        if (user := _person_of(self)) and self.session_key:
            _remember(self.session_key, user)

    def _read(self, key: str, user: int) -> tuple[dict[str, Any], Company | None]:
        ask, self.ask_first = self.ask_first if user else None, None
        sessions, people, *along = _ask([(text, {"key": key, "user": user}) for text in _statements()], ask)
        if not sessions:
            self._session_key = None
            return {}, None
        return self.decode(sessions[0][0]), _company(people, along)


def _statements() -> tuple[str, ...]:
    return SESSION, PERSON, *_along.values()


def _company(people: Rows, along: list[Rows]) -> Company | None:
    if not people:
        return None
    *columns, groups = people[0]
    person = User.from_db("default", [field.attname for field in User._meta.concrete_fields], columns)
    return Company(person, frozenset(groups), dict(zip(_along, along, strict=True)))


def _person_of(data: "dict[str, Any] | SessionStore") -> int:
    """0 where the session is nobody's."""
    try:
        return int(data.get(SESSION_KEY, 0))
    except (TypeError, ValueError):
        return 0


def _remember(key: str, user: int) -> None:
    if len(_users) >= MOST:
        _users.clear()
    _users[key] = user


def _ask(calls: list[Call], first: Ask | None) -> list[Rows]:
    """The first statement of a request finds out whether the kept connection still stands: else once more, anew."""
    was_open = connection.connection is not None and not connection.in_atomic_block
    connection.health_check_done = True  # type: ignore[attr-defined]  # Django would spend a statement on it
    try:
        if first:
            return first(calls)
    except Error:  # whatever else was asked with it: who it is can be told all the same
        pass
    try:
        return exchange(calls)
    except (InterfaceError, OperationalError):
        if not was_open:
            raise
        connection.close()
        return exchange(calls)
