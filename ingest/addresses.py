"""Which URLs and which network addresses may be asked at all."""

import hashlib
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from ingest.network_errors import FetchFailed, FetchRefused

DEFAULT_PORTS = {"http": 80, "https": 443}
METADATA_HOSTS = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})

# Outside what `is_global` refuses, or where Python's versions disagree.
REFUSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; one cloud's metadata service lives here
        "168.63.129.16/32",  # a cloud's wire server on a public address
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/3",  # multicast and reserved
    )
)
GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
REFUSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",
    )
)
NAT64 = IPv6Network("64:ff9b::/96")

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\\]")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Target:
    """One URL, taken apart once; what is checked is what is asked."""

    url: str
    scheme: str
    host: str  # lower case, without brackets
    port: int
    request_uri: str

    @property
    def host_port(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """Take an http(s) URL apart; FetchRefused `bad_url` when it is not one we ask."""
    text = url.strip()
    if UNPRINTABLE.search(text):
        raise FetchRefused("bad_url", "The URL holds control characters or a backslash.")
    try:
        parsed = parse_url(text)
    except LocationParseError as error:
        raise FetchRefused("bad_url", "The URL cannot be read.") from error
    if parsed.scheme not in DEFAULT_PORTS:
        raise FetchRefused("bad_url", "Only http and https URLs are fetched.")
    if parsed.auth is not None or "@" in _authority(text):
        raise FetchRefused("bad_url", "The URL holds a user name or password.")
    if not parsed.host or "%" in parsed.host:
        raise FetchRefused("bad_url", "The URL names no host that can be asked.")
    port = DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    # The fragment is ours alone; a server never sees it.
    shown = parsed._replace(fragment=None).url
    return Target(shown, parsed.scheme, parsed.host.strip("[]").lower(), port, parsed.request_uri)


def url_key(url: str) -> str:
    """The hash by which an address is known, whatever its fragment, default port and case of host."""
    return hashlib.sha256(normalised(url).encode()).hexdigest()


def normalised(url: str) -> str:
    try:
        target = parse_target(url)
    except FetchRefused:
        return url.strip()  # a file, or an address that will be refused when it is fetched
    default_port = f":{DEFAULT_PORTS[target.scheme]}"
    host = target.host_port.removesuffix(default_port)
    return f"{target.scheme}://{host}{target.request_uri}"


def _authority(url: str) -> str:
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def check_target(target: Target, allow: frozenset[str]) -> None:
    """Refuse odd ports and metadata hosts, unless exactly this host:port is allowed."""
    if target.host_port in allow:
        return
    if target.port not in DEFAULT_PORTS.values():
        raise FetchRefused("bad_url", f"Port {target.port} is not asked, only 80 and 443.")
    if target.host.rstrip(".") in METADATA_HOSTS:
        raise FetchRefused("blocked_address", f"{target.host} is a cloud metadata service.")


def resolve(target: Target, allow: frozenset[str]) -> tuple[Address, ...]:
    """Every address of the host, resolved once, all of them checked.

    A host with one bad address among good ones is refused: a name that mixes them is an attack or broken.
    """
    addresses = _look_up(target)
    if target.host_port not in allow:
        for address in addresses:
            if not is_public(address):
                raise FetchRefused("blocked_address", f"{target.host} leads to {address}, which is not public.")
    return addresses


def _look_up(target: Target) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            raise FetchRefused("unknown_host", f"There is no host {target.host}.") from error
        raise FetchFailed("connection", f"The name {target.host} could not be looked up.") from error
    except UnicodeError as error:
        raise FetchRefused("bad_url", "The URL names no host that can be asked.") from error
    # A dictionary keeps the resolver's order of preference and drops repeats.
    return tuple({ip_address(str(entry[4][0])): None for entry in found})


def is_public(address: Address) -> bool:
    """True for globally routable unicast; addresses that wrap another count as what they wrap."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in REFUSED_V4)
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    # IPv4-mapped and IPv4-compatible addresses, loopback, unique and link local all lie outside 2000::/3.
    return address in GLOBAL_UNICAST_V6 and not any(address in block for block in REFUSED_V6)
