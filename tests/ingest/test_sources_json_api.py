"""What goes wrong with any JSON API, told the same way by all sources that ask one."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ingest.network import GuardedSession
from ingest.sources.base import SourceError
from ingest.sources.commons_file import read_file
from ingest.sources.json_api import JsonApi
from tests.ingest.api_sites import as_json, complaint
from tests.servers import Reply, Site, serve


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


def refusal(site: Site, reply: Reply, secret: str = "") -> SourceError:
    site.pages["/api"] = reply
    session = GuardedSession("t", frozenset({site.host_port}), read_timeout=0.3, total_timeout=2.0)
    with pytest.raises(SourceError) as caught:
        JsonApi("The API", session, secret).ask(site.url("/api"), {"q": "x"})
    return caught.value


@pytest.mark.parametrize(
    ("reply", "words", "transient", "pause"),
    [
        (Reply(b"slow down", 429, headers={"Retry-After": "30"}), "too often (429)", True, 30.0),
        (Reply(b"", 503, headers={"Retry-After": "8"}), "answered 503", True, 8.0),
        (Reply(b"<h1>Bad gateway</h1>", 502), "answered 502 instead of results.", True, None),
        (Reply(b"", 408), "answered 408", True, None),
        (as_json({"detail": "No."}, 403), "answered 403 instead of results: No.", False, None),
        (Reply(b"<h1>Forbidden</h1>", 403), "answered 403 instead of results.", False, None),
        (Reply(b'<form id="captcha">'), "captcha", False, None),
        (Reply(b"<h1>Welcome</h1>"), "web page instead of data", False, None),
        (Reply(b"{", content_type="application/json"), "no longer have the shape", False, None),
        (Reply(b"", content_type="application/json"), "no longer have the shape", False, None),
        (Reply(b"[" * 100_000, content_type="application/json"), "no longer have the shape", False, None),
        (as_json([1]), "no longer have the shape", False, None),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "not public", False, None),
        (Reply(b"{", length=50), "announced length", True, None),
    ],
)
def test_each_fault_is_one_sentence(site: Site, reply: Reply, words: str, transient: bool, pause: float | None) -> None:
    error = refusal(site, reply)
    assert words in str(error)
    assert str(error).startswith("The API ")
    assert (error.transient, error.retry_after) == (transient, pause)
    assert len(site.requests) == 1


def test_a_server_that_hangs_is_given_up_for_now(site: Site) -> None:
    error = refusal(site, Reply(chunks=site.endless(b" ", pause=0.5)))
    assert "too long" in str(error)
    assert error.transient


def test_the_key_comes_back_in_nothing(site: Site) -> None:
    assert "[key]" in str(refusal(site, as_json({"message": "Key s3cret is blocked."}, 403), "s3cret"))
    session = GuardedSession("t", frozenset({site.host_port}))
    site.pages["/api"] = as_json({"echo": "s3cret"})
    assert JsonApi("The API", session, "s3cret").ask(site.url("/api"), {}).data == {"echo": "[key]"}
    assert "s3cret" not in repr(JsonApi("The API", session, "s3cret"))


@pytest.mark.parametrize("source", ["commons", "openverse", "flickr"])
def test_every_source_tells_of_throttling_with_the_time_to_wait(site: Site, source: str) -> None:
    address = {"commons": "/w/api.php", "openverse": "/v1/images/", "flickr": "/services/rest/"}[source]
    site.pages[address] = Reply(b"", 429, headers={"Retry-After": "30"})
    error = complaint(source, site, key="k")
    assert (error.transient, error.retry_after) == (True, 30.0)
    assert len(site.requests) == 1


def test_a_host_that_is_not_allowed_is_not_asked(site: Site) -> None:
    with pytest.raises(SourceError, match="could not be asked: Port"):
        JsonApi("The API", GuardedSession("t")).ask(site.url("/api"), {})
    assert site.requests == []


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
METADATA = some.dictionaries(some.sampled_from(["Artist", "License", "Restrictions", "Categories"]), JSON)
INFO = some.fixed_dictionaries({}, optional={"url": JSON, "mime": JSON, "extmetadata": JSON | METADATA})
PAGE = some.fixed_dictionaries({}, optional={"pageid": JSON, "title": JSON, "imageinfo": JSON | some.lists(INFO)})


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAGE)
def test_no_page_of_commons_is_too_odd_to_be_read(page: dict[str, object]) -> None:
    file = read_file(page)
    assert file is None or isinstance(file.url + file.creator + file.says, str)
