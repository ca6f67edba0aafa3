"""Work done ahead by a few threads, its results in order: reading waits for the disk, and hashing lets go of the
interpreter."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
THREADS = 3


def results(work: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """`work` of each item; at most so many are under way, so that memory stays flat. Items are drawn by the caller's
    thread alone. The first exception ends it, and what was not begun is left."""
    under_way = deque[Future[R]]()
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > most:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """In turn, so many at a time: handing work to a thread costs more than a file."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
