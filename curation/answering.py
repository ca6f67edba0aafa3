"""Plain answers, many at once: one reading, one writing, however many there are.

Plain is an answer to a claim that is there, with a slot that may count it, that names nobody and raises no alarm.
What is not plain is left to `curation.annotations`, which looks at it alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.auth.models import User
from django.db import Error, IntegrityError
from django.utils import timezone

from curation.cases import Case, locking, read
from curation.entries import Answer, Entry, Result
from curation.models import Annotation, DisputeView, Policy, Slot, Why
from curation.models.claims import Question
from curation.paused import is_paused
from curation.rows import attach, new
from curation.settling import carries, conclude, count, settle_many
from curation.verdicts import Changes, write, writing
from mtf_site.prepared import Call, Rows
from mtf_site.roles import Role, has_role
from mtf_site.transactions import Steps

SAVED = Result("saved")
ASKED = (Slot.Purpose.VOTE, Slot.Purpose.GOLD)  # what a reviewer is served: neither is told from the other


class Ahead:
    """Claims that are locked and read before it is known who asks, in the message that finds that out.

    `with` it: what was begun is taken back, unless `answer_together` took it over.
    """

    def __init__(self, claims: Collection[int]) -> None:
        self.claims, self.steps = set(claims), Steps()
        self.rows: list[Rows] = []

    def ask(self, calls: list[Call]) -> list[Rows]:
        try:
            rows = self.steps.step([*calls, *locking(self.claims)])
        except Error:
            self.end()
            raise
        self.rows = rows[len(calls) :]
        return rows[: len(calls)]

    def end(self) -> None:
        self.steps.__exit__()
        self.rows = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        self.end()


def answer_together(
    entries: Sequence[Entry], *, reviewer: User, policy: Policy, ahead: Ahead | None = None
) -> dict[UUID, Result]:
    """The results of those that were saved, by id; nothing is said of the others. Each claim may be there once.

    What is read ahead has ended when this returns.
    """
    answers = [entry for entry in entries if isinstance(entry, Answer) and _is_plain(entry)]
    with ahead or Ahead(()) as known:
        if not (known.rows and known.claims == {answer.claim for answer in answers}):
            known.end()
        try:
            return _save(answers, reviewer, policy, known) if answers else {}
        except IntegrityError:  # an id that is there already, or a lease taken at the same moment: each alone
            return {}


def _save(answers: Sequence[Answer], reviewer: User, policy: Policy, ahead: Ahead) -> dict[UUID, Result]:
    """In two messages to the database, or in one where the claims were read ahead."""
    with ahead.steps if ahead.rows else Steps() as steps:
        _locks, *rows = ahead.rows or steps.step(locking({answer.claim for answer in answers}))
        cases = read(*rows)
        given, filled = _place(answers, cases, reviewer, policy)
        if given:
            steps.commit(_writing(cases, given, filled, policy))
    return {annotation.pk: SAVED for annotation in given}


def _place(
    answers: Sequence[Answer], cases: Sequence[Case], reviewer: User, policy: Policy
) -> tuple[list[Annotation], list[Slot]]:
    """The annotations of those that a slot may count, each with that slot."""
    by_claim = {case.claim.pk: case for case in cases}
    seen = votes_seen(by_claim, reviewer)
    given: list[Annotation] = []
    filled: list[Slot] = []
    for answer in answers:
        case = by_claim.get(answer.claim)
        if case is None or (answer.claim, answer.question) in seen:
            continue
        slot = slot_for(case, answer.question, reviewer)
        if slot is None or missing_fields(answer, slot, policy):
            continue
        annotation = build(answer, reviewer, policy, slot)
        fill(slot, annotation)
        given.append(annotation)
        filled.append(slot)
    return given, filled


def _writing(
    cases: Sequence[Case], given: Sequence[Annotation], filled: Sequence[Slot], policy: Policy
) -> Sequence[Call]:
    """What is left to be written."""
    count(cases)
    if not carries(cases):
        return writing(conclude(cases, policy), given, filled)
    write(Changes(), given, filled)  # what is carried to other claims reads them from the database
    settle_many({case.claim.photo_id for case in cases})
    return ()


def _is_plain(answer: Answer) -> bool:
    return answer.identity is None and answer.verdict != Annotation.Verdict.QUARANTINE


def votes_seen(claims: Collection[int], reviewer: User) -> set[tuple[int, str]]:
    """(claim, question) of which this person has opened the votes as an adjudicator: their own counts no longer."""
    if not has_role(reviewer, Role.ADJUDICATOR):
        return set()
    views = DisputeView.objects.filter(adjudicator=reviewer, claim__in=claims)
    return set(views.values_list("claim", "question"))


def slot_for(case: Case, question: str, reviewer: User) -> Slot | None:
    """The slot this answer counts in: the reviewer's own lease, even one that ran out, else any free one.

    None where the reviewer answered this question already, or everything is answered or leased, or they are paused.
    """
    slots = case.current(question)
    own = next((slot for slot in slots if slot.reviewer_id == reviewer.pk), None)
    if own is not None:
        return own if own.annotation_id is None and own.purpose in ASKED else None
    if is_paused(reviewer, question):
        return None
    now = timezone.now()
    free = (s for s in slots if s.purpose == Slot.Purpose.VOTE and s.waiting and _is_free(s, now))
    return min(free, key=lambda slot: slot.number, default=None)


def _is_free(slot: Slot, now: datetime) -> bool:
    return slot.leased_until is None or slot.leased_until < now


def missing_fields(answer: Answer, slot: Slot | None, policy: Policy) -> list[str]:
    """Which of the fields that its slot asks, or all of the policy, the answer leaves out."""
    if answer.question != Question.ATTRIBUTES:
        return []
    asked = (slot.asks if slot else []) or [field["code"] for field in policy.fields]
    return [name for name in asked if getattr(answer, name) is None]


def build(answer: Answer, reviewer: User, policy: Policy, slot: Slot | None) -> Annotation:
    """`slot` will count it, and still says for whom it was leased; None: it came too late."""
    annotation = new(
        Annotation,
        id=answer.id,
        claim_id=answer.claim,
        question=answer.question,
        reviewer_id=reviewer.pk,
        verdict=answer.verdict,
        reason=answer.reason,
        relabel_to_id=answer.identity,
        race=answer.race,
        gender=answer.gender,
        age=answer.age,
        note=answer.note,
        mode=answer.mode,
        policy_id=policy.pk,
        shown_at=answer.shown_at,
        decided_at=answer.decided_at,
        late=slot is None,
        why=_why(slot, reviewer) if slot else "",
    )
    attach(annotation, reviewer=reviewer, policy=policy)
    return annotation


def _why(slot: Slot, reviewer: User) -> str:
    """Kept with the answer: the slot may be leased anew once it was taken back."""
    return slot.why if slot.reviewer_id == reviewer.pk else Why.UNASKED


def fill(slot: Slot, annotation: Annotation) -> None:
    """Makes the slot count the answer; the caller saves both."""
    slot.annotation_id = annotation.pk
    attach(slot, annotation=annotation)
    slot.reviewer_id = annotation.reviewer_id
    slot.waiting, slot.leased_until = False, None
