"""What a source of pictures is: asked for one identity, it answers hits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ingest.network import GuardedSession


@dataclass(frozen=True)
class Query:
    """One identity to look for. `parameters` are the crawl job's, named by the source's `needs`."""

    identity_name: str
    aliases: tuple[str, ...] = ()
    limit: int = 100  # hits at most, over all passes
    parameters: Mapping[str, str] = field(default_factory=dict)
    base_address: str = ""  # "" means the source's own; tests and the demo put a local server here
    wikidata_id: str = ""  # "Q42"
    commons_category: str = ""  # without "Category:"
    key: str = field(default="", repr=False)  # of a source that wants one; never to be written down

    @property
    def phrase(self) -> str:
        """The name as one phrase, in the quotation marks that searches understand."""
        return '"' + " ".join(self.identity_name.replace('"', " ").split()) + '"'


@dataclass(frozen=True)
class Statement:
    """What a source that publishes a licence for each picture says of one: proof, unlike a claim.

    `record` is its raw answer about this picture, kept as a snapshot; `at_url` is where it can be asked again.
    """

    licence_url: str  # "" where the source names none
    at_url: str
    record: Mapping[str, Any]
    says: str = ""  # SPDX identifier, where the source says more than an address (US government works)


@dataclass(frozen=True)
class Hit:
    """A picture that a source says shows the identity. What it says of the licence is a claim, no proof."""

    image_url: str  # http(s), or file:// from the folder source
    page_url: str = ""
    title: str = ""
    creator: str = ""
    licence_url: str = ""
    rank: int = 0  # from 1, in the source's own order
    query: str = ""
    filter: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)  # JSON
    statement: Statement | None = None


class SourceError(Exception):
    """The source could not be asked to the end; says why in one sentence for the job's page.

    `transient` errors are worth another try, after `retry_after` seconds where the source named a time.
    `code` is that of the FetchFailed behind it, where there was one.
    """

    def __init__(self, message: str, transient: bool = False, retry_after: float | None = None, code: str = "") -> None:
        super().__init__(message, transient, retry_after, code)
        self.code = code
        self.message = message
        self.transient = transient
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message


class Source(Protocol):
    """One file in this folder and one line in the registry."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def about(self) -> str:
        """What it finds and what it says of licences, in one sentence for whoever chooses a source."""
        ...

    @property
    def searches(self) -> bool:
        """True where the admin chooses whom to look for; False where the order itself names the identities."""
        ...

    @property
    def heeds_robots(self) -> bool:
        """False only for documented APIs, whose terms stand in the place of robots.txt."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Parameters without which a job of this source makes no sense."""
        ...

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        """Yield hits as they are found; raise SourceError, possibly after some hits."""
        ...
