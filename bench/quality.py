"""Server time of every quality page over a year of answers, unfiltered and filtered. One JSON object a line.

Works in a folder and a database of its own, which are gone at the end. `ratio` is how many times longer a page takes
than a bare signed-in one. The snapshot of the votes that pages read is made once, and told with its time.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PAGES = ("quality", "quality-pairs", "quality-confusion", "quality-reasons", "quality-pace", "quality-identities",
         "quality-modes", "quality-faces")  # fmt: skip
FACES = 132_816
Line = dict[str, Any]


def main() -> None:
    order = _order()
    var = Path(tempfile.mkdtemp(prefix="mtf-bench-"))
    try:
        _settle_in(var)
        for line in _figures(order):
            print(json.dumps(line), flush=True)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.quality", description=__doc__)
    parser.add_argument("--faces", type=int, default=FACES, help="each with three votes on both questions")
    parser.add_argument("--times", type=int, default=5, help="each page is asked for; the median is told")
    return parser.parse_args()


def _settle_in(var: Path) -> None:
    """Embedded servers of our own, whatever the environment says; else as in production."""
    for name in ("DATABASE_URL", "REDIS_URL", "MTF_TEST_SERVICES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
        "MTF_ENVIRONMENT": "development",
        "MTF_VAR": str(var),
        "MTF_LOG_LEVEL": "ERROR",
    }
    import django  # after the environment is set

    django.setup()
    from django.core.management import call_command  # after the set-up

    call_command("migrate", verbosity=0)


def _figures(order: argparse.Namespace) -> Iterator[Line]:
    from django.test import Client  # after the set-up

    from bench import _quality_stock
    from curation import vote_snapshots
    from curation.vote_reading import read_votes
    from ingest.models import CrawlJob

    began = time.perf_counter()
    admin = _quality_stock.fill(order.faces)
    yield {"bench": "quality: seconds to fill", "faces": order.faces, "seconds": _since(began)}
    began = time.perf_counter()
    votes = read_votes()
    yield {"bench": "quality: votes read from the database", "answers": len(votes), "seconds": _since(began)}
    began = time.perf_counter()
    vote_snapshots.renew()
    yield {"bench": "quality: snapshot made", "answers": len(votes), "seconds": _since(began)}
    client = Client(SERVER_NAME="localhost")
    client.force_login(admin)
    bare = _seconds(client, "/profile/", order.times)
    for name in PAGES:
        for filtered, query in _filters(CrawlJob.objects.latest("pk").pk):
            seconds = _seconds(client, _address(name, query), order.times)
            line = {"bench": f"quality: {name}", "filter": filtered, "faces": order.faces, "answers": len(votes)}
            yield line | {"seconds": round(seconds, 3), "ratio": round(seconds / bare, 1)}


def _filters(job: int) -> list[tuple[str, str]]:
    until = date.today() - timedelta(days=60)
    since = until - timedelta(days=30)
    month = f"since={since}&until={until}"
    return [("none", ""), ("month", month), ("job", f"job={job}"), ("identity", "identity=Stock 7")]


def _address(name: str, query: str) -> str:
    from django.urls import reverse  # after the set-up

    more = "&pattern=differ&field=race" if name == "quality-faces" else ""
    return f"{reverse(name)}?{query}{more}"


def _seconds(client: Any, address: str, times: int) -> float:
    """The median, after one that warms up."""
    spent = []
    for _ in range(times + 1):
        began = time.perf_counter()
        answer = client.get(address)
        spent.append(time.perf_counter() - began)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return statistics.median(spent[1:])


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 2)


if __name__ == "__main__":
    main()
