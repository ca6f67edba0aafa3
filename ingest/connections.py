"""Connections that go only to addresses checked beforehand, and end when the time is up."""

import socket
import threading
import time
from dataclasses import dataclass
from ipaddress import IPv4Address

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection

from ingest.addresses import Address, Target


class Deadline:
    """Cuts the connection when the time is up, whatever it is busy with: handshake, headers or body."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def remaining(self) -> float:
        return max(0.001, self._end - time.monotonic())

    def watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._release()
            # A duplicate stays valid when TLS takes the original over, and shutting it down ends both.
            self._watched = connection.dup()
            if self.expired:
                _shut_down(self._watched)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._release()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._watched is not None:
                _shut_down(self._watched)

    def _release(self) -> None:
        if self._watched is not None:
            self._watched.close()
            self._watched = None


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


@dataclass(frozen=True)
class Route:
    """How one hop reaches its server: over these addresses and no others."""

    addresses: tuple[Address, ...]
    port: int
    connect_timeout: float
    read_timeout: float
    deadline: Deadline

    def connect(self) -> socket.socket:
        failure = OSError("no address to connect to")
        for address in self.addresses:
            try:
                return self._connect_to(address)
            except OSError as error:
                failure = error
        raise failure

    def _connect_to(self, address: Address) -> socket.socket:
        family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(self.connect_timeout, self.deadline.remaining()))
            connection.connect((str(address), self.port))
            connection.settimeout(self.read_timeout)
            self.deadline.watch(connection)
        except OSError:
            connection.close()
            raise
        return connection


class PinnedHTTP(HTTPConnection):
    route: Route

    def _new_conn(self) -> socket.socket:
        return self.route.connect()


class PinnedHTTPS(HTTPSConnection):
    route: Route

    def _new_conn(self) -> socket.socket:
        return self.route.connect()


def connection_for(target: Target, route: Route, ca_file: str | None) -> PinnedHTTP | PinnedHTTPS:
    """A connection that has not connected yet. TLS verifies the name of the URL, not the address."""
    connection: PinnedHTTP | PinnedHTTPS
    if target.scheme == "http":
        connection = PinnedHTTP(target.host, target.port, timeout=route.read_timeout)
    else:
        connection = PinnedHTTPS(
            target.host,
            target.port,
            timeout=route.read_timeout,
            cert_reqs="CERT_REQUIRED",
            ca_certs=ca_file or DEFAULT_CA_BUNDLE_PATH,
        )
    connection.route = route
    return connection
