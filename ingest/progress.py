"""How far a crawl job has come: counted from its rows each time it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ingest.models import Candidate, CrawlJob, Discovery, Face, Identity
from ingest.models.jobs import HostOf
from ingest.reasons import in_words

State = Candidate.State


@dataclass(frozen=True)
class Tally:
    """`fetched` counts candidates whose bytes arrived, `checked` those past the licence check, `held` those that
    wait for a person and no longer for a worker."""

    found: int = 0
    checked: int = 0
    fetched: int = 0
    done: int = 0
    refused: int = 0
    failed: int = 0
    held: int = 0  # for a person, who may send them on; the job does not wait for that

    @property
    def settled(self) -> int:
        return self.done + self.refused + self.failed + self.held

    @property
    def pending(self) -> int:
        return self.found - self.settled


@dataclass(frozen=True)
class Reason:
    code: str
    count: int

    @property
    def words(self) -> str:
        return in_words(self.code)


@dataclass(frozen=True)
class Progress:
    tally: Tally
    hits: int  # what the source answered, before earlier jobs' and later jobs' share is taken off
    known: int
    faces: int
    photos: int  # without exact duplicates; a picture that was found for two people counts twice
    identities: int
    asked: int  # identities for which the source has answered, or failed to
    unanswered: tuple[str, ...]  # what went wrong with the source, each sentence once
    unasked: int = 0  # identities for which it failed to answer
    refused: tuple[Reason, ...] = ()
    failed: tuple[Reason, ...] = ()
    held: tuple[Reason, ...] = ()

    @property
    def faces_a_photo(self) -> float:
        return self.faces / self.photos if self.photos else 0.0


@dataclass(frozen=True)
class PersonProgress:
    identity: Identity
    state: str
    error: str
    tally: Tally
    known: int
    faces: int


@dataclass(frozen=True)
class Trouble:
    """Candidates of one host that could not be had, or that wait for it (then until `until`)."""

    host: str
    code: str  # see reasons; of what the code alone does not tell, `words` are the error's own
    words: str
    count: int
    until: datetime | None


_TALLY = {
    "found": Count("pk"),
    "checked": Count("pk", filter=~Q(state=State.FOUND)),
    "fetched": Count("pk", filter=Q(photo__isnull=False)),
    "done": Count("pk", filter=Q(state=State.DONE)),
    "refused": Count("pk", filter=Q(state=State.REFUSED)),
    "failed": Count("pk", filter=Q(state=State.FAILED)),
    "held": Count("pk", filter=Q(state=State.HELD)),
}


def progress(job: CrawlJob) -> Progress:
    candidates = Candidate.objects.filter(job=job)
    discoveries = Discovery.objects.filter(job=job)
    asked = discoveries.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(state=Discovery.State.WAITING)),
        failed=Count("pk", filter=Q(state=Discovery.State.FAILED)),
        sum_known=Sum("known", default=0),
        sum_hits=Sum("hits", default=0),
    )
    errors = discoveries.exclude(error="").order_by("error").values_list("error", flat=True).distinct()
    counts = _counts(candidates)
    return Progress(
        tally=_tally(counts),
        hits=asked["sum_hits"],
        known=asked["sum_known"],
        faces=_faces_of(candidates).count(),
        photos=sum(row.photos for row in counts if row.refusal != "exact_duplicate"),
        identities=asked["all"],
        asked=asked["all"] - asked["waiting"],
        unasked=asked["failed"],
        unanswered=tuple(errors[:5]),
        refused=_reasons(counts, State.REFUSED),
        failed=_reasons(counts, State.FAILED),
        held=_reasons(counts, State.HELD),
    )


@dataclass(frozen=True)
class _Count:
    """Candidates in one state for one reason; `photos` of them have their bytes."""

    state: str
    refusal: str
    all: int
    photos: int


def _counts(candidates: QuerySet[Candidate]) -> list[_Count]:
    """One query that an index alone can answer: a job may have a hundred thousand candidates."""
    rows = candidates.values_list("state", "refusal").annotate(n=Count("*"), photos=Count("photo")).order_by()
    return [_Count(*row) for row in rows]


def _tally(counts: Iterable[_Count]) -> Tally:
    of_state: dict[str, int] = {}
    for row in counts:
        of_state[row.state] = of_state.get(row.state, 0) + row.all
    found = sum(of_state.values())
    ends = {state.value: of_state.get(state, 0) for state in (State.DONE, State.REFUSED, State.FAILED, State.HELD)}
    fetched = sum(row.photos for row in counts)
    return Tally(found=found, checked=found - of_state.get(State.FOUND, 0), fetched=fetched, **ends)


def _faces_of(candidates: QuerySet[Candidate]) -> QuerySet[Face]:
    return Face.objects.filter(photo__in=candidates.filter(state=State.DONE).values("photo"))


def _reasons(counts: Iterable[_Count], state: str) -> tuple[Reason, ...]:
    reasons = [Reason(row.refusal, row.all) for row in counts if row.state == state]
    return tuple(sorted(reasons, key=lambda reason: (-reason.count, reason.code)))


def by_identity(job: CrawlJob, discoveries: Iterable[Discovery]) -> list[PersonProgress]:
    """A line for each of these discoveries of the job, in their order."""
    asked = list(discoveries)
    ids = [discovery.identity_id for discovery in asked]
    candidates = Candidate.objects.filter(job=job, identity__in=ids)
    counts: list[dict[str, Any]] = [dict(row) for row in candidates.values("identity").annotate(**_TALLY)]
    tallies = {row.pop("identity"): Tally(**row) for row in counts}
    faces = dict(
        candidates.filter(state=State.DONE).values_list("identity").annotate(n=Count("photo__faces", distinct=True))
    )
    return [
        PersonProgress(
            identity=discovery.identity,
            state=discovery.state,
            error=discovery.error,
            tally=tallies.get(discovery.identity_id, Tally()),
            known=discovery.known,
            faces=faces.get(discovery.identity_id, 0),
        )
        for discovery in asked
    ]


def discoveries_of(job: CrawlJob) -> QuerySet[Discovery]:
    return Discovery.objects.filter(job=job).select_related("identity").order_by("identity__name", "pk")


# Up to the licence check it is the page that is asked for, then the picture.
_ASKED = Case(When(~Q(page_url=""), proof="", then=F("page_url")), default=F("image_url"))
# Refusals that say more of the host than of the one picture.
HOSTS_NO = (
    *("robots", "page_unreadable", "certificate", "wrong_type"),
    *("redirect_loop", "too_many_redirects", "http_401", "http_403"),
)
TOLD_IN_FULL = ("unforeseen", "page_unreadable")  # the code says little, the detail why


def troubles(job: CrawlJob) -> list[Trouble]:
    """The hosts that failed, turned us away or make us wait, the worst first; at most ten."""
    stuck = Q(state=State.FAILED) | Q(state=State.REFUSED, refusal__in=HOSTS_NO)
    if not job.is_over:
        stuck |= Q(state__in=Candidate.PENDING, claimed_until__gt=timezone.now()) & ~Q(refusal="")
    rows = (
        Candidate.objects.filter(stuck, job=job)
        .values(host=Coalesce(HostOf(_ASKED), Value("")), code=F("refusal"))
        .annotate(n=Count("pk"), words=Max("detail"), until=Min("claimed_until"))
        .order_by("-n", "host")[:10]
    )
    return [
        Trouble(
            row["host"],
            row["code"],
            row["words"].rstrip(".") if row["code"] in TOLD_IN_FULL else in_words(row["code"]),
            row["n"],
            row["until"],
        )
        for row in rows
    ]


def why_nothing(job: CrawlJob, so_far: Progress) -> str:
    """In words, why a job that is over brought no face; "" when it did, or is not over."""
    if not job.is_over or so_far.faces:
        return ""
    if job.state == CrawlJob.State.CANCELLED:
        return _("The job was cancelled before it brought a face.")
    people = _people(so_far.identities)
    if so_far.tally.found == 0:
        return _nothing_found(so_far, people)
    reasons = so_far.refused + so_far.failed + so_far.held
    causes = ", ".join(f"{reason.words} ({intcomma(reason.count)})" for reason in reasons)
    if so_far.tally.found == 1:
        return _("The only picture found for %(people)s gave no face: %(causes)s.") % {
            "people": people,
            "causes": causes,
        }
    words = {"n": intcomma(so_far.tally.found), "people": people, "causes": causes}
    return _("None of the %(n)s pictures found for %(people)s gave a face: %(causes)s.") % words


def _nothing_found(so_far: Progress, people: str) -> str:
    if so_far.unanswered:
        return _("The source gave no answer: %(said)s") % {"said": " ".join(so_far.unanswered)}
    if so_far.known and so_far.known == so_far.hits:
        return ngettext(
            "The one hit for %(people)s was known from earlier crawl jobs.",
            "All %(n)s hits for %(people)s were known from earlier crawl jobs.",
            so_far.known,
        ) % {"n": intcomma(so_far.known), "people": people}
    if so_far.hits:
        return _("What was found for %(people)s has been taken over by a later crawl job.") % {"people": people}
    look = _("The source found no picture of %(people)s. Look at the spelling of the names and at their aliases.")
    return look % {"people": people}


def _people(number: int) -> str:
    return ngettext("%(n)s identity", "%(n)s identities", number) % {"n": intcomma(number)}


def faces_by_job(ids: Iterable[int]) -> dict[int, int]:
    """Faces in the photos that each of these jobs brought to an end; one query."""
    done = Candidate.objects.filter(job=OuterRef(OuterRef("pk")), state=State.DONE).values("photo")
    faces = (
        Face.objects.filter(photo__in=done)
        .order_by()
        .annotate(n=Func(F("pk"), function="count", output_field=IntegerField()))
        .values("n")
    )
    return dict(CrawlJob.objects.filter(pk__in=list(ids)).order_by().values_list("pk", Subquery(faces)))


def tallies_by_job(ids: Iterable[int]) -> dict[int, Tally]:
    """Of those of these jobs that have candidates; one query."""
    rows = Candidate.objects.filter(job__in=list(ids)).order_by().values_list("job", "state", "refusal")
    counts: dict[int, list[_Count]] = {}
    for job, state, refusal, n, photos in rows.annotate(n=Count("*"), photos=Count("photo")):
        counts.setdefault(job, []).append(_Count(state, refusal, n, photos))
    return {job: _tally(of_job) for job, of_job in counts.items()}
