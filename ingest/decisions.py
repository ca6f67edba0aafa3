"""A person decides about a candidate whose licence contradicts itself; the decision holds for the whole photo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ingest.discovery import clean
from ingest.evidence import DECIDED, REFUSED, TAKEN
from ingest.jobs import reopen
from ingest.licences import NO_ASSERTION, licence_url
from ingest.models import Candidate, CrawlJob, LicenceEvidence, Photo
from ingest.reasons import FACELESS

State = Candidate.State
Proof = Candidate.Proof


@dataclass(frozen=True)
class Decision:
    """`take` is the licence that the person took it under, "" for a refusal."""

    take: str
    reason: str
    by: User
    creator: str = ""


def held() -> QuerySet[Candidate]:
    """What waits for a person, the oldest first."""
    return Candidate.objects.filter(state=State.HELD).order_by("pk")


def decided_lately(most: int) -> list[LicenceEvidence]:
    """The last decisions, one for each photo, the newest first."""
    rows = LicenceEvidence.objects.filter(kind=LicenceEvidence.Kind.DECISION).order_by("-pk")
    found: dict[tuple[int | None, int], LicenceEvidence] = {}
    for row in rows.select_related("decided_by", "candidate__identity")[: most * 5]:
        photo = row.candidate.photo_id
        found.setdefault((photo, 0 if photo else row.candidate_id), row)
    return list(found.values())[:most]


def said_of(candidates: Sequence[Candidate]) -> dict[int, list[LicenceEvidence]]:
    """By candidate: all that was said of it, and of its photo wherever else that was found; in the order of time."""
    photos = {one.photo_id for one in candidates if one.photo_id}
    wanted = Q(candidate__in=[one.pk for one in candidates]) | Q(candidate__photo__in=photos)
    evidence = LicenceEvidence.objects.filter(wanted).select_related("decided_by", "candidate").order_by("pk")
    found: dict[int, list[LicenceEvidence]] = {one.pk: [] for one in candidates}
    for said in evidence:
        for one in candidates:
            if said.candidate_id == one.pk or (one.photo_id and said.candidate.photo_id == one.photo_id):
                found[one.pk].append(said)
    return found


def newest(said: Iterable[LicenceEvidence]) -> int:
    """By which a decision tells how much of the evidence it knew; 0 for none."""
    return max((one.pk for one in said), default=0)


def decide(candidate_id: int, decision: Decision, *, seen: int) -> list[int] | None:
    """Settle the matter. `seen` is the newest evidence that the person had before them.

    The ids of the candidates that go on; None, and nothing is changed, where somebody decided meanwhile or where
    more has been said since.
    """
    with transaction.atomic():
        candidate = _locked(candidate_id, seen)
        if candidate is None:
            return None
        matter = _matter(candidate)
        _write_down(matter, decision)
        going_on = _take(matter, decision) if decision.take else _refuse(matter)
        jobs = {one.job_id: one.job for one in going_on}
        for job in jobs.values():
            reopen(job, by=decision.by, note="licence decided")
    for job in jobs.values():
        reopen(job, by=decision.by)  # again: the sweeper may have been about to end it when it saw nothing to do
    return [one.pk for one in going_on]


def _locked(candidate_id: int, seen: int) -> Candidate | None:
    """The photo is locked first, as whoever fetches it does; then the jobs, as whoever retries what failed does."""
    photo_id = Candidate.objects.values_list("photo", flat=True).get(pk=candidate_id)
    if photo_id is not None:
        Photo.objects.select_for_update().get(pk=photo_id)
    jobs = _together(candidate_id, photo_id).values("job")
    list(CrawlJob.objects.select_for_update().filter(pk__in=jobs).order_by("pk").values_list("pk"))
    candidate = Candidate.objects.select_for_update().get(pk=candidate_id)
    if candidate.state != State.HELD or candidate.photo_id != photo_id:
        return None
    return candidate if newest(said_of([candidate])[candidate.pk]) == seen else None


def _together(candidate_id: int, photo_id: int | None) -> QuerySet[Candidate]:
    """All candidates of the photo; of one that is not fetched yet, itself."""
    return Candidate.objects.filter(**({"pk": candidate_id} if photo_id is None else {"photo": photo_id}))


def _matter(candidate: Candidate) -> list[Candidate]:
    rows = _together(candidate.pk, candidate.photo_id)
    return list(rows.select_for_update(of=("self",)).select_related("job").defer("job__parameters").order_by("pk"))


def _write_down(matter: Iterable[Candidate], decision: Decision) -> None:
    LicenceEvidence.objects.bulk_create(
        LicenceEvidence(
            candidate=one,
            kind=LicenceEvidence.Kind.DECISION,
            says=decision.take or NO_ASSERTION,
            licence_url=licence_url(decision.take) if decision.take else "",
            place=TAKEN if decision.take else REFUSED,
            words=clean(decision.reason),
            decided_by=decision.by,
        )
        for one in matter
    )


def _take(matter: list[Candidate], decision: Decision) -> list[Candidate]:
    """Held candidates go on; the licence of all is the one decided."""
    going_on = []
    shown = {one.identity_id for one in matter if one.photo_id and one.state in (State.FETCHED, State.DONE)}
    for one in matter:
        one.licence, one.proof = decision.take, Proof.PROVED
        one.creator = clean(decision.creator) or one.creator
        if one.state == State.HELD and one.photo_id and one.identity_id in shown:
            _end(one, "exact_duplicate", "The same file was found for this person before.")
        elif one.state == State.HELD:
            one.state = State.FETCHED if one.photo_id else State.LICENSED
            one.refusal, one.detail, one.finished_at = "", "", None
            one.attempts, one.claimed_until = 0, None
            shown.add(one.identity_id)
            going_on.append(one)
        _save(one)
    return going_on


def _refuse(matter: list[Candidate]) -> list[Candidate]:
    """Nothing of it goes further, whatever it waited for and wherever it had come to; what was already refused for
    another reason keeps that, unless a detector may yet judge otherwise.

    Faces that are in review leave the queue (curation/refused_photos.py); without proof no release takes them.
    """
    for one in matter:
        one.proof = Proof.UNPROVED
        if one.state != State.REFUSED or one.refusal in FACELESS:
            _end(one, DECIDED, "A person refused the picture because of its licence.")
        _save(one)
    return []


def _end(candidate: Candidate, code: str, detail: str) -> None:
    candidate.state, candidate.refusal, candidate.detail = State.REFUSED, code, detail
    candidate.claimed_until, candidate.finished_at = None, timezone.now()


def _save(candidate: Candidate) -> None:
    candidate.save(
        update_fields=[
            *("state", "refusal", "detail", "licence", "proof", "creator"),
            *("attempts", "claimed_until", "finished_at"),
        ]
    )
