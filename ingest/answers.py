"""What a server answered: open and not read yet, or read to the end within its limits."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from urllib3.response import BaseHTTPResponse

from ingest.addresses import Target
from ingest.connections import Deadline
from ingest.network_errors import FetchFailed, FetchRefused

PAGE_TYPES = ("text/html", "application/xhtml+xml")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
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
class Answer:
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

    @property
    def is_page(self) -> bool:
        return self.content_type.startswith(PAGE_TYPES)

    @property
    def is_error(self) -> bool:
        return int(self.response.status) >= 400

    @property
    def retry_after(self) -> float | None:
        return read_retry_after(self.response.headers.get("retry-after", ""))

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

    def head(self, max_bytes: int) -> bytes:
        """The body's beginning; what follows stays unread."""
        body = bytearray()
        for chunk in self.response.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) >= max_bytes:
                break
        if self.deadline.expired:
            raise FetchFailed("timeout", "The server took too long.")
        return bytes(body[:max_bytes])

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


def read_retry_after(value: str) -> float | None:
    """Seconds from a Retry-After header: a number or a date, None where it is neither."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
