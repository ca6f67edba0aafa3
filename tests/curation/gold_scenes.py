"""Gold, and reviewers who answer it well or badly: straight into the tables where only the counts matter."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User

from curation import queue
from curation.models import Annotation, Claim, GoldItem, Slot
from curation.policies import current_policy
from ingest.models import Identity
from tests import factories
from tests.curation import releases, scenes


def gold(claim: Claim, question: str = "usable", **answer: str) -> GoldItem:
    return GoldItem.objects.create(
        claim=claim,
        question=question,
        answer=answer or {"usable": "accept"},
        policy=current_policy(),
        chosen=GoldItem.Chosen.AGREED,
    )


def attributes(claim: Claim, **answer: str) -> GoldItem:
    """Settled so, and gold."""
    for field, value in answer.items():
        releases.settle(claim, field, value)
    return gold(claim, "attributes", **answer)


def known(truths: Iterable[str], person: Identity | None = None) -> list[Claim]:
    """Gold for the first question, without votes: a claim for each of the truths, accept or reject."""
    person = person or factories.identity()
    made = []
    for true in truths:
        claim = releases.claim(person, state="accepted" if true == "accept" else "rejected")
        releases.settle(claim, "usable", true)
        gold(claim, usable=true)
        made.append(claim)
    return made


def answers(reviewer: User, claims: Sequence[Claim], verdicts: Sequence[str], number: int = 1) -> list[Annotation]:
    """Their answers to gold, which count for nothing else."""
    reasons = {"reject": "wrong_person"}
    return [
        releases.vote(
            claim, reviewer, number, purpose="gold", verdict=verdict, reason=reasons.get(verdict, ""), mode="single"
        )
        for claim, verdict in zip(claims, verdicts, strict=True)
    ]


def some_gold(count: int, **fields: Any) -> list[GoldItem]:
    return [gold(scenes.accepted(**fields)) for _ in range(count)]


def gold_slots(reviewer: User) -> list[Slot]:
    return list(Slot.objects.filter(reviewer=reviewer, purpose="gold").order_by("id"))


def work(reviewer: User, answers: int, want: int = 10) -> list[bool]:
    """Answers so many in the order in which they are served, topped up as a browser does; of each, was it gold?"""
    served: list[bool] = []
    page = queue.lease(reviewer=reviewer, question="usable", want=want)
    while len(served) < answers and page:
        slot = page.pop(0)
        served.append(slot.purpose == "gold")
        assert scenes.say(reviewer, slot.claim)[0].status == "saved"
        if len(page) < want // 2:
            have = [one.claim_id for one in page]
            page += queue.lease(reviewer=reviewer, question="usable", want=want - len(page), have=have)
    return served


def served_gold(reviewer: User) -> Slot:
    scenes.lease(reviewer, want=10)
    return gold_slots(reviewer)[0]
