"""Runs a management command so that what an operator can mend is one line, never a traceback."""

import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

from mtf_site.printing import printable
from mtf_site.services import ServicesError

BAD_USAGE = 2


def run(execute: Callable[[list[str]], None], argv: list[str]) -> None:
    try:
        execute(argv)
    except (ImproperlyConfigured, ServicesError) as error:
        sys.exit(f"manage.py: {error}")
    except OperationalError as error:
        sys.exit(f"manage.py: the database does not do its part: {' '.join(str(error).split())}")
    except ProgrammingError as error:
        if not isinstance(error.__cause__, (UndefinedTable, UndefinedColumn)):
            raise
        sys.exit("manage.py: the database is not that of this version: run manage.py migrate first.")
    except UnicodeEncodeError as error:
        sys.exit(f"manage.py: {printable(error.object)!r} is not UTF-8 text.")
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as stop:
        if stop.code == 1 and _is_unknown(argv):  # Django says 1
            sys.exit(BAD_USAGE)
        raise


def _is_unknown(argv: list[str]) -> bool:
    """Whether there is no such command, which Django has said already."""
    return len(argv) > 1 and not argv[1].startswith("-") and argv[1] not in {*get_commands(), "help"}
