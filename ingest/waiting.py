"""Watching a crawl job from a terminal until it is over."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.db import InterfaceError, OperationalError, connection
from tqdm import tqdm

from ingest.models import CrawlJob
from ingest.progress import Progress, progress

POLL_SECONDS = 0.5
LINE_SECONDS = 5.0
SILENCE_SECONDS = 15.0

Show = Callable[[Progress], None]


def watch(job: CrawlJob, show: Show, on_silence: Callable[[], None]) -> Progress:
    """Return when the job is over. `on_silence` is called each time nothing has moved for a while."""
    last, moved_at = None, time.monotonic()
    while True:
        now = _look(job)
        if now is not None:
            show(now)
            if job.is_over:
                return now
        if now != last or job.state == CrawlJob.State.PAUSED:
            last, moved_at = now, time.monotonic()
        elif time.monotonic() - moved_at > SILENCE_SECONDS:
            on_silence()
            moved_at = time.monotonic()
        time.sleep(POLL_SECONDS)


def _look(job: CrawlJob) -> Progress | None:
    """None where the database is away just now, as while it restarts."""
    try:
        job.refresh_from_db(fields=["state", "finished_at"])  # first: what is counted next is then the end
        return progress(job)
    except (OperationalError, InterfaceError):
        connection.close()
        return None


@contextmanager
def shown_on(stream: TextIO) -> Iterator[Show]:
    """A progress bar on a terminal, plain lines elsewhere."""
    if stream.isatty():
        with tqdm(total=0, unit=" pictures", file=stream, leave=True) as bar:
            yield lambda now: _show_bar(bar, now)
    else:
        yield _Lines(stream)


def _show_bar(bar: Any, now: Progress) -> None:
    bar.total = now.tally.found
    bar.n = now.tally.settled
    bar.set_postfix_str(f"{now.tally.fetched} fetched, {now.faces} faces, {now.tally.refused} refused")


class _Lines:
    """At most one line in a few seconds, and only when something moved."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ""
        self._next = 0.0

    def __call__(self, now: Progress) -> None:
        line = (
            f"{now.asked} of {now.identities} identities asked, {now.tally.settled} of {now.tally.found}"
            f" pictures settled, {now.tally.fetched} fetched, {now.faces} faces, {now.tally.refused} refused"
        )
        if line != self._last and time.monotonic() >= self._next:
            self._last, self._next = line, time.monotonic() + LINE_SECONDS
            self._stream.write(line + "\n")
            self._stream.flush()
