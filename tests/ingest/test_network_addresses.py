"""Where the guarded session does not go, with an allow-list set all the time."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from ingest.addresses import is_public, parse_target
from ingest.network import GuardedSession
from tests.ingest.guarded import failure, refusal, session_for
from tests.servers import Reply, Site, serve

PUBLIC = "93.184.216.34"
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve({}) as running:
        yield running


class Wire:
    """Stands between the code and the network: names resolve as told, every connection is noted and fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[list[str]] = []
        self.lookups: list[str] = []
        self.connected: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: self.connect(address))

    def look_up(self, host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        self.lookups.append(host)
        answer = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    def connect(self, address: tuple[str, int]) -> None:
        self.connected.append(address[0])
        raise ConnectionRefusedError


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.org/x",
            "file:///etc/passwd",
            "gopher://example.org/",
            "data:image/png;base64,xx",
            "javascript:alert(1)",
            "//example.org/x",
            "example.org/x",
            "",
            "http://",
            "http:///x",
            "http://user:secret@example.org/",
            "http://user@example.org/",
            "http://@example.org/",
            "http://example.org\\@127.0.0.1/",
            "http://example.org/\r\nHost: evil",
            "http://example.org:22/",
            "http://example.org:8080/",
            "http://example.org:0/",
            "http://example.org:99999/",
            "http://[::1",
            "http://[fe80::1%25eth0]/",
            f"http://{'a' * 70}.org/",
        ],
    )
    def test_url_that_is_not_asked(self, site: Site, url: str) -> None:
        assert refusal(session_for(site), url).code == "bad_url"

    def test_url_is_taken_apart_once(self) -> None:
        target = parse_target(" HTTP://Example.ORG/a?b#c ")
        assert (target.host_port, target.request_uri, target.url) == (
            "example.org:80",
            "/a?b",
            "http://example.org/a?b",
        )
        assert parse_target("https://[2606:4700::1]/").host_port == "[2606:4700::1]:443"


class TestAddresses:
    @pytest.mark.parametrize("address", NOT_PUBLIC)
    def test_address_that_is_not_public(self, address: str) -> None:
        assert not is_public(ip_address(address))

    @pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
    def test_address_that_is_public(self, address: str) -> None:
        assert is_public(ip_address(address))

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "169.254.169.254",
            "localhost",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "%31%32%37.0.0.1",
            "0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            "metadata.google.internal",
            "metadata.google.internal.",
        ],
    )
    def test_host_that_leads_inside_is_blocked(self, site: Site, host: str) -> None:
        assert refusal(session_for(site), f"http://{host}/latest/meta-data").code == "blocked_address"

    @pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.5", "::1"])
    def test_name_that_resolves_inside_is_blocked(self, site: Site, wire: Wire, address: str) -> None:
        wire.answers = [[address]]
        assert refusal(session_for(site), "https://photos.example/").code == "blocked_address"
        assert wire.connected == []

    def test_name_with_one_bad_address_is_blocked(self, site: Site, wire: Wire) -> None:
        wire.answers = [[PUBLIC, "192.168.0.1"]]
        assert refusal(session_for(site), "http://photos.example/").code == "blocked_address"
        assert wire.connected == []

    def test_rebinding_between_check_and_connect_fails(self, site: Site, wire: Wire) -> None:
        wire.answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
        assert failure(session_for(site), "http://photos.example/").code == "connection"
        assert (wire.lookups, wire.connected) == (["photos.example"], [PUBLIC])

    def test_every_checked_address_is_tried(self, site: Site, wire: Wire) -> None:
        wire.answers = [[PUBLIC, "8.8.8.8", PUBLIC]]
        failure(session_for(site), "http://photos.example/")
        assert wire.connected == [PUBLIC, "8.8.8.8"]

    def test_unknown_name_is_refused_and_a_silent_resolver_is_not(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(code: int) -> None:
            def look_up(*_: Any, **__: Any) -> None:
                raise socket.gaierror(code, "no")

            monkeypatch.setattr(socket, "getaddrinfo", look_up)

        answer(socket.EAI_NONAME)
        assert refusal(session_for(site), "http://photos.example/").code == "unknown_host"
        answer(socket.EAI_AGAIN)
        assert failure(session_for(site), "http://photos.example/").code == "connection"


class TestAllowList:
    def test_allow_list_is_exact_about_port_and_spelling(self, site: Site) -> None:
        site.pages["/"] = Reply(b"ok")
        session = session_for(site)
        assert session.fetch(site.url("/")).body == b"ok"
        with serve({"/": Reply(b"secret")}) as other:
            assert refusal(session, other.url("/")).code == "bad_url"
            assert other.requests == []
        for host in ("localhost", "2130706433", "127.1", "[::ffff:127.0.0.1]"):
            assert refusal(session, f"http://{host}:{site.port}/").code == "bad_url"
        assert len(site.requests) == 1

    def test_empty_allow_list_lets_nothing_in(self, site: Site) -> None:
        assert refusal(GuardedSession("t"), site.url("/")).code == "bad_url"
        assert site.requests == []


class TestRedirects:
    @pytest.mark.parametrize(
        ("location", "code"),
        [
            ("http://127.0.0.1/", "blocked_address"),
            ("http://169.254.169.254/latest/", "blocked_address"),
            ("http://2852039166/", "blocked_address"),
            ("//[::1]/", "blocked_address"),
            ("http://127.0.0.1:6379/", "bad_url"),
            ("file:///etc/passwd", "bad_url"),
            ("http://a:b@example.org/", "bad_url"),
        ],
    )
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirect_inside_is_refused(self, site: Site, location: str, code: str, status: int) -> None:
        site.pages["/"] = Reply(status=status, headers={"Location": location})
        assert refusal(session_for(site), site.url("/")).code == code

    def test_redirect_to_a_name_that_resolves_inside_is_refused(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = socket.getaddrinfo

        def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            return real("169.254.169.254" if host == "photos.example" else host, port, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        site.pages["/"] = Reply(status=302, headers={"Location": "http://photos.example/"})
        assert refusal(session_for(site), site.url("/")).code == "blocked_address"

    def test_circular_redirect_is_refused(self, site: Site) -> None:
        site.pages["/a"] = Reply(status=302, headers={"Location": "/b"})
        site.pages["/b"] = Reply(status=302, headers={"Location": "/a#again"})
        assert refusal(session_for(site), site.url("/a")).code == "redirect_loop"
        assert [request.path for request in site.requests] == ["/a", "/b"]

    def test_redirects_end_after_the_limit(self, site: Site) -> None:
        for step in range(9):
            site.pages[f"/{step}"] = Reply(status=302, headers={"Location": f"/{step + 1}"})
        site.pages["/2"] = Reply(b"ok")
        assert session_for(site, max_redirects=2).fetch(site.url("/0")).body == b"ok"
        assert refusal(session_for(site, max_redirects=1), site.url("/0")).code == "too_many_redirects"

    def test_redirect_without_location_is_refused(self, site: Site) -> None:
        site.pages["/"] = Reply(status=302)
        assert refusal(session_for(site), site.url("/")).code == "http_302"
