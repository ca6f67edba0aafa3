"""The one door to the network: guarded against addresses, sizes and times we did not choose.

Proxies named in the environment are not used: behind one, the address we checked would not be the one asked.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException
from urllib.parse import urlencode

from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from ingest import robots
from ingest.addresses import Target, check_target, parse_target, resolve
from ingest.answers import PAGE_TYPES, Answer, Fetched
from ingest.captcha import HEAD_BYTES, is_captcha
from ingest.connections import Deadline, PinnedHTTP, PinnedHTTPS, Route, connection_for
from ingest.network_errors import FetchFailed, FetchRefused
from ingest.politeness import CAPTCHA_CLOSURE, Gate
from ingest.sentences import Sentence

__all__ = ["IMAGE_TYPES", "PAGE_TYPES", "FetchFailed", "FetchRefused", "Fetched", "GuardedSession"]

# Servers send pictures they do not know as octet-stream; the picture decoder says what the bytes are.
IMAGE_TYPES = ("image/", "application/octet-stream", "binary/octet-stream")

TRY_AGAIN = frozenset({408, 425, 429})
TOO_MUCH = frozenset({429, 503})  # the host wants a pause, from all of us
MAY_BE_CAPTCHA = frozenset({200, 401, 403, 429, 503})
ROBOTS_TIMEOUT = 30.0
NO_CONTACT = Sentence(
    "MTF_CONTACT is not set: other people's servers are not asked without a web or mail address "
    "at which their operators can reach you."
)


@dataclass(frozen=True)
class GuardedSession:
    """The rules, nothing else: no cookies and no kept connections, so it may be shared by threads.

    `allow` lets exact "host:port" through to any address; everything else stays guarded. Times in seconds.
    `contact` is a web or mail address for the operators of foreign hosts; where it is required and empty, they are
    not asked. `gate` is asked before each hop; `heeds_robots` is False for documented APIs only.
    """

    user_agent: str
    allow: frozenset[str] = frozenset()
    max_bytes: int = 50_000_000
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 90.0
    max_redirects: int = 5
    ca_file: str | None = None
    contact: str = ""
    contact_required: bool = False
    gate: Gate | None = None
    heeds_robots: bool = True

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
            if answer.response.status != 200:
                self._check_human(answer)
            _check_status(answer)
            if accept and not answer.content_type.startswith(accept):
                self._check_human(answer)
                shown = answer.content_type or "no content type"
                raise FetchRefused("wrong_type", f"The server sent {shown} where {accept[0]} was wanted.")
            got = answer.fetched(self.max_bytes if max_bytes is None else max_bytes)
            if answer.is_page and is_captcha(got.body):
                raise self._captcha(answer)
            return got

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

    def _check_human(self, answer: Answer) -> None:
        """FetchFailed "captcha" where the page that came instead asks whether we are human."""
        if answer.is_page and answer.response.status in MAY_BE_CAPTCHA and is_captcha(answer.head(HEAD_BYTES)):
            raise self._captcha(answer)

    def _captcha(self, answer: Answer) -> FetchFailed:
        if self.gate is not None:
            self.gate.close(answer.target, CAPTCHA_CLOSURE)
        words = f"{answer.target.host} asks whether we are human (captcha)."
        return FetchFailed("captcha", words, CAPTCHA_CLOSURE)

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str], timeout: float | None = None) -> Iterator[Answer]:
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
    ) -> Iterator[Answer]:
        """Yield the one answer that is not a redirect; every hop is checked as if it came first."""
        passed: tuple[str, ...] = ()
        while True:
            with (
                closing(self._connection(target, deadline, read_timeout, is_redirect=bool(passed))) as connection,
                closing(self._ask(connection, target, headers, passed, deadline)) as answer,
            ):
                self._heed_pause(answer)
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

    def _connection(
        self, target: Target, deadline: Deadline, read_timeout: float, *, is_redirect: bool
    ) -> PinnedHTTP | PinnedHTTPS:
        check_target(target, self.allow)
        if self.contact_required and not self.contact and target.host_port not in self.allow:
            raise FetchRefused("no_contact", NO_CONTACT)
        addresses = resolve(target, self.allow)
        if self.gate is not None:
            self._wait_for_turn(self.gate, target, deadline.remaining(), is_redirect)
        route = Route(addresses, target.port, self.connect_timeout, read_timeout, deadline)
        return connection_for(target, route, self.ca_file)

    def _wait_for_turn(self, gate: Gate, target: Target, time_left: float, is_redirect: bool) -> None:
        """A redirect is waited for as long as there is time: whoever came again later would be sent on again, and
        never arrive. Where that is not long enough the attempt counts.
        """
        fetch_robots = self._fetch_robots if self.heeds_robots else None
        if not is_redirect:
            gate.admit(target, self._product, time_left, fetch_robots)
            return
        try:
            replace(gate, patience=time_left).admit(target, self._product, time_left, fetch_robots)
        except FetchFailed as failure:
            if failure.code != "throttled":
                raise
            words = f"{target.host} redirects us, and wants us to wait for longer than we can."
            raise FetchFailed("timeout", words, failure.retry_after) from failure

    @property
    def _product(self) -> str:
        return self.user_agent.partition("/")[0].strip()

    def _fetch_robots(self, url: str) -> bytes:
        """With the same guard and the same bucket; what is too long is cut."""
        plain = replace(self, heeds_robots=False, total_timeout=min(self.total_timeout, ROBOTS_TIMEOUT))
        with plain._open(url, {}) as answer:
            if answer.response.status != 200:
                plain._check_human(answer)
            _check_status(answer)
            return answer.head(robots.MAX_BYTES)

    def _heed_pause(self, answer: Answer) -> None:
        """A host that has had too much is left alone by everybody."""
        pause = answer.retry_after
        if self.gate is not None and (answer.response.status in TOO_MUCH or (answer.is_error and pause is not None)):
            self.gate.close(answer.target, pause)

    def _ask(
        self,
        connection: PinnedHTTP | PinnedHTTPS,
        target: Target,
        headers: Mapping[str, str],
        passed: tuple[str, ...],
        deadline: Deadline,
    ) -> Answer:
        contact = f" (+{self.contact})" if self.contact else ""
        own = {"User-Agent": self.user_agent + contact, "Accept-Encoding": "gzip, deflate", "Connection": "close"}
        connection.request(
            "GET", target.request_uri, headers={**headers, **own}, preload_content=False, decode_content=True
        )
        return Answer(connection.getresponse(), target, passed, deadline)


def _check_status(answer: Answer) -> None:
    status = answer.response.status
    if status == 200:
        return
    message = f"The server answered {status}."
    if status in TRY_AGAIN or status >= 500:
        raise FetchFailed(f"http_{status}", message, answer.retry_after)
    raise FetchRefused(f"http_{status}", message)


def _in_our_words(error: Exception, deadline: Deadline) -> FetchFailed | FetchRefused:
    if deadline.expired or isinstance(error, TimeoutError | ReadTimeoutError):
        return FetchFailed("timeout", "The server took too long.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchRefused("certificate", "The server's certificate does not prove who it is.")
    if isinstance(error, ProtocolError):  # only for bodies, since we use no pools
        return FetchFailed("truncated", "The body ended before its announced length.")
    return FetchFailed("connection", f"The connection failed: {type(error).__name__}.")
