"""Who said what of a candidate's licence: rows, and the bytes that said so, kept under their hash."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest import store
from ingest.discovery import clean
from ingest.licences import NO_ASSERTION, PageLicence, Said, parse_licence_url
from ingest.licences.statements import API, FILTER, MAX_PLACE, MAX_WORDS, ORDER, PAGE, SELLER
from ingest.models import Candidate, LicenceEvidence, Photo

MAX_SAYS = 60
MAX_STATEMENTS = 50
TAKEN, REFUSED = "taken", "refused"  # the places of a decision
DECIDED = "licence_decided"  # why a candidate goes no further after a refusal


@dataclass(frozen=True)
class Snapshot:
    """What said so, as received, in the default storage."""

    sha256: str = ""
    file: str = ""


NO_SNAPSHOT = Snapshot()


def keep(data: bytes, suffix: str) -> Snapshot:
    sha256 = store.put("evidence", data, suffix)
    return Snapshot(sha256, store.name_of("evidence", sha256, suffix))


def canonical(record: Any) -> bytes:
    """The same bytes for the same answer of an API, whatever the order of its keys."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def note(candidate: Candidate, said: Iterable[Said], snapshot: Snapshot = NO_SNAPSHOT) -> None:
    """Write down what was said; what was noted before stays as it was."""
    rows = [_row(candidate, one, snapshot) for one in said]
    LicenceEvidence.objects.bulk_create(rows, ignore_conflicts=True)


def _row(candidate: Candidate, said: Said, snapshot: Snapshot) -> LicenceEvidence:
    return LicenceEvidence(
        candidate=candidate,
        kind=said.kind,
        says=said.says[:MAX_SAYS],
        licence_url=clean(said.licence_url),
        place=clean(said.place)[:MAX_PLACE],
        words=clean(said.words)[:MAX_WORDS],
        seen_at_url=clean(said.at_url),
        snapshot_sha256=snapshot.sha256,
        snapshot_file=snapshot.file,
    )


# ---- What was said before anything is looked at


def claims_of(candidate: Candidate) -> list[Said]:
    """What the search filter and the order say: claims, kept beside the proof."""
    said: list[Said] = []
    if candidate.query_filter:
        words = candidate.query_filter
        said.append(Said(FILTER, place="search filter", words=words))
    if candidate.claimed_licence:
        address = candidate.claimed_licence
        said.append(Said(ORDER, parse_licence_url(address) or NO_ASSERTION, address, "order"))
    elif vouched_for := candidate.evidence.get("licence"):
        said.append(Said(ORDER, str(vouched_for), place="order"))
    return said


def statement_of(candidate: Candidate) -> tuple[Said, bytes] | None:
    """What the source's API says of this picture, with its answer as bytes; None for a source that says nothing."""
    statement = candidate.evidence.get("statement")
    if not isinstance(statement, Mapping):
        return None
    address = str(statement.get("licence_url") or "")
    says = str(statement.get("says") or "") or parse_licence_url(address) or NO_ASSERTION
    said = Said(API, says, address, "API answer", at_url=str(statement.get("at_url") or ""))
    return said, canonical(statement.get("record") or {})


def said_by_page(page: PageLicence, url: str) -> list[Said]:
    """A row for each statement, different ones first; one that says nothing where the page has none."""
    first = {link.named: link for link in reversed(page.links)}
    links = sorted(page.links, key=lambda link: link is not first[link.named])[:MAX_STATEMENTS]
    said = [Said(PAGE, link.spdx or NO_ASSERTION, link.url, link.how, link.words, url) for link in links]
    sellers = [Said(SELLER, place="source page", words=words, at_url=url) for words in page.sellers]
    return (said or [Said(PAGE, at_url=url)]) + sellers


# ---- What a person decided


def decision_on(candidate: Candidate) -> LicenceEvidence | None:
    """The last word of a person about this candidate."""
    return candidate.licence_evidence.filter(kind=LicenceEvidence.Kind.DECISION).order_by("-pk").first()


def decision_on_photo(photo: Photo) -> LicenceEvidence | None:
    """The last word of a person about the same photo, whoever's candidate it was."""
    decisions = LicenceEvidence.objects.filter(kind=LicenceEvidence.Kind.DECISION, candidate__photo=photo)
    return decisions.order_by("-pk").first()
