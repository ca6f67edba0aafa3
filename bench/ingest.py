"""From a web server to faces in the database, at size: one JSON object a line.

Works in a folder, a database and a Redis of its own, which are gone at the end.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from bench import _pictures

DEFAULT_FACES = Path(__file__).resolve().parent.parent.parent / "shared" / "faces"
PARTS = ("speed", "memory", "database", "lookup")


def main() -> None:
    order = _order()
    var = Path(tempfile.mkdtemp(prefix="mtf-bench-"))
    faces = Path(os.environ.get("MTF_FACES") or DEFAULT_FACES)
    pictures = order.pictures or var / "pictures"
    try:
        real = faces if (faces / "people").is_dir() else None
        _pictures.prepare(pictures / "photos", order.photos, _pictures.AS_CAMERAS_MAKE_THEM, real)
        if "memory" in order.parts:
            _pictures.prepare(pictures / "memory", order.memory, _pictures.MOSTLY_SMALL, real)
        with _pictures.served(pictures) as host:
            _settle_in(var, host)
            from bench import _ingest  # the settings are read when it is imported

            for line in _ingest.figures(order, host, var):
                print(json.dumps(line), flush=True)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--photos", type=int, default=200, help="photos of which speed and queries are measured")
    parser.add_argument("--memory", type=int, default=5000, help="photos that the worker takes in, one after the other")
    parser.add_argument("--small", type=int, default=1000, help="photos stored already, to compare with")
    parser.add_argument("--large", type=int, default=132_816, help="photos stored already")
    parser.add_argument("--pictures", type=Path, help="folder that keeps the pictures made for it, for another run")
    parser.add_argument("--lookups", type=int, default=500)
    return parser.parse_args()


def _settle_in(var: Path, host: str) -> None:
    """Embedded servers of our own, whatever the environment says, and no politeness towards our own server."""
    for name in ("DATABASE_URL", "REDIS_URL", "MTF_TEST_SERVICES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
        "MTF_ENVIRONMENT": "development",
        "MTF_VAR": str(var),
        "MTF_ALLOW_HOSTS": host,
        "MTF_HOST_RATE": "1000000",
        "MTF_HOST_BURST": "1000000",
        "MTF_MAX_PHOTOS": "1000000",
        "MTF_LOG_LEVEL": "ERROR",
    }
    import django  # after the environment is set

    django.setup()
    from django.core.management import call_command  # after the set-up

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
