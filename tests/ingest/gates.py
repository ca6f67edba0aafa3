"""Holding a worker in the middle of a job, and waiting for what it does."""

import threading
import time
from collections.abc import Callable

from tests.ingest.crawling import picture
from tests.servers import Reply, Request

PATIENCE = 200.0  # for the slowest machine; less than a row stays taken (pending.LEASE), which would hide a fault


class Gate:
    """The site's pictures wait behind it, so that a fault comes in the middle of a job and not after it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = threading.Semaphore(0)

    def picture(self, data: bytes) -> Callable[[Request], Reply]:
        def answer(request: Request) -> Reply:
            self.asked.release()
            self.open.wait(PATIENCE)
            return picture(data)

        return answer

    def wait_until_asked(self, times: int) -> None:
        for _ in range(times):
            assert self.asked.acquire(timeout=PATIENCE), "the worker does not fetch"


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"not in {PATIENCE:.0f} s: {what}"
        time.sleep(0.1)
