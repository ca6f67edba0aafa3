"""A database of its own for work that must not touch the installation's: empty, of this version, gone at the end."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError

from curation import estimates, policies, policy_maps

PREFIX = "mtf_scratch"
ABANDONED = 3600  # seconds after which one that nobody is connected to was left by a process that was killed
LEFT = """
SELECT datname FROM pg_database d WHERE datname LIKE %s
AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""


class NoScratch(Exception):
    """One sentence: why there can be no such database."""


@contextmanager
def scratch_database(*, like: str = "") -> Iterator[str]:
    """Within, the default connection leads to the new database and nowhere else; its name.

    It is a copy of `like`, another scratch database, or has the tables of the migrations. Not within a transaction.
    """
    if connection.in_atomic_block:
        raise NoScratch("a database cannot be made within a transaction")
    name, home = f"{PREFIX}_{int(time.time())}_{token_hex(4)}", str(connection.settings_dict["NAME"])
    _drop_abandoned()
    connection.close()  # it may lead to `like`, which nobody must be connected to
    try:
        _create(name, like or "template0")
        _lead_to(name)
        _check(name)
        if not like:
            call_command("migrate", verbosity=0, interactive=False)
        yield name
    finally:
        _lead_to(home)
        _drop(name)


def _create(name: str, like: str) -> None:
    try:
        _elsewhere(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        _elsewhere(f'ALTER DATABASE "{name}" SET synchronous_commit = off')  # a crash may lose it: it is of no worth
    except ProgrammingError as error:
        raise NoScratch(
            "the database account may not create databases, and this needs one of its own:"
            f" run it on another installation, or without the database ({' '.join(str(error).split())})"
        ) from error


def _lead_to(name: str) -> None:
    """And forgets what this process remembers of the other database: there the same ids are something else."""
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()
    policies._known.clear()
    policies._used.clear()
    policy_maps._maps.cache_clear()
    estimates._known.clear()


def _check(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (found,) = cursor.fetchone()
    if found != name:
        raise NoScratch(f"connected to {found} where {name} was meant: a pooler in between does not heed the name")


def _drop(name: str) -> None:
    _elsewhere(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _drop_abandoned() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [f"{PREFIX}\\_%"])
        found = [name for (name,) in cursor.fetchall()]
    for name in found:
        made = re.fullmatch(rf"{PREFIX}_(\d+)_[0-9a-f]+", name)
        if made and int(made[1]) < time.time() - ABANDONED:
            _drop(name)


def _elsewhere(statement: str) -> None:
    """On a connection to the server's own database: none may be open to one that is made or dropped."""
    with connection._nodb_cursor() as cursor:  # as Django's tests make theirs
        cursor.execute(statement)
