"""Asking a source for one identity: every hit becomes a candidate of the job, once."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from ingest.access import guarded_session
from ingest.addresses import DEFAULT_PORTS, parse_target
from ingest.models import Candidate, CrawlJob, Discovery, Identity
from ingest.network import FetchRefused
from ingest.pending import MAX_ATTEMPTS, put_off, settle, take
from ingest.sources import SOURCES, Hit, Query, SourceError

# What a job that lets unproved pictures be reviewed may look at again.
UNPROVED_REFUSALS = ("licence_unknown", "licence_unproved", "licence_ask")

Announce = Callable[[int], None]


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


def discover(discovery_id: int, announce: Announce) -> int | None:
    """Ask the source, call `announce` with the id of every new candidate, and return the job's id.

    None when there is nothing to do. Run again after a crash, it finds its own candidates and adds the rest.
    """
    discovery = take(Discovery.objects.all(), discovery_id, Discovery.State.WAITING)
    if discovery is None:
        return None
    if discovery.attempts > MAX_ATTEMPTS:
        _fail(discovery, f"Given up after {MAX_ATTEMPTS} attempts. {discovery.error}".strip())
    elif discovery.identity.state != Identity.State.APPROVED:
        _fail(discovery, f"{discovery.identity} is no longer approved.")
    else:
        _ask(discovery, announce)
    return discovery.job_id


def _ask(discovery: Discovery, announce: Announce) -> None:
    try:
        hits, known = _enter_hits(discovery, announce)
    except SourceError as error:
        if not error.transient or discovery.attempts >= MAX_ATTEMPTS:
            _fail(discovery, error.message)
        else:
            put_off(discovery, error.retry_after, error=error.message)
    except Exception as error:
        put_off(discovery, None, error=f"{type(error).__name__}: {error}")
        raise
    else:
        settle(discovery, state=Discovery.State.DONE, hits=hits, known=known, error="")


def _fail(discovery: Discovery, error: str) -> None:
    settle(discovery, state=Discovery.State.FAILED, error=error)


def _enter_hits(discovery: Discovery, announce: Announce) -> tuple[int, int]:
    """How many hits there were, and how many of them earlier jobs had found."""
    hits = known = 0
    for hit in SOURCES[discovery.job.source].discover(_query(discovery), guarded_session()):
        hits += 1
        candidate, is_new = _enter(discovery, hit)
        if is_new:
            announce(candidate.pk)
        known += candidate.job_id != discovery.job_id
    return hits, known


def _query(discovery: Discovery) -> Query:
    identity, job = discovery.identity, discovery.job
    return Query(
        identity_name=identity.name,
        aliases=(*identity.aliases, identity.slug),
        limit=int(job.parameters["limit"]),
        parameters={key: str(value) for key, value in job.parameters.items()},
        base_address=settings.SOURCE_URLS.get(job.source, ""),
    )


def _enter(discovery: Discovery, hit: Hit) -> tuple[Candidate, bool]:
    """The candidate of this hit, and whether it has just become ours."""
    fields = _fields(discovery, hit)
    candidate, is_new = Candidate.objects.get_or_create(
        identity=discovery.identity, url_key=url_key(hit.image_url), defaults=fields
    )
    if not is_new and candidate.job_id != discovery.job_id and _adopt(candidate, discovery.job, fields):
        candidate.job_id, is_new = discovery.job_id, True
    return candidate, is_new


def _adopt(candidate: Candidate, job: CrawlJob, fields: dict[str, Any]) -> bool:
    """Take over what an earlier job could not bring to an end, or might not look at. True when it is ours."""
    over = ~Exists(CrawlJob.objects.filter(pk=OuterRef("job_id"), state__in=CrawlJob.LIVE))
    unfinished = Q(state=Candidate.State.FAILED) | Q(over, state__in=Candidate.PENDING)
    if job.allow_unproved:
        unfinished |= Q(state=Candidate.State.REFUSED, refusal__in=UNPROVED_REFUSALS)
    fresh = dict.fromkeys(("refusal", "detail", "proof", "licence"), "") | {"photo": None}
    again = {"state": Candidate.State.FOUND, "attempts": 0, "claimed_until": None, "finished_at": None}
    theirs = Candidate.objects.filter(unfinished, pk=candidate.pk, job_id=candidate.job_id)
    return bool(theirs.update(**fields | fresh | again))


def _fields(discovery: Discovery, hit: Hit) -> dict[str, Any]:
    texts = {
        "image_url": hit.image_url,
        "page_url": hit.page_url,
        "title": hit.title,
        "creator": hit.creator,
        "claimed_licence": hit.licence_url,
        "query": hit.query,
        "query_filter": hit.filter[:100],
    }
    evidence = clean_json(hit.evidence)
    rest = {"job": discovery.job, "source": discovery.job.source, "rank": hit.rank, "evidence": evidence}
    return {name: clean(text) for name, text in texts.items()} | rest


def clean_json(value: Any) -> Any:
    """The same for every text inside a JSON value, keys included."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


def clean(text: str) -> str:
    """PostgreSQL's text holds no zero byte and no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
