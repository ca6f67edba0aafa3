"""Questions asked under a rule of adaptive overlap: what their answers come to, and whether one more is wanted.

The rule is that of the policy under which the last counted answer was given, and the error rates are those that were in
force when it came. So a conclusion stands, whatever is estimated or put in force later, until another answer comes;
and it is the same whenever it is drawn again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from curation.cases import Case
from curation.claims import beside
from curation.consensus import Outcome
from curation.estimates import Estimates, in_force_at, rates_for
from curation.models import Annotation, Policy, Slot, Why
from curation.models.claims import Question
from curation.overlap import MOST_VOTES, Rule, Step, Weighed, gain, is_sure, next_step, weigh
from curation.policies import used
from curation.policy_maps import Maps
from curation.readings import FIELDS, said
from curation.reviewer_rates import Rates

LEVELS = 8  # of what a further answer would tell, to a bit
HIGHEST = 63
PLACES = 1 << 20  # within a level


@dataclass(frozen=True)
class Ballot:
    """The answers of one round of a question to the fields that were asked last in it."""

    case: Case
    question: str
    names: tuple[str, ...]
    slots: list[Slot]
    votes: list[Annotation]

    @property
    def last(self) -> Annotation:
        return max(self.votes, key=lambda vote: (vote.received_at is None, vote.received_at))


def weigh_answers(cases: Collection[Case], maps: Maps) -> None:
    """Puts what was weighed in place of what a majority says; nothing is done, or looked up, where no rule holds."""
    policies = used({vote.policy_id for case in cases for vote in _votes(case)})
    if not any(policy.rule(question) for policy in policies.values() for question in FIELDS):
        return
    under = [(ballot, policies[ballot.last.policy_id]) for case in cases for ballot in _ballots(case)]
    ruled = [(ballot, policy, rule) for ballot, policy in under if (rule := policy.rule(ballot.question))]
    now = timezone.now()
    times = [ballot.last.received_at or now for ballot, _policy, _rule in ruled]
    estimates: Mapping[datetime, Estimates | None] = in_force_at(set(times)) if times else {}
    for (ballot, policy, rule), time in zip(ruled, times, strict=True):
        _weigh(ballot, policy, rule, estimates[time], maps)


def _votes(case: Case) -> Iterator[Annotation]:
    return (slot.annotation for slot in case.slots if slot.annotation and slot.purpose == Slot.Purpose.VOTE)


def _ballots(case: Case) -> Iterator[Ballot]:
    """A field that an adjudicator decided is not weighed."""
    for question, names in FIELDS.items():
        rounds: dict[int, list[str]] = {}
        for name in names:
            slots = case.asked(question, name)
            if any(slot.annotation for slot in slots) and not case.decision(question, name):
                rounds.setdefault(slots[0].round, []).append(name)
        for fields in rounds.values():
            slots = case.asked(question, fields[0])
            yield Ballot(case, question, tuple(fields), slots, [slot.annotation for slot in slots if slot.annotation])


def _weigh(ballot: Ballot, policy: Policy, rule: Rule, estimates: Estimates | None, maps: Maps) -> None:
    """Where answers fell silent, the majority of all stands: a minority never wins by that."""
    labels = {name: [said(ballot.case, vote, name, maps) for vote in ballot.votes] for name in ballot.names}
    if ballot.question == Question.ATTRIBUTES and any(None in given for given in labels.values()):
        return
    rates = {name: rates_for(name, policy, estimates, maps) for name in ballot.names}
    weighed = {name: _weighed(ballot.votes, labels[name], rates[name]) for name in ballot.names}
    step = _step(ballot, policy, rule, list(weighed.values()))
    if step == "ask" and _is_answered(ballot, list(weighed.values())):
        doubtful = [name for name in ballot.names if not is_sure(weighed[name], rule)] or ballot.names
        ballot.case.unsure[ballot.question] = sum(gain(weighed[name].soft, rates[name]) for name in doubtful)
    for name, found in weighed.items():
        ballot.case.outcomes[name] = _outcome(found, labels[name], step, rule)


def _weighed(votes: list[Annotation], labels: list[str | None], rates: Rates) -> Weighed:
    given = [(label, vote.reviewer_id) for label, vote in zip(labels, votes, strict=True) if label is not None]
    return weigh([label for label, _who in given], [who for _label, who in given], rates)


def _step(ballot: Ballot, policy: Policy, rule: Rule, weighed: list[Weighed]) -> Step:
    if not _is_answered(ballot, weighed):
        return "ask"
    full = policy.gets_all(ballot.question, ballot.case.claim.pk)
    return next_step(weighed, rule, full=full, may_ask=_has_room(ballot))


def _is_answered(ballot: Ballot, weighed: list[Weighed]) -> bool:
    return all(field.votes >= len(ballot.slots) for field in weighed)


def _has_room(ballot: Ballot) -> bool:
    """Nobody answers an earlier round any more, and a question has nine places."""
    current = ballot.case.current(ballot.question)
    return current[0].round == ballot.slots[0].round and max(slot.number for slot in current) < MOST_VOTES


def _outcome(found: Weighed, labels: list[str | None], step: Step, rule: Rule) -> Outcome:
    """Of a question that is disputed, the fields that are sure enough stand."""
    support = labels.count(found.value) if found.value else max(map(labels.count, labels), default=0)
    if step == "ask":
        return Outcome("open", "", support, found.votes, found.probability, found.soft)
    if is_sure(found, rule):
        return Outcome("settled", found.value, support, found.votes, found.probability, found.soft)
    return Outcome("disputed", "", support, found.votes, found.probability, found.soft)


# ---- One more


def one_more(case: Case, question: str) -> Slot:
    """A place for one more answer: before all that nobody has begun and is as urgent, the most telling first."""
    current = case.current(question)
    like = next(slot for slot in current if slot.purpose == Slot.Purpose.VOTE)
    place = beside(like) | {"block": doubtful_block(case.unsure[question], like.identity_id)}
    number = max(slot.number for slot in current) + 1
    return Slot(claim=case.claim, question=question, number=number, asks=like.asks, why=Why.UNSURE, **place)


def doubtful_block(bits: float, identity: int) -> int:
    """Below 0, where no other block is. Within a level those of one identity stand together, and so come in a run."""
    level = min(int(bits * LEVELS), HIGHEST)
    return -1 - level * PLACES - identity % PLACES
