"""A guarded session that may ask one test site, and what it refuses or fails at."""

from typing import Any

import pytest

from ingest.network import FetchFailed, FetchRefused, GuardedSession
from tests.servers import Site


def session_for(site: Site, **rules: Any) -> GuardedSession:
    limits: dict[str, Any] = {"read_timeout": 5.0, "total_timeout": 10.0, "max_bytes": 100_000}
    return GuardedSession("MTF-Curator-test", frozenset({site.host_port}), **(limits | rules))


def refusal(session: GuardedSession, url: str, **kwargs: Any) -> FetchRefused:
    with pytest.raises(FetchRefused) as caught:
        session.fetch(url, **kwargs)
    return caught.value


def failure(session: GuardedSession, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        session.fetch(url)
    return caught.value
