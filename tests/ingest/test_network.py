"""The guarded session against servers that misbehave, with an allow-list set all the time."""

import gzip
import pickle
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from ingest.network import IMAGE_TYPES, FetchFailed, FetchRefused, GuardedSession
from tests.ingest.guarded import failure, refusal, session_for
from tests.servers import Reply, Site, raw_server, serve, tls_context

CERTIFICATE = Path(__file__).parent / "photos_test.pem"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


class TestFetch:
    def test_fetch_returns_body_type_and_final_url(self, site: Site) -> None:
        site.pages["/p.jpg"] = Reply(b"\xff\xd8picture", content_type="Image/JPEG; q=1")
        site.pages["/from"] = Reply(status=302, headers={"Location": "/p.jpg#part"})
        got = session_for(site).fetch(site.url("/from"), accept=IMAGE_TYPES)
        assert (got.status, got.content_type, got.body) == (200, "image/jpeg", b"\xff\xd8picture")
        assert got.url == site.url("/p.jpg")
        assert got.redirects == (site.url("/from"),)
        assert {request.headers["User-Agent"] for request in site.requests} == {"MTF-Curator-test"}

    def test_fetch_encodes_spaces_and_letters_in_the_path(self, site: Site) -> None:
        site.pages["/a%20%C3%A9.jpg"] = Reply(b"ok")
        assert session_for(site).fetch(site.url("/a é.jpg?x=1&y=a b")).body == b"ok"
        assert site.requests[0].target == "/a%20%C3%A9.jpg?x=1&y=a%20b"

    def test_fetch_ignores_environment_proxies(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        site.pages["/"] = Reply(b"ok")
        assert session_for(site).fetch(site.url("/")).body == b"ok"

    def test_get_returns_any_status_and_sends_params(self, site: Site) -> None:
        site.pages["/s"] = Reply("é".encode(), 429, headers={"Retry-After": "7"})
        got = session_for(site).get(site.url("/s?a=1"), params={"q": "x&y"}, headers={"Referer": "r"}, timeout=5)
        assert (got.status_code, got.content, got.text, got.retry_after) == (429, "é".encode(), "é", 7.0)
        assert site.requests[0].query == {"a": ["1"], "q": ["x&y"]}
        assert site.requests[0].headers["Referer"] == "r"

    def test_text_survives_an_unknown_charset(self, site: Site) -> None:
        site.pages["/"] = Reply(b"abc", content_type="text/html; charset=nonsense")
        assert session_for(site).get(site.url("/")).text == "abc"

    def test_gzip_is_decompressed(self, site: Site) -> None:
        site.pages["/"] = Reply(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})
        assert session_for(site).fetch(site.url("/")).body == b"hello"


class TestStatus:
    @pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 451])
    def test_status_permanent_is_refused(self, site: Site, status: int) -> None:
        site.pages["/"] = Reply(status=status)
        assert refusal(session_for(site), site.url("/")).code == f"http_{status}"

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_status_transient_fails(self, site: Site, status: int) -> None:
        site.pages["/"] = Reply(status=status, headers={"Retry-After": "120"})
        error = failure(session_for(site), site.url("/"))
        assert (error.code, error.retry_after) == (f"http_{status}", 120.0)

    def test_retry_after_may_be_a_date(self, site: Site) -> None:
        site.pages["/"] = Reply(status=503, headers={"Retry-After": formatdate(time.time() + 60, usegmt=True)})
        pause = failure(session_for(site), site.url("/")).retry_after
        assert pause is not None
        assert 50 < pause <= 60

    @pytest.mark.parametrize("value", ["", "soon", "-5", "1e9"])
    def test_retry_after_that_says_nothing_is_none(self, site: Site, value: str) -> None:
        site.pages["/"] = Reply(status=503, headers={"Retry-After": value})
        assert failure(session_for(site), site.url("/")).retry_after is None

    def test_nobody_listening_is_a_connection_failure(self, site: Site) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{unused.getsockname()[1]}"
            session = GuardedSession("t", frozenset({address}))
            assert failure(session, f"http://{address}/").code == "connection"

    def test_errors_survive_pickling(self) -> None:
        failed = pickle.loads(pickle.dumps(FetchFailed("timeout", "slow", 3.0)))  # noqa: S301
        refused = pickle.loads(pickle.dumps(FetchRefused("bad_url", "odd")))  # noqa: S301
        assert (failed.code, str(failed), failed.retry_after) == ("timeout", "slow", 3.0)
        assert (refused.code, str(refused)) == ("bad_url", "odd")


class TestBodies:
    def test_page_where_a_picture_was_wanted_is_refused(self, site: Site) -> None:
        site.pages["/p.jpg"] = Reply(b"<html>")
        site.pages["/untyped.jpg"] = Reply(b"?", content_type="")
        session = session_for(site)
        assert refusal(session, site.url("/p.jpg"), accept=IMAGE_TYPES).code == "wrong_type"
        assert refusal(session, site.url("/untyped.jpg"), accept=IMAGE_TYPES).code == "wrong_type"
        assert session.fetch(site.url("/p.jpg")).content_type == "text/html"

    def test_announced_length_over_the_cap_is_refused_unread(self, site: Site) -> None:
        site.pages["/"] = Reply(b"x", length=10**12)
        assert refusal(session_for(site), site.url("/")).code == "too_large"

    def test_cap_is_exact_and_may_be_lowered_for_one_fetch(self, site: Site) -> None:
        site.pages["/"] = Reply(b"x" * 1000)
        session = session_for(site)
        assert len(session.fetch(site.url("/"), max_bytes=1000).body) == 1000
        site.pages["/"] = Reply(chunks=[b"x" * 1000])
        assert len(session.fetch(site.url("/"), max_bytes=1000).body) == 1000
        assert refusal(session, site.url("/"), max_bytes=999).code == "too_large"

    def test_endless_body_is_refused_at_the_cap(self, site: Site) -> None:
        site.pages["/"] = Reply(chunks=site.endless(b"x" * 4096))
        assert refusal(session_for(site), site.url("/")).code == "too_large"

    def test_compressed_bomb_counts_decompressed(self, site: Site) -> None:
        bomb = gzip.compress(bytes(50_000_000))
        assert len(bomb) < 100_000
        site.pages["/"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
        assert refusal(session_for(site), site.url("/")).code == "too_large"

    def test_slow_body_ends_at_the_total_limit(self, site: Site) -> None:
        site.pages["/"] = Reply(chunks=site.endless(b"x", pause=0.05))
        started = time.monotonic()
        assert failure(session_for(site, total_timeout=0.5), site.url("/")).code == "timeout"
        assert time.monotonic() - started < 10  # the body goes on for 20 s

    def test_slow_headers_end_at_the_total_limit(self) -> None:
        def drip(connection: socket.socket, stopping: threading.Event) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(400):
                if stopping.wait(0.05):
                    return
                connection.sendall(b"x")
            connection.sendall(b"\r\nContent-Length: 0\r\n\r\n")

        with raw_server(drip) as address:
            session = GuardedSession("t", frozenset({address}), total_timeout=0.5)
            started = time.monotonic()
            assert failure(session, f"http://{address}/").code == "timeout"
            assert time.monotonic() - started < 10  # the headers go on for 20 s

    def test_silent_server_ends_at_the_read_timeout(self, site: Site) -> None:
        site.pages["/"] = Reply(chunks=site.endless(b"x", pause=60))
        assert failure(session_for(site, read_timeout=0.3), site.url("/")).code == "timeout"

    def test_body_shorter_than_announced_is_truncated(self, site: Site) -> None:
        site.pages["/"] = Reply(b"x" * 100, length=5000)
        assert failure(session_for(site), site.url("/")).code == "truncated"

    def test_chunked_body_that_breaks_off_is_truncated(self, site: Site) -> None:
        site.pages["/"] = Reply(chunks=[b"5\r\nhello\r\n"], headers={"Transfer-Encoding": "chunked"})
        assert failure(session_for(site), site.url("/")).code == "truncated"

    @pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
    def test_server_that_speaks_no_http_is_a_connection_failure(self, greeting: bytes) -> None:
        with raw_server(lambda connection, _: connection.sendall(greeting)) as address:
            session = GuardedSession("t", frozenset({address}), total_timeout=10)
            assert failure(session, f"http://{address}/").code == "connection"


class TestTls:
    @pytest.fixture
    def secure(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
        real = socket.getaddrinfo

        def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            return real("127.0.0.1" if host.endswith(".test") else host, port, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        with serve({"/": Reply(b"ok")}, tls_context(CERTIFICATE)) as running:
            yield running

    def test_certificate_is_verified_for_the_name_of_the_url(self, secure: Site) -> None:
        names = frozenset({f"photos.test:{secure.port}", f"other.test:{secure.port}"})
        session = GuardedSession("t", names, ca_file=str(CERTIFICATE), total_timeout=10)
        assert session.fetch(f"https://photos.test:{secure.port}/").body == b"ok"
        assert refusal(session, f"https://other.test:{secure.port}/").code == "certificate"
        untrusting = GuardedSession("t", names, total_timeout=10)
        assert refusal(untrusting, f"https://photos.test:{secure.port}/").code == "certificate"
        assert len(secure.requests) == 1
