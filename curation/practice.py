"""Practice of either question: faces whose answer is known, with feedback. Nothing of it counts for anything else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from curation import pauses
from curation.entries import Answer
from curation.models import Annotation, Claim, PracticeAnswer, Profile, Quarantine
from curation.models.claims import ATTRIBUTE_FIELDS, Question
from curation.paused import pause_of
from curation.practice_faces import choose
from curation.practice_known import differing
from curation.quarantine import IN_FORCE

FEWEST = 3  # with fewer known faces there is nothing to learn from
SKIP_AFTER = 3
DONE_AT = {Question.USABLE: "practised_at", Question.ATTRIBUTES: "attributes_practised_at"}


@dataclass(frozen=True)
class Progress:
    """One person's practice of a question: what they answered, in turn, and what is still to come; what they took back
    is to come again, first of all. `first` is what they said of each face before they knew."""

    question: str
    answers: list[PracticeAnswer]
    first: list[PracticeAnswer]
    ahead: list[Claim]

    @property
    def total(self) -> int:
        return len(self.answers) + len(self.ahead)

    @property
    def is_enough(self) -> bool:
        return self.total >= FEWEST

    @property
    def agreeing(self) -> int:
        """Faces that were answered as known at first sight."""
        return sum(answer.agrees for answer in self.first)

    @property
    def may_skip(self) -> bool:
        return len(self.answers) >= SKIP_AFTER

    @property
    def last(self) -> PracticeAnswer | None:
        return max(self.answers, key=lambda answer: answer.pk, default=None)


def wanted(reviewer: User, question: str) -> bool:
    """Is this somebody who should practise first? For those who have, one cheap look at their profile."""
    if not settings.PRACTICE_ITEMS or finished(reviewer, question):
        return False
    if Annotation.objects.filter(reviewer=reviewer, question=question).exists():
        return False
    so_far = progress(reviewer, question)
    return so_far.is_enough and bool(so_far.ahead)


def finished(reviewer: User, question: str) -> bool:
    return Profile.objects.filter(user=reviewer, **{f"{DONE_AT[Question(question)]}__isnull": False}).exists()


def finish(reviewer: User, question: str) -> None:
    """Practised enough, to the end or by their own word."""
    Profile.objects.get_or_create(user=reviewer)
    name = DONE_AT[Question(question)]
    Profile.objects.filter(user=reviewer, **{name: None}).update(**{name: timezone.now()})


def progress(reviewer: User, question: str) -> Progress:
    """Of whoever is paused what they practised since."""
    rows = PracticeAnswer.objects.filter(reviewer=reviewer, question=question).order_by("id")
    given = list(rows.select_related("claim__identity", "claim__face", "claim__photo", "relabel_to"))
    pause = pause_of(reviewer, question)
    since = [answer for answer in given if pause is None or answer.answered_at > pause.paused_at]
    answers = [answer for answer in since if answer.taken_back_at is None]
    again = _taken_back(since, {answer.claim_id for answer in answers})
    left = max(settings.PRACTICE_ITEMS - len(answers), 0)
    without = {answer.claim_id for answer in given} - set(again)
    others = {answer.claim_id: answer.claim for answer in given if answer.claim_id in without}
    found = choose(reviewer, question, besides=list(others.values()), without=without, first=again, count=left)
    return Progress(question, answers, _first(since, answers), found)


def _taken_back(given: Sequence[PracticeAnswer], answered: set[int]) -> list[int]:
    """Claims whose answer was taken back and not given anew, the last first."""
    back = sorted((a for a in given if a.taken_back_at), key=lambda a: a.taken_back_at or a.answered_at, reverse=True)
    return list(dict.fromkeys(answer.claim_id for answer in back if answer.claim_id not in answered))


def _first(given: Sequence[PracticeAnswer], answers: Sequence[PracticeAnswer]) -> list[PracticeAnswer]:
    """Of each face that is answered, what was said of it at first."""
    earliest: dict[int, PracticeAnswer] = {}
    for answer in given:
        earliest.setdefault(answer.claim_id, answer)
    return [earliest[answer.claim_id] for answer in answers]


def may_practise_again(reviewer: User, question: str) -> bool:
    """Whether there are faces to practise on after a pause, and some are left."""
    so_far = progress(reviewer, question)
    return so_far.is_enough and bool(so_far.ahead)


def answer(*, reviewer: User, claim: Claim, said: Answer) -> PracticeAnswer:
    """What was answered of a face stands until it is taken back; the last of all finishes the practice."""
    values = {name: getattr(said, name) for name in ATTRIBUTE_FIELDS}
    fields = {"verdict": said.verdict, "reason": said.reason, "relabel_to_id": said.identity, **values}
    new = PracticeAnswer(reviewer=reviewer, claim=claim, question=said.question, **fields)
    given, _new = PracticeAnswer.objects.get_or_create(
        reviewer=reviewer,
        claim=claim,
        question=said.question,
        taken_back_at=None,
        defaults={**fields, "differs": differing(new)},
    )
    _perhaps_finish(reviewer, said.question)
    return given


def _perhaps_finish(reviewer: User, question: str) -> None:
    so_far = progress(reviewer, question)
    if so_far.ahead:
        return
    finish(reviewer, question)
    if so_far.is_enough:
        asked = len(ATTRIBUTE_FIELDS) if question == Question.ATTRIBUTES else 1
        wrong = sum(len(answer.differs) for answer in so_far.first)
        total = asked * len(so_far.first)
        pauses.pass_practice(reviewer, question, agreeing=total - wrong, total=total)


def given_before(reviewer: User, question: str, claim: Claim) -> dict[str, int]:
    """Field → what they said of the face before they took it back."""
    rows = PracticeAnswer.objects.filter(reviewer=reviewer, question=question, claim=claim, taken_back_at__isnull=False)
    last = rows.order_by("-pk").values(*ATTRIBUTE_FIELDS).first() or {}
    return {name: value for name, value in last.items() if value is not None}


def take_back(answer: PracticeAnswer) -> bool:
    """Its face is asked again. False where it was taken back before."""
    standing = PracticeAnswer.objects.filter(pk=answer.pk, taken_back_at=None)
    return bool(standing.update(taken_back_at=timezone.now()))


def may_be_seen(answers: Sequence[PracticeAnswer]) -> list[PracticeAnswer]:
    """Without those whose face was put in quarantine since."""
    faces = [answer.claim.face_id for answer in answers]
    barred = set(Quarantine.objects.filter(face__in=faces, decision__in=IN_FORCE).values_list("face", flat=True))
    return [answer for answer in answers if answer.claim.face_id not in barred]
