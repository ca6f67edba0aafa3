"""The child process of the Bing source: icrawler discovers, nothing is downloaded.

Reads one order as JSON from stdin; writes one JSON line per hit to stdout, then a line "end" or "error".
A process of its own because icrawler's threads cannot be stopped from outside: see `bing.py`.
"""

# icrawler carries no types.
# mypy: disallow-untyped-calls=False

import json
import logging
import queue
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote_plus

from icrawler import Crawler, Downloader, Parser
from icrawler.builtin.bing import BingFeeder
from icrawler.utils import CachedQueue

from ingest.network import Fetched, FetchFailed, FetchRefused, GuardedSession
from ingest.politeness import Gate
from ingest.sources.base import Hit, SourceError
from ingest.sources.bing_page import NotResults, Result, read_results

PAGE_STEP = 20  # what icrawler's own feeder assumes of a page; longer pages overlap and repeat
QUEUE_TIMEOUT = 0.1


@dataclass
class Order:
    session: GuardedSession
    base_address: str
    keyword: str
    filters: tuple[str, ...]
    limit: int
    pause: float
    time_limit: float
    found: dict[str, Hit] = field(default_factory=dict)


def read_order(text: str) -> Order:
    said = json.loads(text)
    rules = said.pop("session")
    gate = Gate(**rules["gate"]) if rules["gate"] else None
    session = GuardedSession(**{**rules, "allow": frozenset(rules["allow"]), "gate": gate})
    return Order(session=session, **{**said, "filters": tuple(said["filters"])})


class PoliteSession:
    """The guarded session as icrawler calls it, with a pause between pages; remembers what went wrong."""

    def __init__(self, session: GuardedSession, pause: float) -> None:
        self.session = session
        self.pause = pause
        self.asked = 0
        self.error: SourceError | None = None
        self.failure: FetchFailed | FetchRefused | None = None

    def get(self, url: str, timeout: float, headers: dict[str, str]) -> Fetched:
        if self.failure:
            raise self.failure  # icrawler goes on to the next page; nobody is asked for it
        if self.asked:
            time.sleep(self.pause)
        self.asked += 1
        try:
            return self.session.get(url, headers=headers)
        except FetchRefused as error:
            self.failure = error
            self.error = SourceError(f"Bing could not be asked: {error}", code=error.code)
            raise
        except FetchFailed as error:
            self.failure = error
            self.error = SourceError(f"Bing could not be asked: {error}", True, error.retry_after, error.code)
            raise


class PageFeeder(BingFeeder):
    """The original pastes the keyword in unencoded: a "#" or "&" in it drops the licence filter."""

    def __init__(self, *args: Any, base_address: str) -> None:
        super().__init__(*args)
        self.base_address = base_address

    def feed(  # type: ignore[override]
        self, keyword: str, offset: int, max_num: int, filters: dict[str, str] | None = None
    ) -> None:
        chosen = self.get_filter().apply(filters)
        for first in range(offset, offset + max_num, PAGE_STEP):
            query = f"q={quote_plus(keyword)}&first={first}&qft={chosen}"
            self.out_queue.put(f"{self.base_address}/images/async?{query}")


class PageParser(Parser):
    """Yields results; ends the pass at the first page that brings nothing new, and at the first fault."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: set[str] = set()

    def parse(self, response: Fetched, **kwargs: Any) -> Iterator[dict[str, str]]:
        fresh = 0
        for result in self._results(response):
            if result.image_url not in self.seen:
                self.seen.add(result.image_url)
                fresh += 1
                yield asdict(result)
        if not fresh:
            self.signal.set(reach_max_num=True)

    def _results(self, response: Fetched) -> list[Result]:
        if response.status == 200:
            try:
                return read_results(response.body, may_be_blank=bool(self.seen))
            except NotResults as error:
                self.session.error = SourceError(f"Bing gave no results: {error}.")
        else:
            self.session.error = _status_error(response)
        return []


def _status_error(response: Fetched) -> SourceError:
    if response.status == 429:
        message = "Bing says that we ask too often (429)."
    else:
        message = f"Bing answered {response.status} instead of results."
    transient = response.status == 429 or response.status >= 500
    return SourceError(message, transient, response.retry_after)


class HitRecorder(Downloader):
    """Downloads nothing. Ends when the parser has ended and the queue is empty, however slow pages are."""

    def worker_exec(self, *args: Any, **kwargs: Any) -> None:
        order: Order = kwargs["order"]
        rank = 0
        while len(order.found) < order.limit:
            parser_was_done = self.signal.get("parser_exited")
            try:
                result = Result(**self.in_queue.get(timeout=QUEUE_TIMEOUT))
            except queue.Empty:
                if parser_was_done:
                    return
                continue
            rank += 1
            record(order, result, kwargs["licence"], rank)
        self.signal.set(reach_max_num=True)


def record(order: Order, result: Result, licence: str, rank: int) -> None:
    if result.image_url in order.found:
        return
    hit = Hit(
        image_url=result.image_url,
        page_url=result.page_url,
        title=result.title,
        rank=rank,
        query=order.keyword,
        filter=licence,
        evidence={"thumbnail_url": result.thumbnail_url, "search": order.base_address},
    )
    order.found[hit.image_url] = hit
    write({"hit": asdict(hit)})


class DiscoveryCrawler(Crawler):
    """icrawler's pools and queues, started and joined in order instead of polled every second."""

    def __init__(self, session: PoliteSession, base_address: str) -> None:
        self.polite = session
        feeder_args = {"base_address": base_address}
        super().__init__(PageFeeder, PageParser, HitRecorder, extra_feeder_args=feeder_args)
        # Unbounded: the default queues hold five, lose results when full and block the feeder for good.
        self.feeder.out_queue = self.parser.in_queue = CachedQueue(0)
        self.parser.out_queue = self.downloader.in_queue = CachedQueue(0)

    def set_session(self, headers: dict[str, str] | None = None) -> None:
        self.session: Any = self.polite

    def set_logger(self, log_level: int = logging.INFO) -> None:
        self.logger = logging.getLogger(__name__)

    def discover(self, order: Order, licence: str) -> None:
        self.signal.reset()
        self.feeder.start(keyword=order.keyword, offset=0, max_num=order.limit, filters={"license": licence})
        self._join(self.feeder, "feeder_exited")
        self.downloader.start(order=order, licence=licence)
        self.parser.start(queue_timeout=QUEUE_TIMEOUT, max_retry=1)
        self._join(self.parser, "parser_exited")
        self._join(self.downloader, "downloader_exited")

    def _join(self, pool: Any, exited: str) -> None:
        for worker in pool.workers:
            worker.join()
        self.signal.set(**{exited: True})


def run(order: Order) -> None:
    session = PoliteSession(order.session, order.pause)
    for licence in order.filters:
        if len(order.found) < order.limit:
            DiscoveryCrawler(session, order.base_address).discover(order, licence)
        if error := session.error:
            write({"error": [error.message, error.transient, error.retry_after, error.code]})
            return
    write({"end": session.asked})


def write(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    order = read_order(sys.stdin.read())
    # The parent kills us at the limit; should the parent be gone, the kernel does, a little later.
    signal.alarm(int(order.time_limit) + 5)
    # icrawler logs every failed page with a trace of retries; the error line says it once.
    logging.disable(logging.CRITICAL)
    run(order)


if __name__ == "__main__":
    main()
