"""The product's web server behind a slow line: every answer waits `BENCH_LATENCY_MS`."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from mtf_site.wsgi import application as product

DELAY = int(os.environ.get("BENCH_LATENCY_MS", "0")) / 1000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST" or not environ["PATH_INFO"].startswith("/static/"):
        time.sleep(DELAY)
    answer: Iterable[bytes] = product(environ, start_response)
    return answer
