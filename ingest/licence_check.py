"""May this picture be taken? Who says so is written down before anything is decided.

Proof is a licence API's word, or the source page's. A search filter proves nothing, nor does a list of URLs:
a picture without either is at most *unproved*. A folder is different: the operator has the files, states the
licence and the creator for all of them, and the job carries their name. That statement is the proof.
What contradicts itself is held for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from ingest.access import check_contact, guarded_session
from ingest.barrier import nothing_is_erased
from ingest.discovery import clean
from ingest.evidence import (
    DECIDED,
    REFUSED,
    Snapshot,
    claims_of,
    decision_on,
    decision_on_photo,
    keep,
    note,
    said_by_page,
    statement_of,
)
from ingest.licence_policy import policy_in_force
from ingest.licences import Conclusion, Embedded, Said, licence_name, page_licence, weigh, weigh_file
from ingest.licences.weighing import SOURCES_DIFFER, seller_of
from ingest.models import Candidate, LicenceEvidence, Photo
from ingest.network import PAGE_TYPES, FetchRefused
from ingest.pending import Lost, Refused, settle

MAX_PAGE_BYTES = 5_000_000
VOUCHED_SOURCES = frozenset({"folder"})
PAGE_UNREADABLE = "page_unreadable"  # the host's word against us, not the page's about the picture
NOTHING_KNOWN = "No licence that we know is stated."

Proof = Candidate.Proof
State = Candidate.State


@dataclass(frozen=True)
class Heard:
    """What the source page or the API said, or why the page could not be read."""

    said: tuple[Said, ...] = ()
    creator: str = ""
    problem: str = ""
    is_unread: bool = False


def check_licence(candidate: Candidate) -> None:
    """Raises Refused, FetchRefused or FetchFailed."""
    decision = decision_on(candidate)
    if decision is not None:
        _follow(candidate, decision)
        return
    claims = claims_of(candidate)
    note(candidate, claims)
    heard = _hear(candidate)
    vouched = candidate.source in VOUCHED_SOURCES
    said = [*claims, *heard.said]
    conclusion = weigh(said, policy_in_force(), operator_vouches=vouched, problem=heard.problem)
    if vouched and conclusion.outcome == "unproved":
        conclusion = Conclusion("unproved", "", "licence_unknown", NOTHING_KNOWN)
    if heard.is_unread and conclusion.outcome == "unproved":
        conclusion = replace(conclusion, code=PAGE_UNREADABLE)
    _settle(candidate, conclusion, heard.creator)


def check_file(candidate: Candidate, found: Embedded, sha256: str) -> Conclusion:
    """Does the fetched file agree with what was said before? Its words are noted, nothing is settled."""
    said = [replace(one, at_url=candidate.image_url) for one in found.said]
    said += filter(None, [seller_of(candidate.image_url)])
    note(candidate, said, Snapshot(sha256))
    is_proved = candidate.proof == Proof.PROVED
    before = Conclusion("proved" if is_proved else "unproved", candidate.licence)
    return weigh_file(before, said, policy_in_force())


def check_photo(candidate: Candidate, photo: Photo, said_by_file: Conclusion) -> Conclusion:
    """Under the photo's lock: what a person decided about it stands, unless this candidate brings another licence.

    Raises Refused.
    """
    decision = decision_on_photo(photo)
    if decision is not None and decision.place == REFUSED:
        raise Refused(DECIDED, decision.words, photo)
    others = _other_licences(candidate, photo) if candidate.proof == Proof.PROVED else []
    if others:
        names = ", ".join(map(licence_name, others))
        detail = f"This source names {licence_name(candidate.licence)}, another of the same photo {names}."
        return Conclusion("held", candidate.licence, SOURCES_DIFFER, detail)
    if decision is not None:
        return Conclusion("proved", decision.says)
    if said_by_file.outcome == "refused":
        raise Refused(said_by_file.code, said_by_file.detail, photo)
    return said_by_file


def _other_licences(candidate: Candidate, photo: Photo) -> list[str]:
    proved = Candidate.objects.filter(photo=photo, proof=Proof.PROVED).exclude(pk=candidate.pk)
    named = proved.order_by("licence").values_list("licence", flat=True).distinct()
    return [spdx for spdx in named if spdx != candidate.licence]


def outcome(conclusion: Conclusion, next_state: str) -> dict[str, Any]:
    """What is written on the candidate's row: held for a person, or on to its next state.

    Where sources differ, each has its proof, and releases hold the photo back because of both.
    """
    is_held = conclusion.outcome == "held"
    has_proof = conclusion.outcome == "proved" or conclusion.code == SOURCES_DIFFER
    return {
        "state": State.HELD if is_held else next_state,
        "refusal": conclusion.code if is_held else "",
        "finished_at": timezone.now() if is_held else None,
        "licence": conclusion.licence,
        "proof": Proof.PROVED if has_proof else Proof.UNPROVED,
        "detail": conclusion.detail,
    }


def _follow(candidate: Candidate, decision: LicenceEvidence) -> None:
    """A person has decided: found again by a later job, the candidate is not asked about again."""
    if decision.place == REFUSED:
        raise Refused(DECIDED, decision.words)
    settle(candidate, state=State.LICENSED, licence=decision.says, proof=Proof.PROVED, refusal="", detail="")


def _settle(candidate: Candidate, conclusion: Conclusion, creator: str) -> None:
    is_unproved = conclusion.outcome == "unproved"
    if conclusion.outcome == "refused" or (is_unproved and not candidate.job.allow_unproved):
        raise Refused(conclusion.code, conclusion.detail)
    settle(candidate, creator=candidate.creator or clean(creator), **outcome(conclusion, State.LICENSED))


def _hear(candidate: Candidate) -> Heard:
    """The API's word; where it says nothing, the source page's own words. Both are noted with a snapshot."""
    if candidate.source in VOUCHED_SOURCES:
        return Heard()
    by_api = _ask_api(candidate)
    if any(one.names_one for one in by_api) or not candidate.page_url:
        return Heard(by_api, problem=NOTHING_KNOWN if by_api else "")
    page = _read_page(candidate)
    return replace(page, said=(*by_api, *page.said))


def _ask_api(candidate: Candidate) -> tuple[Said, ...]:
    """The source answered when the candidate was found: its answer is on the row."""
    found = statement_of(candidate)
    if found is None:
        return ()
    said, answer = found
    _keep(candidate, [said], answer, ".json")
    return (said,)


def _keep(candidate: Candidate, said: Sequence[Said], answer: bytes, suffix: str) -> None:
    """With the bytes that said so, unless the candidate was erased while they were fetched."""
    with nothing_is_erased():
        if not Candidate.objects.filter(pk=candidate.pk).exists():
            raise Lost
        note(candidate, said, keep(answer, suffix))


def _read_page(candidate: Candidate) -> Heard:
    try:
        check_contact(candidate.page_url)
        answer = guarded_session().fetch(candidate.page_url, accept=PAGE_TYPES, max_bytes=MAX_PAGE_BYTES)
    except FetchRefused as refusal:
        if refusal.code == "no_contact":  # it is for us to mend
            raise
        return Heard(problem=f"The source page cannot be read: {refusal.message}", is_unread=True)
    page = page_licence(answer.body, answer.url, candidate.image_url)
    said = tuple(said_by_page(page, answer.url))
    _keep(candidate, said, answer.body, ".html")
    return Heard(said, page.creator, NOTHING_KNOWN)
