"""What one reviewer answered, and nothing of what others did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from curation.models import Annotation, Flag, Policy, ReleaseFace, Slot
from curation.models.claims import Question
from curation.policies import current_policy
from curation.votes import TONES, in_words
from ingest.models import Identity

PACE_OF = 200  # of the newest answers of a day


@dataclass(frozen=True)
class Own:
    answer: Annotation
    words: str
    tone: str
    taken_back: bool

    @property
    def name(self) -> str:
        """Whom the face should show; attributes are answered blind, and stay so."""
        return self.answer.claim.identity.name if self.answer.question == Question.USABLE else ""

    @property
    def number(self) -> int:
        return self.answer.claim_id


def given(person: User) -> QuerySet[Annotation]:
    """Their votes, be they taken back or not: no decisions, and nothing that was carried."""
    mine = Annotation.objects.filter(reviewer=person, carried_from=None)
    return mine.exclude(verdict=Annotation.Verdict.WITHDRAWN).exclude(mode=Annotation.Mode.ADJUDICATION)


def chosen(person: User, asked: Mapping[str, Any]) -> QuerySet[Annotation]:
    columns = {
        "question": "question",
        "verdict": "verdict",
        "since": "received_at__date__gte",
        "until": "received_at__date__lte",
    }
    found = given(person).filter(**{column: asked[name] for name, column in columns.items() if asked.get(name)})
    if words := asked.get("q"):
        known_as = Q(name__icontains=words) | Q(aliases__icontains=words) | Q(wikidata_id__iexact=words)
        found = found.filter(question=Question.USABLE, claim__identity__in=Identity.objects.filter(known_as))
    return found.order_by("-received_at", "-pk")


def shown(answers: QuerySet[Annotation], policy: Policy | None = None) -> list[Own]:
    policy = policy or current_policy()
    withdrawn = Annotation.objects.filter(supersedes=OuterRef("pk"))
    rows = answers.select_related("claim__face", "claim__identity", "relabel_to").annotate(gone=Exists(withdrawn))
    return [Own(row, in_words(row, policy), TONES.get(row.verdict, ""), row.gone) for row in rows]


def flags_of(person: User) -> QuerySet[Flag]:
    return Flag.objects.filter(reviewer=person).select_related("claim__face").order_by("-created_at", "-pk")


def see_answers(person: User) -> None:
    """Notes that the answers to their flags were shown to them."""
    answered = Flag.objects.filter(reviewer=person, answer_seen_at=None).exclude(answer="")
    answered.update(answer_seen_at=timezone.now())


# ---- Taking back


@dataclass(frozen=True)
class Standing:
    """What stays although an answer is taken back."""

    decided: bool
    releases: list[str]


def what_stands(answer: Annotation) -> Standing:
    """Nothing of gold, whose answer counted nowhere; nor would one learn that it is."""
    mine = Slot.objects.filter(claim=answer.claim_id, question=answer.question, reviewer=answer.reviewer_id)
    if mine.filter(purpose=Slot.Purpose.GOLD).exists():
        return Standing(False, [])
    decided = Slot.objects.filter(
        claim=answer.claim_id, question=answer.question, purpose="adjudication", annotation__isnull=False
    )
    frozen = ReleaseFace.objects.filter(claim=answer.claim_id).order_by("release")
    return Standing(decided.exists(), list(frozen.values_list("release__version", flat=True)))


def may_answer_anew(answer: Annotation, person: User) -> bool:
    """Whether the place came back to them."""
    held = Slot.objects.filter(claim=answer.claim_id, question=answer.question, reviewer=person, annotation=None)
    return held.filter(waiting=True).exists()


# ---- The day


@dataclass(frozen=True)
class Day:
    answered: int
    taken_back: int
    seconds: float | None  # the middle one of the newest


def day(person: User) -> Day:
    today = given(person).filter(received_at__gte=timezone.localtime().replace(hour=0, minute=0, second=0))
    took = ExpressionWrapper(F("decided_at") - F("shown_at"), output_field=DurationField())
    times: list[timedelta] = list(
        today.order_by("-received_at").annotate(took=took).values_list("took", flat=True)[:PACE_OF]
    )
    back = today.filter(superseded_by__isnull=False).count()
    return Day(today.count(), back, median(t.total_seconds() for t in times) if times else None)
