"""One step of one candidate at a time: found → licence checked → fetched → done, or refused, or failed."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from ingest.detection import detect
from ingest.evidence import DECIDED
from ingest.fetching import check_entry, check_room, fetch
from ingest.jobs import finish_if_nothing_pends
from ingest.licence_check import check_licence
from ingest.models import Candidate, Discovery
from ingest.network import FetchFailed, FetchRefused
from ingest.pending import (
    FULL,
    FULL_PAUSE,
    MAX_ATTEMPTS,
    UNCOUNTED,
    Lost,
    Refused,
    free,
    give_back,
    put_off,
    settle,
    take,
)
from ingest.pictures import PictureRefused

State = Candidate.State

STEPS: dict[str, Callable[[Candidate], None]] = {
    State.FOUND: check_licence,
    State.LICENSED: fetch,
    State.FETCHED: detect,
}


def advance(candidate_id: int, state: str) -> str | None:
    """Do the step that a candidate in this state waits for, if nobody else does.

    The state it came to; None when nothing was done. What nobody foresaw is noted on the row and raised.
    """
    candidate = take(Candidate.objects.all(), candidate_id, state)
    if candidate is None:
        return None
    try:
        reached = _attempt(candidate, STEPS[state])
    except Lost:
        return None
    except Exception as error:
        try:
            give_back(candidate, error, refusal="unforeseen", detail=f"{type(error).__name__}: {error}")
        except Lost:
            return None
        raise
    if reached not in Candidate.PENDING:
        finish_if_nothing_pends(candidate.job_id)
    return reached


def _attempt(candidate: Candidate, step: Callable[[Candidate], None]) -> str:
    if candidate.attempts > MAX_ATTEMPTS:
        words = candidate.detail or "No attempt came to an end."
        return _end(candidate, State.FAILED, "gave_up", f"Given up after {MAX_ATTEMPTS} attempts. {words}")
    try:
        check_standing(candidate)
        step(candidate)
    except (Refused, FetchRefused, PictureRefused) as refusal:
        return _end(candidate, State.REFUSED, refusal.code, str(refusal), getattr(refusal, "photo", None))
    except FetchFailed as failure:
        return _try_later(candidate, failure)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return _try_later(candidate, FetchFailed("disk_full", f"It cannot be kept: {error.strerror}.", FULL_PAUSE))
    return Candidate.objects.values_list("state", flat=True).get(pk=candidate.pk)


def check_standing(candidate: Candidate) -> None:
    """Before each step: may this be looked at still, and is there any use in it?"""
    check_entry(candidate)
    if candidate.state != State.FETCHED:
        check_room(candidate.identity)


def _try_later(candidate: Candidate, failure: FetchFailed) -> str:
    counts = failure.code not in UNCOUNTED
    if counts and candidate.attempts >= MAX_ATTEMPTS:
        return _end(candidate, State.FAILED, failure.code, failure.message)
    put_off(candidate, failure.retry_after, counts=counts, refusal=failure.code, detail=failure.message)
    return candidate.state


def _end(candidate: Candidate, state: str, code: str, detail: str, photo: Any = None) -> str:
    kept = {"photo": photo} if photo else {}
    if code == DECIDED:  # else the photo would have a proof again
        kept["proof"] = Candidate.Proof.UNPROVED
    settle(candidate, state=state, refusal=code, detail=detail, finished_at=timezone.now(), **kept)
    return state


def waiting_candidates(state: str, most: int) -> list[int]:
    """Ids of candidates that anybody may take now, the oldest first."""
    rows = free(Candidate.objects.filter(state=state)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def waiting_discoveries(most: int) -> list[int]:
    rows = free(Discovery.objects.filter(state=Discovery.State.WAITING)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])
