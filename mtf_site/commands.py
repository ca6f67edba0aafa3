"""Runs a management command so that what an operator can mend is one line, never a traceback."""

import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

from mtf_site.services import ServicesError


def run(execute: Callable[[list[str]], None], argv: list[str]) -> None:
    try:
        execute(argv)
    except (ImproperlyConfigured, ServicesError) as error:
        sys.exit(f"manage.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
