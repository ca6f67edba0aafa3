"""May this picture be taken? Who says so is written down before anything is decided.

The source page decides, by its rel=license link. A search filter proves nothing, nor does a list of URLs:
a picture without a page is at most *unproved*. A folder is different: the operator has the files, states the
licence and the creator for all of them, and the job carries their name. That statement is the proof.
"""

from dataclasses import dataclass

from ingest.access import check_contact, guarded_session
from ingest.discovery import clean
from ingest.licences import PageLicence, judge, licence_name, page_licence, parse_licence_url
from ingest.models import Candidate, LicenceEvidence
from ingest.network import PAGE_TYPES, FetchRefused
from ingest.pending import Refused, settle
from ingest.store import digest

MAX_PAGE_BYTES = 5_000_000
NO_ASSERTION = "NOASSERTION"
VOUCHED_SOURCES = frozenset({"folder"})

Kind = LicenceEvidence.Kind
Proof = Candidate.Proof


@dataclass(frozen=True)
class Conclusion:
    """`refusal` is a code, or "" when the picture may be taken.

    `is_hopeless`: it is refused even where unproved pictures may be reviewed.
    """

    licence: str
    refusal: str = ""
    detail: str = ""
    is_hopeless: bool = False


@dataclass(frozen=True)
class Page:
    """What the source page says, or why it cannot be read."""

    licence: PageLicence | None = None
    problem: str = ""


def check_licence(candidate: Candidate) -> None:
    """Raises Refused, FetchRefused or FetchFailed."""
    _note_claims(candidate)
    page = _read_page(candidate)
    conclusion = conclude(candidate.source, parse_licence_url(candidate.claimed_licence), page)
    may_be_unproved = candidate.job.allow_unproved and not conclusion.is_hopeless
    if conclusion.refusal and not may_be_unproved:
        raise Refused(conclusion.refusal, conclusion.detail)
    settle(
        candidate,
        state=Candidate.State.LICENSED,
        licence=conclusion.licence,
        proof=Proof.UNPROVED if conclusion.refusal else Proof.PROVED,
        creator=candidate.creator or clean(page.licence.creator if page.licence else ""),
        detail=conclusion.detail,
    )


def conclude(source: str, ordered: str | None, page: Page) -> Conclusion:
    """Weigh what was said: `ordered` is the licence that came with the order, None for none that we know."""
    if ordered and judge(ordered).verdict == "refuse":
        return _judged(ordered)
    if source in VOUCHED_SOURCES:
        return _judged(ordered)
    if page.licence is None:
        reason = page.problem or "There is no source page that would prove the licence."
        return Conclusion(ordered or "", "licence_unknown" if page.problem else "licence_unproved", reason)
    if page.licence.contradiction:
        said = sorted({licence_name(link.spdx) if link.spdx else link.url for link in page.licence.links})
        detail = f"The source page names different licences: {', '.join(said)}."
        return Conclusion("", "licence_contradictory", detail, is_hopeless=True)
    return _judged(page.licence.spdx)


def _judged(spdx: str | None) -> Conclusion:
    judgement = judge(spdx)
    if judgement.verdict == "take":
        return Conclusion(spdx or "")
    if judgement.verdict == "ask":
        return Conclusion(spdx or "", "licence_ask", f"{licence_name(spdx)}: a person has to decide.")
    if judgement.reason == "unknown":
        return Conclusion("", "licence_unknown", "No licence that we know is stated.")
    return Conclusion(spdx or "", f"licence_{judgement.reason}", f"{licence_name(spdx)}.", is_hopeless=True)


def _read_page(candidate: Candidate) -> Page:
    """The source page's own words, noted as evidence."""
    if not candidate.page_url or candidate.source in VOUCHED_SOURCES:
        return Page()
    try:
        check_contact(candidate.page_url)
        answer = guarded_session().fetch(candidate.page_url, accept=PAGE_TYPES, max_bytes=MAX_PAGE_BYTES)
    except FetchRefused as refusal:
        return Page(problem=f"The source page cannot be read: {refusal.message}")
    said = page_licence(answer.body, answer.url)
    links = [(link.spdx or NO_ASSERTION, link.url) for link in said.links] or [(NO_ASSERTION, "")]
    snapshot = digest(answer.body)
    _note([_evidence(candidate, Kind.PAGE, spdx, url, answer.url, snapshot) for spdx, url in links])
    return Page(said)


def _note_claims(candidate: Candidate) -> None:
    """What the search filter and the order say: claims, kept beside the proof."""
    said: list[LicenceEvidence] = []
    if candidate.query_filter:
        said.append(_evidence(candidate, Kind.FILTER, NO_ASSERTION, candidate.query_filter))
    if candidate.claimed_licence:
        spdx = parse_licence_url(candidate.claimed_licence) or NO_ASSERTION
        said.append(_evidence(candidate, Kind.ORDER, spdx, candidate.claimed_licence))
    _note(said)


def _evidence(
    candidate: Candidate, kind: str, says: str, licence_url: str, seen_at: str = "", snapshot: str = ""
) -> LicenceEvidence:
    return LicenceEvidence(
        candidate=candidate,
        kind=kind,
        says=says,
        licence_url=clean(licence_url),
        seen_at_url=seen_at,
        snapshot_sha256=snapshot,
    )


def _note(evidence: list[LicenceEvidence]) -> None:
    LicenceEvidence.objects.bulk_create(evidence, ignore_conflicts=True)
