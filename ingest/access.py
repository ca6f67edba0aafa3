"""The guarded session as the settings say, and whether a host may be reached at all."""

from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings

from ingest.addresses import parse_target
from ingest.network import NO_CONTACT, FetchFailed, FetchRefused, GuardedSession
from ingest.pending import wake_throttled
from ingest.politeness import Gate
from mtf_site import services

__all__ = ["NO_CONTACT", "check_contact", "gate", "guarded_session", "may_ask", "may_ask_all", "move_queues_up"]

PRODUCT = "MTF-Curator/0.3"
KEYS = "mtf:polite"  # what our keys in Redis begin with
PATIENCE = 2.0  # seconds that a worker sleeps for its turn at a host, rather than put the row off
DISCOVERY_PATIENCE = 15.0  # a source is asked page after page: giving up in the middle would begin anew


def guarded_session(*, heeds_robots: bool = True, patience: float = PATIENCE) -> GuardedSession:
    """`heeds_robots` is False for documented APIs only. FetchFailed where the embedded Redis cannot be had."""
    return GuardedSession(
        user_agent=PRODUCT,
        allow=frozenset(settings.INGEST_ALLOWED_HOSTS),
        max_bytes=settings.MAX_DOWNLOAD_BYTES,
        read_timeout=settings.READ_SECONDS,
        contact=settings.INGEST_CONTACT,
        contact_required=True,
        gate=gate(patience),
        heeds_robots=heeds_robots,
    )


def gate(patience: float = PATIENCE) -> Gate:
    return Gate(redis_url(), settings.HOST_RATE, settings.HOST_BURST, patience, KEYS)


def redis_url() -> str:
    """The embedded Redis has to be started, where no worker and no database has done so."""
    if settings.EMBEDDED_REDIS:
        try:
            services.join(settings.VAR_DIR, postgres=False, redis=True)
        except services.ServicesError as error:
            raise FetchFailed("redis_away", str(error)) from error
    return str(settings.REDIS_URL)


def move_queues_up() -> None:
    """After a job was cancelled or paused: its places in the hosts' queues are free, and the others ask anew."""
    with suppress(FetchFailed):  # where Redis is away, there are no queues either
        gate().forget_queues()
    wake_throttled()


def check_contact(url: str) -> None:
    """FetchRefused when this host would have to be asked by a stranger."""
    if not may_ask(url):
        raise FetchRefused("no_contact", NO_CONTACT)


def may_ask(url: str) -> bool:
    return bool(settings.INGEST_CONTACT) or parse_target(url).host_port in settings.INGEST_ALLOWED_HOSTS


def may_ask_all(urls: Iterable[str]) -> bool:
    return all(may_ask(url) for url in urls)
