"""Policies that ask until the answers are sure enough, and estimates of how reliable people are."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from curation import queue
from curation.annotations import record
from curation.entries import Answer
from curation.estimates import stored
from curation.models import Claim, Consensus, ErrorRates, Policy, Slot
from curation.policies import current_policy
from curation.reviewer_rates import Rates
from tests.curation import policy_scenes as p
from tests.curation import scenes

USABLE = ("accept", "reject", "cannot_tell")
# Competent reviewers: right in 9 of 10, wrong in 1 of 20 for each of the other two classes.
TWO, TWO_TO_ONE, THREE_TO_ONE = 0.993865, 0.944606, 0.996753


def adaptive(
    question: str = "usable", *, fewest: int = 2, sure: float = 0.98, most: int = 5, share: float = 0.0, **more: Any
) -> Policy:
    """In force from now on."""
    rule = {"votes": fewest, "sure": sure, "most": most, "full_share": share}
    made = p.draft(**{f"{name}_{question}": value for name, value in rule.items()}, **more)
    p.put_in_force(made)
    return current_policy()


def fixed(**votes: int) -> Policy:
    known: dict[str, Any] = dict.fromkeys(("sure_usable", "sure_attributes", "most_usable", "most_attributes"))
    p.put_in_force(p.draft(**known, **votes))
    return current_policy()


def even(classes: int, right: float) -> tuple[tuple[float, ...], ...]:
    off = (1 - right) / (classes - 1)
    return tuple(tuple(right if t == s else off for s in range(classes)) for t in range(classes))


def estimate(right: Mapping[User, float], *, others: float = 0.9, field: str = "usable") -> ErrorRates:
    """In force at once: each person is right that often, whatever the class, and whoever is not named `others`."""
    classes = USABLE if field == "usable" else tuple(str(n) for n in range(3))
    n = len(classes)
    tables = {person.pk: even(n, share) for person, share in right.items()}
    rates = Rates(classes, (1 / n,) * n, even(n, others), tables)
    last = ErrorRates.objects.order_by("-version").first()
    now = timezone.now()
    return ErrorRates.objects.create(
        version=last.version + 1 if last else 1,
        policy=current_policy(),
        fields={**(last.fields if last else {}), field: {**stored(rates), "votes": 300}},
        votes=300,
        made_at=now,
        in_force_at=now,
    )


def said(claim: Claim, field: str = "usable") -> tuple[str, str, float | None]:
    row = Consensus.objects.get(claim=claim, field=field)
    return row.state, row.value, row.probability


def further(claim: Claim, question: str = "usable") -> Slot:
    """The one place that waits for an answer."""
    return Slot.objects.get(claim=claim, question=question, waiting=True, purpose="vote")


def an_hour_ago() -> Any:
    return timezone.now() - timedelta(hours=1)


def answer_from_queue(person: User, verdict: str = "accept", question: str = "usable", **fields: Any) -> uuid.UUID:
    """The next face that the queue has for them."""
    slot = queue.lease(reviewer=person, question=question, want=1)[0]
    fields |= {"reason": "wrong_person"} if verdict == "reject" else {}
    entry = Answer(uuid.uuid4(), slot.claim_id, question, verdict, scenes.SHOWN, scenes.SHOWN, **fields)
    assert record(entry, reviewer=person, policy=current_policy()).status == "saved"
    return entry.id


def unsure(people: Sequence[User]) -> Claim:
    """One accepted and one rejected: a third is asked."""
    adaptive()
    claim = scenes.claim()
    scenes.say(people[0], claim)
    scenes.say(people[1], claim, "reject")
    return claim
