"""Reviewers at work on a long queue, over HTTP: answers a second, and how long one waits. One JSON object a line.

Works in a folder, a database for each size and a Redis of its own, which are gone at the end. Every rate is set
against a bare signed-in page with one SELECT in the same run; server, database and reviewers share the machine.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

PARTS = ("bare", "cycle", "want1", "grid")


def main() -> None:
    order = _order()
    var = Path(tempfile.mkdtemp(prefix="mtf-bench-"))
    try:
        _settle_in(var)
        from bench import _review  # the settings are read when it is imported

        for line in _review.figures(order, var):
            print(json.dumps(line), flush=True)
    finally:
        if order.keep_log:
            for log in var.glob("*.log"):
                shutil.copy(log, order.keep_log)
        shutil.rmtree(var, ignore_errors=True)


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.review", description=__doc__)
    parser.add_argument(
        "--claims", nargs="+", type=int, default=[10_000, 132_816, 1_000_000], help="sizes of the queue"
    )
    parser.add_argument("--reviewers", type=int, default=8, help="who work at once")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seconds", type=float, default=12, help="of each part at each size, after a warm-up")
    parser.add_argument("--slice", type=float, default=4, help="seconds after which the next part has its turn")
    parser.add_argument("--keep-log", type=Path, help="folder that the servers' logs are copied to")
    return parser.parse_args()


def _settle_in(var: Path) -> None:
    """Embedded servers of our own, whatever the environment says; else as in production."""
    for name in ("DATABASE_URL", "REDIS_URL", "MTF_TEST_SERVICES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench._review_settings",
        "MTF_ENVIRONMENT": "development",
        "MTF_VAR": str(var),
        "MTF_LOG_LEVEL": "ERROR",
    }
    import django  # after the environment is set

    django.setup()
    from django.core.management import call_command  # after the set-up

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
