"""What happened to one face from the hit that led to it to the releases that hold it, in the order of time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import User
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from curation.models import Annotation, Claim, Flag, Quarantine, ReleaseFace, Reopening, Skip, Slot
from curation.models.claims import Question
from curation.policies import current_policy
from curation.votes import TONES, in_words
from ingest.models import Candidate, Detection, Face
from ingest.sentences import said
from ingest.sources import label_of_source

DECISION = Annotation.Mode.ADJUDICATION
WITHDRAWN = Annotation.Verdict.WITHDRAWN
WAITED_LONG = timedelta(minutes=10)  # whoever took longer was not looking all the time


@dataclass(frozen=True)
class Happening:
    at: datetime
    words: str
    who: str = ""
    tone: str = ""
    note: str = ""
    remarks: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True)
class Teller:
    """Whose history it is, and what may be told: `blind` are claims and questions whose answers are not."""

    face: Face
    claims: Sequence[Claim]
    blind: Collection[tuple[int, str]]
    names: bool
    whys: bool

    def may_tell(self, claim: int, question: str) -> bool:
        return (claim, question) not in self.blind

    def about(self, claim: int, question: str) -> str:
        """Which claim is meant, where there are several, and which question."""
        asked = _("attributes") if question == Question.ATTRIBUTES else _("usable face")
        return asked if len(self.claims) < 2 else f"{self.people[claim]}, {asked}"

    @cached_property
    def people(self) -> dict[int, str]:
        return {claim.pk: claim.identity.name for claim in self.claims}

    @cached_property
    def answers(self) -> list[Annotation]:
        found = Annotation.objects.filter(claim__in=self.claims).select_related(
            "reviewer", "policy", "relabel_to", "slot", "superseded_by", "carried_from__claim__identity"
        )
        return list(found.order_by("received_at", "pk"))

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Who is reviewer 1, 2 … where names are not told."""
        first = [a.reviewer_id for a in self.answers if a.mode != DECISION and a.verdict != WITHDRAWN]
        skipped = Skip.objects.filter(claim__in=self.claims).order_by("created_at").values_list("reviewer", flat=True)
        flagged = Flag.objects.filter(claim__in=self.claims).order_by("created_at").values_list("reviewer", flat=True)
        return {pk: n for n, pk in enumerate(dict.fromkeys([*first, *skipped, *flagged]), 1)}

    @cached_property
    def reopenings(self) -> list[Reopening]:
        found = Reopening.objects.filter(claim__in=self.claims).select_related("decided_by")
        return list(found.order_by("pk"))

    def reviewer(self, person: User) -> str:
        if self.names:
            return person.get_username()
        return _("Reviewer %d") % self.numbers[person.pk] if person.pk in self.numbers else _("a reviewer")

    def adjudicator(self, person: User | None) -> str:
        if person is None:
            return ""
        return person.get_username() if self.names else _("an adjudicator")


def history(
    told: Teller,
    *,
    hits: Sequence[Candidate],
    detections: Sequence[Detection],
    releases: Sequence[ReleaseFace],
) -> list[Happening]:
    happened = [
        *_of_hits(hits),
        *_of_detections(told, detections),
        *_of_claims(told),
        *_of_answers(told),
        *_of_skips_and_flags(told),
        *_of_quarantines(told),
        *_of_reopenings(told),
        *_of_releases(releases),
    ]
    return sorted(happened, key=lambda one: one.at)


# ---- How it came


def _of_hits(hits: Sequence[Candidate]) -> Iterator[Happening]:
    for hit in hits:
        where = {"source": said(label_of_source(hit.source), _), "job": hit.job_id}
        words = _("photo found for %s") % hit.identity.name
        yield Happening(hit.created_at, words, note=_("%(source)s, crawl job %(job)d") % where)


def _of_detections(told: Teller, detections: Sequence[Detection]) -> Iterator[Happening]:
    yield Happening(told.face.created_at, _("face cut out"))
    for seen in detections:
        about = (
            f"{seen.detector} {seen.version}, {seen.width} × {seen.height} px, {number_format(round(seen.score, 1), 1)}"
        )
        yield Happening(seen.created_at, _("seen by a detector"), note=about)


def _of_claims(told: Teller) -> Iterator[Happening]:
    for claim in told.claims:
        yield Happening(
            claim.created_at, _("claim opened: %s") % claim.identity.name, note=str(claim.get_origin_display())
        )


# ---- What was answered


def _of_answers(told: Teller) -> Iterator[Happening]:
    policy = current_policy()
    for answer in told.answers:
        if not told.may_tell(answer.claim_id, answer.question):
            continue
        about = told.about(answer.claim_id, answer.question)
        if answer.verdict == WITHDRAWN:
            words = _("answer taken back: %s") % about
            yield Happening(answer.received_at, words, who=told.reviewer(answer.reviewer))
            continue
        decides = answer.mode == DECISION
        yield Happening(
            at=answer.received_at,
            words=f"{about}: {in_words(answer, policy)}",
            who=told.adjudicator(answer.reviewer) if decides else told.reviewer(answer.reviewer),
            tone=TONES.get(answer.verdict, ""),
            note=answer.note,
            remarks=tuple(_remarks(told, answer)),
            gone=hasattr(answer, "superseded_by"),
        )


def _remarks(told: Teller, answer: Annotation) -> Iterator[str]:
    decides, gone = answer.mode == DECISION, hasattr(answer, "superseded_by")
    slot: Slot | None = getattr(answer, "slot", None)
    if decides:
        yield _("decision")
    if gone:
        yield _("overruled") if decides else _("taken back")
    if answer.late:
        yield _("late, not counted")
    if answer.carried_from is not None:
        yield _("carried from %s") % answer.carried_from.claim.identity.name
    if slot is not None and slot.purpose == Slot.Purpose.SET_ASIDE:
        yield _("set aside, not counted")
    if slot is not None and slot.purpose == Slot.Purpose.GOLD:
        yield _("gold, not counted")
    if slot is not None and slot.round < _last_round(told, answer):
        yield _("earlier round")
    if answer.guideline_unclear:
        yield _("guideline unclear")
    if not decides and answer.carried_from is None:
        yield str(answer.get_mode_display())
        yield how_long(answer.decided_at - answer.shown_at)
    yield _("policy %d") % answer.policy.version
    if told.whys and answer.why:
        yield _("served: %s") % answer.get_why_display()


def _last_round(told: Teller, answer: Annotation) -> int:
    """The last round in which what it says was asked."""
    return max((one.round for one in told.reopenings if _is_of(one, answer)), default=0)


def _is_of(reopening: Reopening, answer: Annotation) -> bool:
    """Whether it asks anew something that this answer says."""
    if (reopening.claim_id, reopening.question) != (answer.claim_id, answer.question):
        return False
    said = [name for name in ("race", "gender", "age") if getattr(answer, name) is not None]
    return not reopening.fields or not said or set(said) <= set(reopening.fields)


def how_long(took: timedelta) -> str:
    if took > WAITED_LONG:
        return _("over 10 min")
    seconds = max(took.total_seconds(), 0)
    return f"{number_format(round(seconds, 1), 1)} s" if seconds < 10 else f"{seconds:.0f} s"


def _of_skips_and_flags(told: Teller) -> Iterator[Happening]:
    for skip in Skip.objects.filter(claim__in=told.claims).select_related("reviewer"):
        words = _("skipped: %s") % told.about(skip.claim_id, skip.question)
        yield Happening(skip.created_at, words, who=told.reviewer(skip.reviewer))
    for flag in Flag.objects.filter(claim__in=told.claims).select_related("reviewer", "resolved_by"):
        yield Happening(flag.created_at, _("flagged"), who=told.reviewer(flag.reviewer), note=flag.comment, tone="warn")
        if flag.resolved_at:
            who = told.adjudicator(flag.resolved_by)
            yield Happening(flag.resolved_at, _("flag answered"), who=who, note=flag.answer)


def _of_quarantines(told: Teller) -> Iterator[Happening]:
    alarms = Quarantine.objects.filter(face=told.face).select_related("annotation__reviewer", "decided_by")
    for alarm in alarms:
        who = told.reviewer(alarm.annotation.reviewer)
        kind = str(alarm.get_kind_display())
        yield Happening(alarm.opened_at, _("put in quarantine: %s") % kind, who=who, tone="warn")
        if alarm.decided_at:
            by_reviewer = alarm.decision == Quarantine.Decision.WITHDRAWN
            decided = who if by_reviewer else told.adjudicator(alarm.decided_by)
            words = _("quarantine: %s") % alarm.get_decision_display()
            yield Happening(alarm.decided_at, words, who=decided, note=alarm.note)


def _of_reopenings(told: Teller) -> Iterator[Happening]:
    for one in told.reopenings:
        words = _("asked anew: %s") % told.about(one.claim_id, one.question)
        remarks = (", ".join(one.fields),) if one.fields else ()
        who = one.decided_by.get_username() if told.names else ""
        remarks = (*remarks, str(one.get_cause_display()))
        yield Happening(one.decided_at, words, who=who, tone="accent", note=one.reason, remarks=remarks)


def _of_releases(releases: Sequence[ReleaseFace]) -> Iterator[Happening]:
    for row in releases:
        yield Happening(row.release.frozen_at, _("frozen in release %s") % row.release.version, tone="good")
