"""How far a crawl job has come: counted from its rows each time it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, Func, Max, Min, OuterRef, Q, QuerySet, Sum, When
from django.utils import timezone

from ingest.models import Candidate, CrawlJob, Discovery, Face, Identity
from ingest.reasons import in_words

State = Candidate.State


@dataclass(frozen=True)
class Tally:
    """`fetched` counts candidates whose bytes arrived, `checked` those past the licence check."""

    found: int = 0
    checked: int = 0
    fetched: int = 0
    done: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def settled(self) -> int:
        return self.done + self.refused + self.failed

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
    photos: int
    identities: int
    asked: int  # identities for which the source has answered, or failed to
    unanswered: tuple[str, ...]  # what went wrong with the source, each sentence once
    refused: tuple[Reason, ...] = ()
    failed: tuple[Reason, ...] = ()

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
    code: str  # see reasons; of what nobody foresaw, `words` are the error's own
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
}


def progress(job: CrawlJob) -> Progress:
    candidates = Candidate.objects.filter(job=job)
    discoveries = Discovery.objects.filter(job=job)
    is_waiting = Q(state=Discovery.State.WAITING)
    asked = discoveries.aggregate(all=Count("pk"), waiting=Count("pk", filter=is_waiting)) | discoveries.aggregate(
        known=Sum("known", default=0), hits=Sum("hits", default=0)
    )
    errors = discoveries.exclude(error="").order_by("error").values_list("error", flat=True).distinct()
    return Progress(
        tally=Tally(**candidates.aggregate(**_TALLY)),
        hits=asked["hits"],
        known=asked["known"],
        faces=_faces_of(candidates).count(),
        photos=candidates.aggregate(n=Count("photo", distinct=True))["n"],
        identities=asked["all"],
        asked=asked["all"] - asked["waiting"],
        unanswered=tuple(errors[:5]),
        refused=_reasons(candidates.filter(state=State.REFUSED)),
        failed=_reasons(candidates.filter(state=State.FAILED)),
    )


def _faces_of(candidates: QuerySet[Candidate]) -> QuerySet[Face]:
    shown = candidates.filter(state=State.DONE, photo=OuterRef("photo"))
    return Face.objects.filter(Exists(shown))


def _reasons(candidates: QuerySet[Candidate]) -> tuple[Reason, ...]:
    rows = candidates.values_list("refusal").annotate(n=Count("pk")).order_by("-n", "refusal")
    return tuple(Reason(code, count) for code, count in rows)


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


def took(job: CrawlJob) -> str:
    """How long the job ran, in words; "" while it runs."""
    return in_minutes((job.finished_at - job.created_at).total_seconds()) if job.finished_at else ""


def in_minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:,.0f} min"


def time_left(job: CrawlJob, so_far: Progress) -> str:
    """At the pace so far, in words; "" while that would be a guess, or when the job is over."""
    elapsed = (timezone.now() - job.created_at).total_seconds()
    is_known = so_far.asked == so_far.identities and so_far.tally.settled >= 5
    if job.state != CrawlJob.State.RUNNING or not is_known:
        return ""
    return in_minutes(elapsed / so_far.tally.settled * so_far.tally.pending)


class _Host(Func):
    """The host of an http URL; empty for a file."""

    function = "substring"
    template = "coalesce(%(function)s(%(expressions)s from '^https?://([^/?#]+)'), '')"
    output_field = CharField()


# Up to the licence check it is the page that is asked for, then the picture.
_ASKED = Case(When(~Q(page_url=""), proof="", then=F("page_url")), default=F("image_url"))
# Refusals that say more of the host than of the one picture.
HOSTS_NO = ("robots", "certificate", "wrong_type", "redirect_loop", "too_many_redirects", "http_401", "http_403")


def troubles(job: CrawlJob) -> list[Trouble]:
    """The hosts that failed, turned us away or make us wait, the worst first; at most ten."""
    stuck = Q(state=State.FAILED) | Q(state=State.REFUSED, refusal__in=HOSTS_NO)
    if job.state == CrawlJob.State.RUNNING:
        stuck |= Q(state__in=Candidate.PENDING, claimed_until__gt=timezone.now()) & ~Q(refusal="")
    rows = (
        Candidate.objects.filter(stuck, job=job)
        .values(host=_Host(_ASKED), code=F("refusal"))
        .annotate(n=Count("pk"), words=Max("detail"), until=Min("claimed_until"))
        .order_by("-n", "host")[:10]
    )
    return [
        Trouble(
            row["host"],
            row["code"],
            in_words(row["code"]) if row["code"] != "unforeseen" else row["words"].rstrip("."),
            row["n"],
            row["until"],
        )
        for row in rows
    ]


def why_nothing(job: CrawlJob, so_far: Progress) -> str:
    """In words, why a job that is over brought no face; "" when it did, or is not over."""
    if job.state == CrawlJob.State.RUNNING or so_far.faces:
        return ""
    if job.state == CrawlJob.State.CANCELLED:
        return "The job was cancelled before it brought a face."
    people = _count(so_far.identities, "identity", "identities")
    if so_far.tally.found == 0:
        return _nothing_found(so_far, people)
    causes = ", ".join(f"{reason.words} ({reason.count})" for reason in so_far.refused + so_far.failed)
    if so_far.tally.found == 1:
        return f"The only picture found for {people} gave no face: {causes}."
    return f"None of the {so_far.tally.found:,} pictures found for {people} gave a face: {causes}."


def _nothing_found(so_far: Progress, people: str) -> str:
    if so_far.unanswered:
        return f"The source could not be asked: {' '.join(so_far.unanswered)}"
    if so_far.known and so_far.known == so_far.hits:
        return f"All {_count(so_far.known, 'hit', 'hits')} for {people} were known from earlier crawl jobs."
    if so_far.hits:
        return f"What was found for {people} has been taken over by a later crawl job."
    return f"The source found no picture of {people}. Look at the spelling of the names and at their aliases."


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
