"""The guarded session as the settings say, and whether a host may be reached at all."""

from collections.abc import Iterable

from django.conf import settings

from ingest.addresses import parse_target
from ingest.network import FetchRefused, GuardedSession

PRODUCT = "MTF-Curator/0.1"
NO_CONTACT = (
    "MTF_CONTACT is not set: other people's servers are not asked without a web or mail address "
    "at which their operators can reach you."
)


def guarded_session() -> GuardedSession:
    contact = f" (+{settings.INGEST_CONTACT})" if settings.INGEST_CONTACT else ""
    return GuardedSession(
        user_agent=PRODUCT + contact,
        allow=frozenset(settings.INGEST_ALLOWED_HOSTS),
        max_bytes=settings.MAX_DOWNLOAD_BYTES,
    )


def check_contact(url: str) -> None:
    """FetchRefused when this host would have to be asked by a stranger."""
    if not may_ask(url):
        raise FetchRefused("no_contact", NO_CONTACT)


def may_ask(url: str) -> bool:
    return bool(settings.INGEST_CONTACT) or parse_target(url).host_port in settings.INGEST_ALLOWED_HOSTS


def may_ask_all(urls: Iterable[str]) -> bool:
    return all(may_ask(url) for url in urls)
