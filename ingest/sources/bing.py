"""Bing image search, for discovery only. Bing vouches for no licence: its filter is stored as a claim."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, ClassVar

from ingest.network import GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, SourceError

# MTF may take what can be modified and used commercially; Bing needs one pass for each.
LICENCE_FILTERS = ("publicdomain", "commercial,modify")
BING_LIMIT = 1000  # beyond it Bing repeats itself
PROJECT_ROOT = Path(__file__).resolve().parents[2]


class _NoLastWord(Exception):
    """The child ended without saying that it is done, or why it is not."""


@dataclass(frozen=True)
class BingSource:
    """Runs icrawler in a child process with a hard time limit: its threads can hang and cannot be stopped.

    A subprocess, not multiprocessing: Celery's prefork workers are daemons and may have no such children.
    """

    time_limit: float = 180.0  # seconds for one identity
    pause: float = 0.5  # seconds between two pages

    name: ClassVar[str] = "bing"
    label: ClassVar[str] = Sentence("Bing image search")
    about: ClassVar[str] = Sentence(
        "Searches the web behind a licence filter; each picture’s source page must prove it."
    )
    searches: ClassVar[bool] = True
    heeds_robots: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    default_address: ClassVar[str] = "https://www.bing.com"

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        with tempfile.TemporaryFile() as complaints:
            child = _start(self._order(query, session), complaints)
            started = time.monotonic()
            timer = threading.Timer(self.time_limit, child.kill)
            timer.start()
            try:
                yield from _hits(child)
            except _NoLastWord:
                raise self._silence(child.wait(), time.monotonic() - started, complaints) from None
            finally:
                timer.cancel()
                _end(child)

    def _order(self, query: Query, session: GuardedSession) -> str:
        order = {
            "session": {**asdict(session), "allow": sorted(session.allow)},
            "base_address": (query.base_address or self.default_address).rstrip("/"),
            "keyword": query.identity_name,
            "filters": LICENCE_FILTERS,
            "limit": min(query.limit, BING_LIMIT),
            "pause": self.pause,
            "time_limit": self.time_limit,
        }
        return json.dumps(order)

    def _silence(self, status: int, seconds: float, complaints: IO[bytes]) -> SourceError:
        """What to say of a child that ended without a last word."""
        if seconds >= self.time_limit:
            return SourceError(f"Bing gave no end of results within {self.time_limit:g} s.", True)
        complaints.seek(0)
        lines = complaints.read().decode("utf-8", "replace").strip().splitlines() or [f"status {status}"]
        return SourceError(f"The search process died: {lines[-1]}", True)


def _start(order: str, complaints: IO[bytes]) -> subprocess.Popen[str]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as orders:
        orders.write(order)
        orders.seek(0)
        return subprocess.Popen(
            [sys.executable, "-m", "ingest.sources.bing_child"],
            stdin=orders,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=PROJECT_ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            encoding="utf-8",
        )


def _hits(child: subprocess.Popen[str]) -> Iterator[Hit]:
    """Yield hits while the child finds them; SourceError if it says so."""
    for text in child.stdout or ():
        if not text.endswith("\n"):
            break  # killed in the middle of a line
        line = json.loads(text)
        if "end" in line:
            return
        if "error" in line:
            raise SourceError(*line["error"])
        yield Hit(**line["hit"])
    raise _NoLastWord


def _end(child: subprocess.Popen[str]) -> None:
    """Also for a consumer that stops asking half-way: no child is left behind."""
    if child.poll() is None:
        child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
