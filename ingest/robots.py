"""What a host's robots.txt allows us, by RFC 9309."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from ingest.network_errors import FetchFailed, FetchRefused

MAX_BYTES = 500_000  # what lies beyond is not read, as the RFC has it
LONGEST_DELAY = 60.0  # seconds; a longer Crawl-delay would be a refusal in disguise
NOT_THEIR_WORD = frozenset({"throttled", "redis_away"})  # it was us who did not ask


@dataclass(frozen=True)
class Robots:
    """`unreachable` says why the file could not be had; then nothing is allowed for now."""

    text: str = ""
    unreachable: str = ""

    def allows(self, url: str, agent: str) -> bool:
        return bool(_parsed(self.text).can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Seconds between two requests that the host asks for; 0 where it asks for nothing."""
        rules = _parsed(self.text)
        rate = rules.request_rate(agent)
        asked = [rules.crawl_delay(agent) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0]
        return min(max(asked), LONGEST_DELAY)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)


def read(fetch: Callable[[], bytes]) -> Robots:
    """4xx and whatever else is refused for good: everything is allowed. 5xx, 429, silence: nothing, for now.

    Raises FetchFailed where it was not the host's fault that it was not asked.
    """
    try:
        return Robots(fetch().decode("utf-8-sig", "replace"))
    except FetchRefused:
        return Robots()
    except FetchFailed as failure:
        if failure.code in NOT_THEIR_WORD:
            raise
        return Robots(unreachable=failure.message)
