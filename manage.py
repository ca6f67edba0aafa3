#!/usr/bin/env python
"""The command line of MTF Curator: `manage.py help` lists what it does."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mtf_site.settings")
    try:
        from django.core.management import execute_from_command_line  # late: the message below needs it
    except ImportError as error:
        sys.exit(f"Django is not installed here ({error}). Run `make install`, then .venv/bin/python manage.py …")
    from mtf_site.commands import run  # late: it needs Django, and the message above must come first

    run(execute_from_command_line, sys.argv)


if __name__ == "__main__":
    main()
