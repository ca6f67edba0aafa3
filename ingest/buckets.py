"""One token bucket a host, shared by all workers: kept in Redis, moved by one script, timed by Redis' own clock.

The generic cell rate algorithm: of a bucket only the time is kept at which it will be full again. Who has to wait
a little gets a slot of its own and sleeps until then; who would have to wait longer is told when to ask again,
each a moment later than the one before, so that not all come back at once.
"""

from dataclasses import dataclass
from functools import lru_cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ingest.network_errors import FetchFailed

HORIZON = 6 * 3600.0  # seconds; no one is told to come back later
IDLE = 30.0  # a bucket that nobody asked for so long has no queue either, whatever was promised
LONGEST_CLOSURE = 6 * 3600.0
AWAY_PAUSE = 10.0
SECONDS_TO_ANSWER = 5.0

# In milliseconds. KEYS: the bucket. ARGV: interval, slack, patience, horizon, idle.
ASK = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, slack, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', KEYS[1], 'full_at', 'tail')
local full_at, tail = tonumber(known[1] or 0), tonumber(known[2] or 0)
if full_at < now - math.max(tonumber(ARGV[5]), 2 * interval) then tail = 0 end
full_at = math.max(full_at, now)
local free_at = math.max(full_at - slack, now)
local is_granted = free_at - now <= patience
local wait = free_at - now
if is_granted then
    full_at = full_at + interval
else
    tail = math.max(tail, free_at)
    if tail > free_at + tonumber(ARGV[4]) then tail = free_at end
    wait = tail - now
    tail = tail + interval
end
redis.call('HSET', KEYS[1], 'full_at', full_at, 'tail', tail)
redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(full_at, tail) - now) + 60000)
return {is_granted and 1 or 0, math.ceil(wait)}
"""

# ARGV: pause, slack. The burst is used up as well, so that nobody storms a server that has just recovered.
CLOSE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full_at = math.max(tonumber(redis.call('HGET', KEYS[1], 'full_at') or 0), now + ARGV[1] + ARGV[2])
redis.call('HSET', KEYS[1], 'full_at', full_at)
redis.call('PEXPIRE', KEYS[1], math.ceil(full_at - now) + 60000)
return 1
"""


@dataclass(frozen=True)
class Pace:
    """How often a host may be asked: every `interval` seconds, `burst` at once after a pause."""

    interval: float
    burst: int = 1

    @property
    def slack(self) -> float:
        return max(0, self.burst - 1) * self.interval


@dataclass(frozen=True)
class Turn:
    """Granted: the slot begins in `wait` seconds. Not granted: ask again in `wait` seconds."""

    is_granted: bool
    wait: float


@lru_cache
def connected(url: str) -> "Redis":
    """One pool a process; it notices a fork. Tried twice: a kept connection may have been dropped."""
    return Redis.from_url(
        url,
        socket_timeout=SECONDS_TO_ANSWER,
        socket_connect_timeout=SECONDS_TO_ANSWER,
        retry=Retry(NoBackoff(), 1),
    )


def ask(redis: "Redis", key: str, pace: Pace, patience: float) -> Turn:
    """Take the next slot if it begins within `patience` seconds. FetchFailed when Redis is away."""
    times = [_ms(seconds) for seconds in (pace.interval, pace.slack, patience, HORIZON, IDLE)]
    try:
        granted, wait = redis.eval(ASK, 1, key, *times)
    except RedisError as error:
        raise away(error) from error
    return Turn(bool(granted), wait / 1000)


def close(redis: "Redis", key: str, pace: Pace, pause: float) -> None:
    """Nobody gets a slot for `pause` seconds."""
    try:
        redis.eval(CLOSE, 1, key, _ms(min(pause, LONGEST_CLOSURE)), _ms(pace.slack))
    except RedisError as error:
        raise away(error) from error


def forget_queues(redis: "Redis", keys: str) -> None:
    """Places that were promised in the buckets of this pattern are taken back; what is closed stays closed."""
    try:
        for key in redis.scan_iter(match=keys, count=1000):
            redis.hdel(key, "tail")
    except RedisError as error:
        raise away(error) from error


def away(error: RedisError) -> FetchFailed:
    """Without the bucket nobody is asked: better late than a nuisance."""
    words = f"Redis, which says whose turn it is, does not answer ({type(error).__name__})."
    return FetchFailed("redis_away", words, AWAY_PAUSE)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3f}"
