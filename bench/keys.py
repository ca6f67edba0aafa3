"""The reviewer's screens in a real browser: from a key press to the next face painted, and the keys and pointer moves
that a decision takes, over the mix of faces that the demo has.

One JSON object a line. Works in a folder and a database of its own, which are gone at the end; the faces are drawn by
demo/. Needs Chromium. `latency_ms` is added by the server to every answer, crops and all.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

PARTS = ("paint", "effort")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.keys", description=__doc__)
    parser.add_argument("--faces", type=int, default=300, help="answered at one key every 300 ms")
    parser.add_argument("--pause", type=int, default=300, help="ms from key to key")
    parser.add_argument("--latency", type=int, default=200, help="ms, of the second run")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    order = parser.parse_args()
    var = Path(tempfile.mkdtemp(prefix="mtf-bench-"))
    try:
        _settle_in(var)
        from bench import _keys  # the settings are read when it is imported

        for line in _keys.figures(order, var):
            print(json.dumps(line), flush=True)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _settle_in(var: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "MTF_TEST_SERVICES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
        "MTF_ENVIRONMENT": "development",
        "MTF_VAR": str(var),
        "MTF_LOG_LEVEL": "ERROR",
        "MTF_PRACTICE_ITEMS": "0",  # it is the work itself that is measured
    }
    import django  # after the environment is set

    django.setup()
    from django.core.management import call_command  # after the set-up

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
