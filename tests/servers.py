"""Small web servers on loopback that answer what a test tells them to."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    path: str
    query: dict[str, list[str]]
    target: str  # path and query as they came
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """`chunks` instead of `body` is sent without a length until it ends or the client goes."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None  # a length to announce instead of the true one
    chunks: Iterable[bytes] | None = None
    is_reset: bool = False  # nothing is sent: the connection is torn down


Answer = Callable[[Request], Reply]


class Site(ThreadingHTTPServer):
    """Answers by path; everything else is 404. `stopping` is set first, so that endless answers can end."""

    daemon_threads = True

    def __init__(self, pages: Mapping[str, Reply | Answer], context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = dict(pages)
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def host_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "") -> str:
        return f"{self.scheme}://{self.host_port}{path}"

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        page = self.pages.get(request.path, Reply(b"not found", 404))
        return page if isinstance(page, Reply) else page(request)

    def endless(self, chunk: bytes, pause: float = 0.0) -> Iterator[bytes]:
        """The same bytes again and again, a pause before each, until the site stops.

        It does end, after 20 s or 80 MB of 4 kB: a client without a limit shall fail its test, not hang it.
        """
        for _ in range(int(20 / pause) or 1 if pause else 20_000):
            if self.stopping.wait(pause):
                return
            yield chunk

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up in the middle are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        request = Request(parts.path, parse_qs(parts.query), self.path, dict(self.headers.items()))
        reply = self.server.answer(request)
        if reply.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response(reply.status)
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunks is None:
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        self.end_headers()
        for chunk in (reply.body,) if reply.chunks is None else reply.chunks:
            self.wfile.write(chunk)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def serve(pages: Mapping[str, Reply | Answer], context: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(pages, context)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stopping.set()
        site.shutdown()
        thread.join()
        site.server_close()


def tls_context(certificate_and_key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_and_key)
    return context


@contextmanager
def raw_server(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server below HTTP: `answer` gets one connection and an event that says stop. Yields host:port."""
    stopping = threading.Event()

    def run() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                answer(connection, stopping)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopping.set()
            thread.join()
