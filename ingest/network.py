"""The one door to the network: guarded against addresses, sizes and times we did not choose.

Proxies named in the environment are not used: behind one, the address we checked would not be the one asked.
"""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.parse import urlencode, urljoin

from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from ingest.addresses import Target, check_target, parse_target, resolve
from ingest.connections import Deadline, PinnedHTTP, PinnedHTTPS, Route, connection_for
from ingest.network_errors import FetchFailed, FetchRefused

__all__ = ["IMAGE_TYPES", "PAGE_TYPES", "FetchFailed", "FetchRefused", "Fetched", "GuardedSession"]

# Servers send pictures they do not know as octet-stream; the picture decoder says what the bytes are.
IMAGE_TYPES = ("image/", "application/octet-stream", "binary/octet-stream")
PAGE_TYPES = ("text/html", "application/xhtml+xml")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRY_AGAIN = frozenset({408, 425, 429})
CHUNK = 65536


@dataclass(frozen=True)
class Fetched:
    """An answer; `url` is the last one after redirects, without its fragment."""

    url: str
    status: int
    content_type: str  # lower case, without parameters; "" when the server named none
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # keys in lower case
    redirects: tuple[str, ...] = ()  # the URLs passed through on the way

    @property
    def content(self) -> bytes:
        return self.body

    @property
    def status_code(self) -> int:
        return self.status

    @property
    def retry_after(self) -> float | None:
        return read_retry_after(self.headers.get("retry-after", ""))

    @property
    def text(self) -> str:
        charset = self.headers.get("content-type", "").lower().partition("charset=")[2].partition(";")[0]
        try:
            return self.body.decode(charset.strip(" \"'") or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class GuardedSession:
    """The rules, nothing else: no cookies and no kept connections, so it may be shared by threads.

    `allow` lets exact "host:port" through to any address; everything else stays guarded. Times in seconds.
    """

    user_agent: str
    allow: frozenset[str] = frozenset()
    max_bytes: int = 50_000_000
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 90.0
    max_redirects: int = 5
    ca_file: str | None = None

    def fetch(
        self,
        url: str,
        *,
        accept: tuple[str, ...] = (),
        max_bytes: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """The body of a 200 whose content type starts with one of `accept` (none given: any).

        Raises FetchRefused or FetchFailed for everything else.
        """
        with self._open(url, headers or {}) as answer:
            _check_status(answer)
            if accept and not answer.content_type.startswith(accept):
                shown = answer.content_type or "no content type"
                raise FetchRefused("wrong_type", f"The server sent {shown} where {accept[0]} was wanted.")
            return answer.fetched(self.max_bytes if max_bytes is None else max_bytes)

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Fetched:
        """The answer whatever its status, in the shape that icrawler expects of a session.

        `timeout` can only shorten the session's own read timeout.
        """
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        with self._open(url, headers or {}, timeout) as answer:
            return answer.fetched(self.max_bytes)

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str], timeout: float | None = None) -> Iterator["_Answer"]:
        deadline = Deadline(self.total_timeout)
        read_timeout = min(self.read_timeout, timeout or self.read_timeout)
        try:
            yield from self._follow(parse_target(url), headers, deadline, read_timeout)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise _in_our_words(error, deadline) from error
        finally:
            deadline.close()

    def _follow(
        self, target: Target, headers: Mapping[str, str], deadline: Deadline, read_timeout: float
    ) -> Iterator["_Answer"]:
        """Yield the one answer that is not a redirect; every hop is checked as if it came first."""
        passed: tuple[str, ...] = ()
        while True:
            with (
                closing(self._connection(target, deadline, read_timeout)) as connection,
                closing(self._ask(connection, target, headers, passed, deadline)) as answer,
            ):
                step = answer.redirect()
                if step is None:
                    yield answer
                    return
            passed += (target.url,)
            target = parse_target(step)
            self._check_step(target, passed)

    def _check_step(self, target: Target, passed: tuple[str, ...]) -> None:
        if target.url in passed:
            raise FetchRefused("redirect_loop", "The server redirects in a circle.")
        if len(passed) > self.max_redirects:
            raise FetchRefused("too_many_redirects", f"More than {self.max_redirects} redirects.")

    def _connection(self, target: Target, deadline: Deadline, read_timeout: float) -> PinnedHTTP | PinnedHTTPS:
        check_target(target, self.allow)
        addresses = resolve(target, self.allow)
        route = Route(addresses, target.port, self.connect_timeout, read_timeout, deadline)
        return connection_for(target, route, self.ca_file)

    def _ask(
        self,
        connection: PinnedHTTP | PinnedHTTPS,
        target: Target,
        headers: Mapping[str, str],
        passed: tuple[str, ...],
        deadline: Deadline,
    ) -> "_Answer":
        own = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate", "Connection": "close"}
        connection.request(
            "GET", target.request_uri, headers={**headers, **own}, preload_content=False, decode_content=True
        )
        return _Answer(connection.getresponse(), target, passed, deadline)


@dataclass(frozen=True)
class _Answer:
    """An open response, its body not read yet."""

    response: BaseHTTPResponse
    target: Target
    passed: tuple[str, ...]
    deadline: Deadline

    def close(self) -> None:
        self.response.close()

    @property
    def content_type(self) -> str:
        return self.response.headers.get("content-type", "").partition(";")[0].strip().lower()

    def redirect(self) -> str | None:
        location = self.response.headers.get("location")
        if self.response.status not in REDIRECTS or not location:
            return None
        # http.client reads headers as Latin-1, servers write UTF-8 into them.
        return urljoin(self.target.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))

    def fetched(self, max_bytes: int) -> Fetched:
        body = self._body(max_bytes)
        if self.deadline.expired:  # a cut connection looks like the end of a body without a length
            raise FetchFailed("timeout", "The server took too long.")
        headers = {name.lower(): value for name, value in self.response.headers.items()}
        return Fetched(self.target.url, self.response.status, self.content_type, body, headers, self.passed)

    def _body(self, max_bytes: int) -> bytes:
        """The decompressed body; counted as it comes, since neither length nor encoding can be trusted."""
        too_large = FetchRefused("too_large", f"The body is larger than {max_bytes} bytes.")
        announced = self.response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > max_bytes:
            raise too_large
        body = bytearray()
        for chunk in self.response.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) > max_bytes:
                raise too_large
        return bytes(body)


def _check_status(answer: _Answer) -> None:
    status = answer.response.status
    if status == 200:
        return
    message = f"The server answered {status}."
    if status in TRY_AGAIN or status >= 500:
        pause = read_retry_after(answer.response.headers.get("retry-after", ""))
        raise FetchFailed(f"http_{status}", message, pause)
    raise FetchRefused(f"http_{status}", message)


def _in_our_words(error: Exception, deadline: Deadline) -> FetchFailed | FetchRefused:
    if deadline.expired or isinstance(error, TimeoutError | ReadTimeoutError):
        return FetchFailed("timeout", "The server took too long.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchRefused("certificate", "The server's certificate does not prove who it is.")
    if isinstance(error, ProtocolError):  # only for bodies, since we use no pools
        return FetchFailed("truncated", "The body ended before its announced length.")
    return FetchFailed("connection", f"The connection failed: {type(error).__name__}.")


def read_retry_after(value: str) -> float | None:
    """Seconds from a Retry-After header: a number or a date, None where it is neither."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
