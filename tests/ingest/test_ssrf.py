"""What must never be reached, class by class, while the demo's site is let through the guard.

No test looks up a foreign name: the resolver here reads addresses as the system's does, and is hostile for names.
"""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingest.network import FetchFailed, FetchRefused, GuardedSession
from tests.servers import Reply, Site, serve

PUBLIC = "93.184.216.34"
INSIDE = ("127.0.0.1", "169.254.169.254", "10.0.0.5", "::1", "fd00:ec2::254")

BLOCKED_HOSTS = {
    "dotted": ["127.0.0.1", "127.255.255.254", "10.0.0.5", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"],  # noqa: S104
    "decimal": ["2130706433", "2852039166", "167772165", "0"],
    "octal": ["0177.0.0.1", "017700000001", "0177.0000.0000.0001", "0251.0376.0251.0376", "00000177.1"],
    "hexadecimal": ["0x7f000001", "0x7f.0x0.0x0.0x1", "0xa9fea9fe", "0X7F.1", "0xA9.0xFE.0xA9.0xFE"],
    "short": ["127.1", "127.0.1", "169.254.43518", "10.5", "192.168.257"],
    "mixed": ["0x7f.0.0.01", "0251.0xfe.43518", "127.0x1"],
    "loopback, IPv6": ["[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000::0001]", "[::]"],
    "unique local": ["[fc00::1]", "[fd12:3456:789a::1]", "[fdff:ffff:ffff::]"],
    "link-local": ["169.254.0.1", "[fe80::1]", "[febf::1]", "[fec0::1]"],
    "mapped": [
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[::FFFF:10.0.0.5]",
        "[::ffff:0:127.0.0.1]",
    ],
    "compatible": ["[::127.0.0.1]", "[::7f00:1]", "[::169.254.169.254]"],
    "NAT64": ["[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b::a00:5]", "[64:ff9b:1::a00:5]"],
    "6to4": ["[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:a00:5::1]"],
    "Teredo": ["[2001::1]", "[2001:0:7f00:1::]", "[2001:0:5ef5:79fd:0:59d:a00:5]"],
    "multicast and reserved": ["224.0.0.1", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[2001:db8::1]", "[100::1]"],
    "metadata": [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "metadata.google.internal",
        "METADATA.google.INTERNAL",
        "metadata.google.internal.",
        "metadata.goog",
        "metadata",
        "instance-data",
    ],
    "localhost": ["localhost", "LOCALHOST", "localhost.", "LocalHost..", "sub.localhost", "localhost.localdomain"],
    "trailing dot": ["127.0.0.1.", "2130706433.", "127.1."],
    "fullwidth and other digits": [
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "１６９.254.169.254",
        "127．1",
    ],
    "percent-encoded": ["%31%32%37.0.0.1", "%6c%6f%63alhost", "127%2e0%2e0%2e1"],
}

BAD_URLS = {
    "credentials": ["http://a:b@{site}/", "http://a@{site}/", "http://@{site}/", "http://example.org@{site}/"],
    "credentials, hidden": ["http://{site}\\@example.org/", "http://a%40b:c@{site}/"],
    "odd ports": [f"http://example.org:{port}/" for port in ("22", "25", "5432", "8080", "0", "65536", "-1", "١")],
    "odd ports of this machine": [f"http://127.0.0.1:{port}/" for port in (22, 5432, 6379, 11211)],
    "file": ["file:///etc/passwd", "file://localhost/etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd"],
    "ftp": ["ftp://example.org/x", "ftps://example.org/x", "sftp://example.org/x"],
    "gopher": ["gopher://127.0.0.1:6379/_FLUSHALL", "gopher://example.org/"],
    "dict": ["dict://127.0.0.1:11211/stats"],
    "data": ["data:image/png;base64,AAAA", "data:,hello"],
    "javascript": ["javascript:alert(1)", "JavaScript://{site}/%0aalert(1)"],
    "others": ["ldap://{site}/", "jar:http://{site}/x", "view-source:http://{site}/", "ws://{site}/", "unix:///x"],
    "no scheme": ["//{site}/", "{site}/", "/etc/passwd", ""],
    "zones": ["http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25lo]/"],
    "line ends": ["http://{site}/\r\nHost: evil", "http://{site}\r\n/", "http://\t{site}/", "http://{site}\0/"],
    "broken": ["http://", "http:///x", "http://[::1", "http://::1/", "http:{site}/", "http://[127.0.0.1]/", "http://[::1]x/"],
}  # fmt: skip


def each(table: dict[str, list[str]]) -> list[Any]:
    return [pytest.param(text, id=f"{kind}: {text!r}") for kind, texts in table.items() for text in texts]


class Wire:
    """Names resolve as told, one answer after the other, and else inside; addresses as the system reads them.

    Connections are noted.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[str]] = {}
        self.connected: list[str] = []
        self.look_up_really = socket.getaddrinfo
        self.connect_really = socket.socket.connect
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(socket.socket, "connect", lambda sock, address: self.connect(sock, address))

    def look_up(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host in self.names:
            answers = self.names[host]
            host = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            return self.look_up_really(host, port, *args, **kwargs | {"flags": socket.AI_NUMERICHOST})
        except socket.gaierror:
            return self.look_up_really("127.0.0.1", port, *args, **kwargs)

    def connect(self, sock: socket.socket, address: Any) -> None:
        self.connected.append(str(address[0]))
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        self.connect_really(sock, address)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


@pytest.fixture
def site() -> Iterator[Site]:
    """The demo's site: exactly this host:port is let through."""
    with serve({"/": Reply(b"ok")}) as running:
        yield running


@pytest.fixture
def asks(site: Site) -> GuardedSession:
    return GuardedSession("MTF-Curator-test", frozenset({site.host_port}), read_timeout=5, total_timeout=10)


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(FetchRefused) as caught:
        ask()
    return caught.value.code


def test_the_demos_site_is_let_through_and_its_neighbours_are_not(site: Site, asks: GuardedSession, wire: Wire) -> None:
    assert asks.fetch(site.url("/")).body == b"ok"
    with serve({"/": Reply(b"secret")}) as neighbour:
        assert code_of(lambda: asks.fetch(neighbour.url("/"))) == "bad_url"
        site.pages["/to"] = Reply(status=302, headers={"Location": neighbour.url("/")})
        assert code_of(lambda: asks.fetch(site.url("/to"))) == "bad_url"
        assert neighbour.requests == []
    for alias in ("localhost", "2130706433", "127.1", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.1."):
        assert code_of(lambda host=alias: asks.fetch(f"http://{host}:{site.port}/")) == "bad_url"  # type: ignore[misc]
    assert code_of(lambda: asks.fetch("http://127.0.0.1/")) == "blocked_address"
    assert set(wire.connected) == {"127.0.0.1"}
    assert [request.path for request in site.requests] == ["/", "/to"]


@pytest.mark.parametrize("host", each(BLOCKED_HOSTS))
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_leads_inside(site: Site, asks: GuardedSession, wire: Wire, scheme: str, host: str) -> None:
    code = code_of(lambda: asks.fetch(f"{scheme}://{host}/latest/meta-data/"))
    assert code in ("blocked_address", "bad_url")
    assert (wire.connected, site.requests) == ([], [])


@pytest.mark.parametrize("host", each(BLOCKED_HOSTS))
def test_a_redirect_to_a_host_that_leads_inside(site: Site, asks: GuardedSession, wire: Wire, host: str) -> None:
    site.pages["/to"] = Reply(status=302, headers={"Location": f"http://{host}/".encode().decode("latin-1")})
    assert code_of(lambda: asks.fetch(site.url("/to"))) in ("blocked_address", "bad_url")
    assert [request.path for request in site.requests] == ["/to"]


@pytest.mark.parametrize("url", each(BAD_URLS))
def test_a_url_that_is_not_asked(site: Site, asks: GuardedSession, wire: Wire, url: str) -> None:
    assert code_of(lambda: asks.fetch(url.replace("{site}", site.host_port))) == "bad_url"
    assert (wire.connected, site.requests) == ([], [])


@pytest.mark.parametrize(
    "url",
    each({kind: urls for kind, urls in BAD_URLS.items() if kind not in ("no scheme", "line ends", "broken")}),
)
def test_a_redirect_to_a_url_that_is_not_asked(site: Site, asks: GuardedSession, wire: Wire, url: str) -> None:
    location = url.replace("{site}", site.host_port).encode().decode("latin-1")
    site.pages["/to"] = Reply(status=302, headers={"Location": location})
    assert code_of(lambda: asks.fetch(site.url("/to"))) == "bad_url"
    assert [request.path for request in site.requests] == ["/to"]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside(site: Site, asks: GuardedSession, wire: Wire, address: str) -> None:
    wire.names = {"photos.example": [address]}
    site.pages["/to"] = Reply(status=307, headers={"Location": "https://photos.example/"})
    assert code_of(lambda: asks.fetch("https://photos.example/")) == "blocked_address"
    assert wire.connected == []
    assert code_of(lambda: asks.fetch(site.url("/to"))) == "blocked_address"
    assert wire.connected == ["127.0.0.1"]  # the site's own


@pytest.mark.parametrize("later", INSIDE)
def test_a_name_that_leads_elsewhere_when_it_is_asked_again(
    site: Site, asks: GuardedSession, wire: Wire, later: str
) -> None:
    """Rebinding: the connection goes to the address that was checked, whatever the resolver says next."""
    wire.names = {"photos.example": [PUBLIC, later]}
    with pytest.raises(FetchFailed) as caught:
        asks.fetch("http://photos.example/")
    assert (caught.value.code, wire.connected) == ("connection", [PUBLIC])
    assert code_of(lambda: asks.fetch("http://photos.example/")) == "blocked_address"
    assert wire.connected == [PUBLIC]


def test_a_name_that_rebinds_between_two_hops(site: Site, asks: GuardedSession, wire: Wire) -> None:
    wire.names = {"photos.example": ["127.0.0.1", "10.0.0.5"]}
    named = GuardedSession("t", frozenset({f"photos.example:{site.port}"}), total_timeout=10)
    site.pages["/to"] = Reply(status=302, headers={"Location": "http://photos.example/"})
    assert code_of(lambda: named.fetch(f"http://photos.example:{site.port}/to")) == "blocked_address"
    assert [request.path for request in site.requests] == ["/to"]


def test_a_name_with_one_address_inside_among_others(asks: GuardedSession, wire: Wire) -> None:
    really = wire.look_up_really
    both = [*really(PUBLIC, 80, type=socket.SOCK_STREAM), *really("10.0.0.5", 80, type=socket.SOCK_STREAM)]
    wire.names = {"photos.example": [PUBLIC]}
    wire.look_up_really = lambda *_, **__: both
    assert code_of(lambda: asks.fetch("http://photos.example/")) == "blocked_address"
    assert wire.connected == []


def test_a_header_cannot_be_smuggled_through_a_redirect(site: Site, asks: GuardedSession, wire: Wire) -> None:
    site.pages["/to"] = Reply(status=302, headers={"Location": "/%0d%0aX-Evil:%201"})
    site.pages["/%0d%0aX-Evil:%201"] = Reply(b"ok")
    site.pages["/%0D%0AX-Evil:%201"] = Reply(b"ok")
    assert asks.fetch(site.url("/to")).body == b"ok"
    assert all("X-Evil" not in request.headers for request in site.requests)
