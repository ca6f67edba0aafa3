"""May this host be asked now? Its robots.txt and its bucket decide, for all workers together.

Plain values only, so that a session with its gate can be handed to another process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.exceptions import RedisError

from ingest import buckets, robots
from ingest.addresses import Target
from ingest.buckets import Pace
from ingest.network_errors import FetchFailed, FetchRefused
from ingest.robots import Robots

ROBOTS_SECONDS = 6 * 3600
UNREACHABLE_SECONDS = 300  # then robots.txt is asked for again
DEFAULT_CLOSURE = 30.0  # for a 429 or 503 that names no time
CAPTCHA_CLOSURE = 300.0
IS_TEXT, IS_UNREACHABLE = b"+", b"-"

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Gate:
    """`rate` is requests a second to one host. A wait of up to `patience` seconds is slept, a longer one refused."""

    redis_url: str
    rate: float
    burst: int
    patience: float = 2.0
    keys: str = "mtf:polite"

    def admit(self, target: Target, agent: str, time_left: float, fetch_robots: Fetch | None) -> None:
        """Return when it is our turn to ask for `target`.

        `agent` is our product token; without `fetch_robots` only the bucket is asked. Raises FetchRefused
        "robots", and FetchFailed "throttled", "robots_unreachable" or "redis_away".
        """
        pace = Pace(1 / self.rate, self.burst)
        if fetch_robots is not None:
            pace = self._slower(pace, self._check_robots(target, agent, fetch_robots))
        turn = buckets.ask(buckets.connected(self.redis_url), self._bucket(target), pace, min(self.patience, time_left))
        if not turn.is_granted:
            words = f"{target.host} is busy with our own requests or wants us to wait."
            raise FetchFailed("throttled", words, turn.wait)
        time.sleep(turn.wait)

    def close(self, target: Target, pause: float | None) -> None:
        """The host asked for a pause: nobody of us asks it meanwhile."""
        pace = Pace(1 / self.rate, self.burst)
        pause = DEFAULT_CLOSURE if pause is None else pause
        buckets.close(buckets.connected(self.redis_url), self._bucket(target), pace, pause)

    def forget_queues(self) -> None:
        """To be called when those who were told to come back will not: who asks next is told an earlier time."""
        buckets.forget_queues(buckets.connected(self.redis_url), f"{self.keys}:bucket:*")

    def _bucket(self, target: Target) -> str:
        return f"{self.keys}:bucket:{target.host_port}"

    @staticmethod
    def _slower(pace: Pace, delay: float) -> Pace:
        return Pace(delay) if delay > pace.interval else pace

    def _check_robots(self, target: Target, agent: str, fetch: Fetch) -> float:
        """The delay that the host asks for."""
        rules = self._robots(target, fetch)
        if rules.unreachable:
            words = f"Its robots.txt cannot be read: {rules.unreachable}"
            raise FetchFailed("robots_unreachable", words, UNREACHABLE_SECONDS)
        if not rules.allows(target.url, agent):
            raise FetchRefused("robots", f"The robots.txt of {target.host} forbids this address.")
        return rules.delay(agent)

    def _robots(self, target: Target, fetch: Fetch) -> Robots:
        """From Redis, or asked for and kept there for hours."""
        origin = f"{target.scheme}://{target.host_port}"
        key = f"{self.keys}:robots:{origin}"
        redis = buckets.connected(self.redis_url)
        try:
            known = redis.get(key)
            if isinstance(known, bytes):
                return _unpacked(known)
            rules = robots.read(lambda: fetch(f"{origin}/robots.txt"))
            redis.set(key, _packed(rules), ex=UNREACHABLE_SECONDS if rules.unreachable else ROBOTS_SECONDS)
        except RedisError as error:
            raise buckets.away(error) from error
        return rules


def _packed(rules: Robots) -> bytes:
    if rules.unreachable:
        return IS_UNREACHABLE + rules.unreachable.encode("utf-8", "replace")
    return IS_TEXT + rules.text.encode("utf-8", "replace")


def _unpacked(known: bytes) -> Robots:
    text = known[1:].decode("utf-8", "replace")
    return Robots(unreachable=text) if known[:1] == IS_UNREACHABLE else Robots(text)
