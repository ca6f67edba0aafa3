"""The script in a real Redis. Its clock is not ours: waits are compared with each other, nobody sleeps."""

import threading
import time
import uuid

import pytest
from django.conf import settings
from redis import Redis

from ingest import buckets
from ingest.buckets import Pace, ask, close, connected
from ingest.network_errors import FetchFailed
from mtf_site import services

SLOW = Pace(100.0, 2)


@pytest.fixture
def redis() -> Redis:
    services.join(settings.VAR_DIR, postgres=False, redis=True)
    return connected(settings.REDIS_URL)


@pytest.fixture
def key() -> str:
    return f"mtf:test:{uuid.uuid4().hex}"


def waits(redis: Redis, key: str, pace: Pace, patience: float, times: int) -> list[int]:
    return [round(ask(redis, key, pace, patience).wait) for _ in range(times)]


def test_after_a_burst_every_slot_comes_an_interval_later(redis: Redis, key: str) -> None:
    assert waits(redis, key, SLOW, 1000, 5) == [0, 0, 100, 200, 300]


def test_who_would_wait_too_long_gets_no_slot_but_a_time_of_its_own(redis: Redis, key: str) -> None:
    assert waits(redis, key, SLOW, 50, 5) == [0, 0, 100, 200, 300]
    assert ask(redis, key, SLOW, 50).is_granted is False
    assert waits(redis, key, SLOW, 1000, 1) == [100]  # none of them took a slot


def test_a_queue_that_nobody_comes_back_to_is_forgotten(redis: Redis, key: str) -> None:
    now = time.time() * 1000
    redis.hset(key, mapping={"full_at": now - 300_000, "tail": now + 9_000_000})
    assert waits(redis, key, SLOW, 50, 3) == [0, 0, 100]
    redis.hset(key, mapping={"full_at": now + 300_000, "tail": now + 9_000_000})
    assert ask(redis, key, SLOW, 50).wait == pytest.approx(9000, abs=10)


def test_nobody_is_told_to_come_back_after_the_horizon(redis: Redis, key: str) -> None:
    told = waits(redis, key, Pace(7200.0), 0, 8)
    assert max(told) <= buckets.HORIZON + 7200
    assert told[5] < told[4]


def test_a_closed_bucket_gives_nothing_and_no_burst_afterwards(redis: Redis, key: str) -> None:
    close(redis, key, SLOW, 40)
    assert not ask(redis, key, SLOW, 30).is_granted
    assert waits(redis, key, SLOW, 1000, 3) == [40, 140, 240]


def test_a_shorter_pause_does_not_open_what_a_longer_one_closed(redis: Redis, key: str) -> None:
    close(redis, key, SLOW, 500)
    close(redis, key, SLOW, 5)
    assert ask(redis, key, SLOW, 1000).wait == pytest.approx(500, abs=5)
    close(redis, key, SLOW, 10**9)
    assert ask(redis, key, SLOW, 1e10).wait <= buckets.LONGEST_CLOSURE


def test_workers_at_once_share_one_bucket(redis: Redis, key: str) -> None:
    at_once = threading.Barrier(8)
    granted: list[bool] = []

    def work() -> None:
        at_once.wait(20)
        granted.extend(ask(redis, key, Pace(100.0, 5), 0).is_granted for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (granted.count(True), len(granted)) == (5, 80)


def test_the_pace_holds_by_redis_own_clock(redis: Redis, key: str) -> None:
    pace, began = Pace(0.01, 3), time.monotonic()
    for _ in range(23):
        time.sleep(ask(redis, key, pace, 1).wait)
    assert time.monotonic() - began >= 0.19  # 20 intervals, less the rounding


def test_a_bucket_nobody_uses_goes_away(redis: Redis, key: str) -> None:
    ask(redis, key, SLOW, 0)
    assert 60 <= redis.ttl(key) <= 161


def test_a_redis_that_is_away_is_a_failure_for_now(tmp_path: object) -> None:
    gone = connected(f"unix://{tmp_path}/none.sock?db=0")
    for act in (lambda: ask(gone, "k", SLOW, 0), lambda: close(gone, "k", SLOW, 1)):
        with pytest.raises(FetchFailed) as caught:
            act()
        assert caught.value.code == "redis_away"
