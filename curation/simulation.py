"""Annotators made of numbers work through the real queue: lease, answer, settle, adjudicate. In a scratch database.

Their time is simulated: what is said of it (`shown_at`, `decided_at`) lies in the past. All else goes through the
functions that serve people, one answer a call.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heapify, heappop, heapreplace
from time import perf_counter
from typing import Any

from django.utils import timezone

from curation import pairs, queue
from curation.adjudication import Decision, decide, disputes
from curation.annotations import record
from curation.entries import Answer
from curation.estimating import estimate
from curation.models import Claim, Consensus, Slot
from curation.models.claims import Question
from curation.scratch_database import scratch_database
from curation.simulated import Crowd, crowd
from curation.simulated_profile import Profile
from curation.simulated_strategies import Attempt
from curation.simulated_work import times_of
from curation.simulation_stock import ATTRIBUTES, Stock, check, stock

AHEAD, TOP_UP_AT = 12, 6  # as static/js/review/queue.js has it
RECOUNT = 1000  # answers after which pairs are counted anew, as a worker does now and then
REASON = "too_small"
CANNOT_TELL = 0
LONG_AGO = timedelta(days=30)
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Person:
    """What one annotator did; `right` is a share of their answers by field."""

    name: str
    answers: int
    hours: float
    right: Mapping[str, float]


@dataclass(frozen=True)
class Worked:
    """`seconds` that the server's part took, of all `answers` and `decisions`."""

    attempts: tuple[Attempt, ...]
    people: tuple[Person, ...]
    answers: int
    decisions: int
    seconds: float


def simulate(
    profile: Profile,
    *,
    seed: int,
    votes: int | None,
    questions: Sequence[str],
    like: str = "",
    progress: Progress = lambda _answers: None,
) -> Worked:
    """With `votes` on each question; None: as many as the profile's adaptive rule asks for. `questions` are fields of
    the profile; attributes are asked where one of them is among these. `like` is a scratch database to copy.

    ProfileError for what the real queue does not ask, NoScratch where no database can be made.
    """
    check(profile)
    with scratch_database(like=like):
        overlap = adaptive(profile) if votes is None else fixed(votes)
        given = stock(profile, sample_key=str(seed), **overlap)
        office = _Office(profile, given, seed, progress, estimates=votes is None)
        return office.work(questions, "queue, adaptive" if votes is None else f"queue, {votes}")


def fixed(votes: int) -> dict[str, Any]:
    return {"votes_usable": votes, "votes_attributes": votes}


def adaptive(profile: Profile) -> dict[str, Any]:
    """The policy's fields. Attributes are one question: as sure as the surest of them."""
    plan = profile.adaptive
    sure = [plan.sure[name] for name in ATTRIBUTES if name in plan.sure]
    by_question = {"usable": plan.sure["usable"], "attributes": max(sure, default=plan.sure["usable"])}
    rules: dict[str, Any] = {}
    for question, enough in by_question.items():
        rules |= {f"votes_{question}": plan.fewest, f"most_{question}": plan.most, f"sure_{question}": enough}
        rules[f"full_share_{question}"] = plan.full_share
    return rules


class _Office:
    def __init__(
        self, profile: Profile, given: Stock, seed: int, progress: Progress, *, estimates: bool = False
    ) -> None:
        self.profile, self.stock, self.seed, self.progress, self.estimates = profile, given, seed, progress, estimates
        self.crowds: dict[str, Crowd] = {one.name: crowd(profile, one.name, seed=seed) for one in profile.fields}
        people = range(len(given.people))
        self.times = [times_of(profile, seed, person) for person in people]
        self.hands: list[list[Slot]] = [[] for _ in people]
        self.right: list[dict[str, list[bool]]] = [{name: [] for name in self.crowds} for _ in people]
        self.given = [dict.fromkeys(Question.values, 0) for _ in people]
        self.busy = [0.0] * len(given.people)
        self.spent = dict.fromkeys(Question.values, 0.0)
        self.began = timezone.now() - LONG_AGO
        self.answers = self.decisions = 0

    def work(self, questions: Sequence[str], name: str) -> Worked:
        asks_attributes = any(one in ATTRIBUTES for one in questions)
        self.asked = Question.values if asks_attributes else [Question.USABLE.value]
        began = perf_counter()
        while self._day() + self._decide():
            pass  # what was decided may ask for more answers
        seconds = perf_counter() - began
        attempts = tuple(self._attempt(one, name) for one in questions)
        people = tuple(self._person(n) for n in range(len(self.stock.people)))
        return Worked(attempts, people, self.answers, self.decisions, seconds)

    # ---- Answers

    def _day(self) -> int:
        """Everybody answers until nothing waits for anybody; how many answers."""
        before = self.answers
        clock = [(self.busy[person] + next(times), person) for person, times in enumerate(self.times)]
        heapify(clock)
        while clock:
            now, person = clock[0]
            slot = self._next(person)
            if slot is None:
                heappop(clock)
                continue
            self._answer(person, slot, now)
            heapreplace(clock, (now + next(self.times[person]), person))
        return self.answers - before

    def _next(self, person: int) -> Slot | None:
        """From their hand, which is topped up as a browser does it; the second question when the first has nothing."""
        hand = self.hands[person]
        if len(hand) <= TOP_UP_AT:
            for question in [hand[0].question] if hand else self.asked:
                hand += self._lease(person, question, have=[slot.claim_id for slot in hand])
                if hand:
                    break
        return hand.pop(0) if hand else None

    def _lease(self, person: int, question: str, *, have: list[int]) -> list[Slot]:
        reviewer = self.stock.people[person]
        return queue.lease(reviewer=reviewer, question=question, want=AHEAD - len(have), have=have)

    def _answer(self, person: int, slot: Slot, now: float) -> None:
        labels = self._labels(person, slot)
        shown, decided = (self.began + timedelta(seconds=moment) for moment in (self.busy[person], now))
        said = self._said(slot.question, labels)
        answer = Answer(uuid.uuid4(), slot.claim_id, slot.question, shown_at=shown, decided_at=decided, **said)
        result = record(answer, reviewer=self.stock.people[person], policy=self.stock.policy)
        if result.status not in ("saved", "late"):
            raise RuntimeError(f"an answer to what was leased was not taken: {result}")
        self.spent[slot.question] += now - self.busy[person]
        self.busy[person] = now
        self._note(person, slot, labels)

    def _note(self, person: int, slot: Slot, labels: Mapping[str, int]) -> None:
        face = self.stock.faces[slot.claim_id]
        for name, label in labels.items():
            self.right[person][name].append(label == int(self.crowds[name].truth[face]))
        self.given[person][slot.question] += 1
        self.answers += 1
        self.progress(1)
        if self.answers % RECOUNT == 0:
            pairs.recount()
        if self.estimates and self.answers % self.profile.adaptive.every == 0:
            estimate(lead=timedelta(0))

    def _labels(self, person: int, slot: Slot) -> dict[str, int]:
        """What they see in the face, for each field of the profile that the question asks."""
        given, face = self.given[person][slot.question], self.stock.faces[slot.claim_id]
        return {
            name: made.answer(person, face, given)
            for name, made in self.crowds.items()
            if (name == Question.USABLE) == (slot.question == Question.USABLE)
        }

    def _said(self, question: str, labels: Mapping[str, int]) -> dict[str, Any]:
        """As an answer has it; what the profile leaves out is "cannot tell"."""
        if question == Question.ATTRIBUTES:
            codes = {name: labels[name] + 1 if name in labels else CANNOT_TELL for name in ATTRIBUTES}
            return {"verdict": "attributes", **codes}
        verdict = self.profile.field("usable").classes[labels["usable"]]
        return {"verdict": verdict, "reason": REASON if verdict == "reject" else ""}

    # ---- Decisions

    def _decide(self) -> int:
        """The adjudicator settles all that is disputed; how many claims."""
        before = self.decisions
        for question in self.asked:
            for row in list(disputes(question)):
                self._settle(row.claim_id, question)
                self.decisions += 1
        return self.decisions - before

    def _settle(self, claim: int, question: str) -> None:
        known = Consensus.objects.filter(claim=claim, state=Consensus.State.DISPUTED)
        face = self.stock.faces[claim]
        fields = [name for name in known.values_list("field", flat=True) if name in self.crowds]
        said = self._said(question, {name: int(self.crowds[name].decided[face]) for name in fields})
        if question == Question.ATTRIBUTES:  # what is not disputed stays as the votes have it
            said |= {name: None for name in ATTRIBUTES if name not in fields}
        decision = Decision(claim, question, **said)
        decide(decision, adjudicator=self.stock.adjudicator, policy=self.stock.policy)

    # ---- What came out

    def _attempt(self, field: str, name: str) -> Attempt:
        question = Question.USABLE if field == Question.USABLE else Question.ATTRIBUTES
        outcome = self._outcome(field)
        truth = self.crowds[field].truth
        right = sum(label == int(truth[face]) for face, label in outcome.items())
        counted = Slot.objects.filter(question=question, annotation__isnull=False)
        votes = Counter(counted.values_list("purpose", flat=True))
        decided = Consensus.objects.filter(field=field, method=Consensus.Method.ADJUDICATION).count()
        gold, asked = votes[Slot.Purpose.GOLD], len(outcome)
        total = votes[Slot.Purpose.VOTE] + gold + decided
        share = right / asked if asked else 1.0
        return Attempt(field, name, self.seed, asked, share, total, gold, decided, self.spent[question] / 3600)

    def _outcome(self, field: str) -> dict[int, int | None]:
        """Of each face that was asked the class it is settled as, None where it is not."""
        codes = self._codes(field)
        claims = Claim.objects.all() if field == Question.USABLE else Claim.objects.filter(state=Claim.State.ACCEPTED)
        settled = Consensus.objects.filter(field=field, state=Consensus.State.SETTLED)
        known = dict(settled.values_list("claim", "value"))
        return {self.stock.faces[pk]: codes.get(known.get(pk, "")) for pk in claims.values_list("pk", flat=True)}

    def _codes(self, field: str) -> dict[str, int]:
        """The values of consensus, as numbers of the profile's classes."""
        classes = self.profile.field(field).classes
        return {name if field == Question.USABLE else str(n + 1): n for n, name in enumerate(classes)}

    def _person(self, number: int) -> Person:
        given = self.right[number]
        right = {name: sum(answers) / len(answers) for name, answers in given.items() if answers}
        answers = sum(self.given[number].values())
        return Person(self.profile.annotators[number].name, answers, self.busy[number] / 3600, right)
