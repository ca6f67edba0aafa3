"""Asking a source for one identity: every hit becomes a candidate of the job, once."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ingest.access import DISCOVERY_PATIENCE, guarded_session
from ingest.addresses import url_key
from ingest.models import Candidate, CrawlJob, Discovery, Identity
from ingest.network import FetchFailed, FetchRefused
from ingest.pending import MAX_ATTEMPTS, UNCOUNTED, Lost, give_back, put_off, settle, take
from ingest.sources import SOURCES, Hit, Query, SourceError
from ingest.tombstones import ERASED, is_erased_address, is_tombstoned

# What a job that lets unproved pictures be reviewed may look at again.
UNPROVED_REFUSALS = ("licence_unknown", "licence_unproved")
# What may have changed since: any later job that finds the picture looks again.
PASSING_REFUSALS = ("cap_reached", "identity_not_approved", "no_contact", "robots", "page_unreadable")

Announce = Callable[[int], None]


def discover(discovery_id: int, announce: Announce) -> int | None:
    """Ask the source, call `announce` with the id of every new candidate, and return the job's id.

    None when there is nothing to do. Run again after a crash, it finds its own candidates and adds the rest.
    """
    discovery = take(Discovery.objects.all(), discovery_id, Discovery.State.WAITING)
    if discovery is None:
        return None
    try:
        _settle(discovery, announce)
    except Lost:
        raise
    except Exception as error:
        give_back(discovery, error, error=f"{type(error).__name__}: {error}")
        raise
    return discovery.job_id


def _settle(discovery: Discovery, announce: Announce) -> None:
    if discovery.attempts > MAX_ATTEMPTS:
        _fail(discovery, f"Given up after {MAX_ATTEMPTS} attempts. {discovery.error}".strip())
    elif discovery.identity.state != Identity.State.APPROVED:
        _fail(discovery, f"{discovery.identity} is no longer approved.")
    elif is_tombstoned(discovery.identity):
        _fail(discovery, f"{discovery.identity} was erased and must not enter again.")
    else:
        _ask(discovery, announce)


def _ask(discovery: Discovery, announce: Announce) -> None:
    try:
        hits, known = _enter_hits(discovery, announce)
    except (SourceError, FetchFailed) as error:
        _try_later(discovery, error)
    except FetchRefused as refusal:
        _fail(discovery, refusal.message)
    else:
        settle(discovery, state=Discovery.State.DONE, hits=hits, known=known, error="")


def _try_later(discovery: Discovery, error: SourceError | FetchFailed) -> None:
    counts = _code(error) not in UNCOUNTED
    is_transient = isinstance(error, FetchFailed) or error.transient
    if is_transient and (not counts or discovery.attempts < MAX_ATTEMPTS):
        put_off(discovery, error.retry_after, counts=counts, error=error.message)
    else:
        _fail(discovery, error.message)


def _code(error: SourceError | FetchFailed) -> str:
    """Also of what a source put into its own words."""
    return error.__cause__.code if isinstance(error.__cause__, FetchFailed) else error.code


def _fail(discovery: Discovery, error: str) -> None:
    settle(discovery, state=Discovery.State.FAILED, error=error)


def _enter_hits(discovery: Discovery, announce: Announce) -> tuple[int, int]:
    """How many hits there were, and how many of them earlier jobs had found."""
    hits = known = 0
    source = SOURCES[discovery.job.source]
    session = guarded_session(heeds_robots=source.heeds_robots, patience=DISCOVERY_PATIENCE)
    for hit in source.discover(_query(discovery), session):
        hits += 1
        candidate, is_new = _enter(discovery, hit)
        if is_new and candidate.state == Candidate.State.FOUND:
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
        wikidata_id=identity.wikidata_id or "",
        commons_category=identity.commons_category,
        key=settings.FLICKR_KEY if job.source == "flickr" else "",
    )


def _enter(discovery: Discovery, hit: Hit) -> tuple[Candidate, bool]:
    """The candidate of this hit, and whether it has just become ours."""
    fields = _fields(discovery, hit) | _standing(hit)
    candidate, is_new = Candidate.objects.get_or_create(
        identity=discovery.identity, url_key=url_key(hit.image_url), defaults=fields
    )
    if not is_new and candidate.job_id != discovery.job_id and _adopt(candidate, discovery.job, fields):
        candidate.job_id, candidate.state, is_new = discovery.job_id, fields["state"], True
    return candidate, is_new


def _standing(hit: Hit) -> dict[str, Any]:
    """What was erased is noted and goes no further."""
    if not is_erased_address(hit.image_url, hit.page_url):
        return {"state": Candidate.State.FOUND, "refusal": "", "detail": "", "finished_at": None}
    words = "What was at this address has been erased and must not enter again."
    return {"state": Candidate.State.REFUSED, "refusal": ERASED, "detail": words, "finished_at": timezone.now()}


def _adopt(candidate: Candidate, job: CrawlJob, fields: dict[str, Any]) -> bool:
    """Take over what an earlier job could not bring to an end, or might not look at. True when it is ours."""
    over = ~Exists(CrawlJob.objects.filter(pk=OuterRef("job_id"), state__in=CrawlJob.LIVE))
    unfinished = Q(state=Candidate.State.FAILED) | Q(over, state__in=Candidate.PENDING)
    if job.allow_unproved:
        unfinished |= Q(state=Candidate.State.REFUSED, refusal__in=UNPROVED_REFUSALS)
    unfinished |= Q(state=Candidate.State.REFUSED, refusal__in=PASSING_REFUSALS)
    fresh = dict.fromkeys(("proof", "licence"), "") | {"photo": None}
    again = {"attempts": 0, "claimed_until": None}
    theirs = Candidate.objects.filter(unfinished, pk=candidate.pk, job_id=candidate.job_id)
    return bool(theirs.update(**fresh | again | fields))


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
    evidence = clean_json(hit.evidence | ({"statement": asdict(hit.statement)} if hit.statement else {}))
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
