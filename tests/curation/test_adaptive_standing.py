"""What was concluded under a rule stands until another answer comes, and how it is looked up."""

import random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from curation import estimates, overlap
from curation.models import Annotation, Claim, Consensus, ErrorRates, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation import scenes
from tests.curation.overlap_scenes import TWO, adaptive, answer_from_queue, further, said
from tests.curation.scenes import say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(7)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Claim, Consensus, Slot)]


def test_a_field_asked_anew_is_weighed_by_its_last_round(people: list[User]) -> None:
    adaptive("attributes")
    claim = p.judged(people[:2], 1, 1)
    assert said(claim, "age")[:2] == ("settled", "1")
    p.put_in_force(p.draft(**_rule_of("attributes"), fields=p.fields(age=p.BANDS)), p.ANEW)
    assert further_asks(claim) == ["age"]
    say(people[2], claim, "attributes", age=3)
    say(people[3], claim, "attributes", age=4)
    assert (waits(claim, "attributes"), further(claim, "attributes").asks) == (1, ["age"])
    assert said(claim, "race")[:2] == ("settled", "3"), "what was not asked anew stands"
    say(people[4], claim, "attributes", age=4)
    say(people[5], claim, "attributes", age=4)
    assert said(claim, "age")[:2] == ("settled", "4")


def _rule_of(question: str) -> dict[str, Any]:
    known = current_policy()
    return {f"{n}_{question}": getattr(known, f"{n}_{question}") for n in ("votes", "sure", "most", "full_share")}


def further_asks(claim: Claim) -> list[str]:
    waiting = Slot.objects.filter(claim=claim, question="attributes", waiting=True, purpose="vote")
    assert waiting.count() == 2
    return list(waiting[0].asks)


# ---- What was concluded stands


def test_new_estimates_change_nothing_until_another_vote_comes(people: list[User]) -> None:
    adaptive()
    photo = factories.photo()
    claim, beside = scenes.claim(photo=photo), scenes.claim(photo=photo)
    doubtful = scenes.claim()
    say(people[0], claim)
    say(people[1], claim)
    say(people[0], doubtful)
    say(people[1], doubtful, "reject")
    o.estimate({people[0]: 0.6, people[1]: 0.6}, others=0.99)
    before = everything()
    call_command("rebuild_consensus")
    assert everything() == before
    say(people[2], beside, "reject")
    assert (state(claim), said(claim)) == ("accepted", ("settled", "accept", TWO)), "settled again with its photo"
    say(people[2], doubtful)
    assert said(doubtful)[1:] == ("accept", 0.993311), "weighed anew: 0.6 × 0.2 × 0.99 to 0.2 × 0.6 × 0.005"


def test_another_policy_changes_nothing_until_another_vote_comes(people: list[User]) -> None:
    claim = scenes.claim()
    split = scenes.claim()
    say(people[0], claim)
    say(people[1], claim)
    say(people[0], split)
    say(people[1], split, "reject")
    assert (state(claim), state(split)) == ("accepted", "disputed")
    adaptive(sure=0.999, most=9)
    before = everything()
    call_command("rebuild_consensus")
    assert everything() == before
    began = scenes.claim()
    say(people[0], began)
    o.fixed(votes_usable=2)
    say(people[1], began)
    assert (state(began), scenes.consensus(began)[2]) == ("accepted", "majority"), "by the policy of the last answer"


def test_a_claim_begun_under_a_fixed_policy_goes_on_under_the_rule(people: list[User]) -> None:
    claim = scenes.claim()
    say(people[0], claim)
    adaptive()
    say(people[1], claim, "reject")
    assert (state(claim), waits(claim)) == ("open", 1)


def test_rebuilding_after_everything_changes_nothing(people: list[User]) -> None:
    adaptive(share=0.3, most=4)
    adaptive("attributes", most=3, votes_usable=2, sure_usable=0.95, most_usable=5, full_share_usable=0.3)
    o.estimate({people[0]: 0.95, people[1]: 0.7}, others=0.85)
    claims = scenes.claims(6)
    for number, person in enumerate(people[:4]):
        for slot in scenes.lease(person, want=4):
            say(person, slot.claim, "reject" if (number * slot.claim_id) % 3 == 1 else "accept")
        for slot in scenes.lease(person, "attributes", want=3):
            say(person, slot.claim, "attributes", race=3, gender=1 + (number * slot.claim_id) % 2, age=1)
    assert Consensus.objects.filter(method="posterior", claim__in=claims).exists()
    before = everything()
    call_command("rebuild_consensus")
    assert everything() == before


def test_maps_of_classes_are_heeded(people: list[User]) -> None:
    adaptive("attributes")
    o.estimate({people[0]: 0.95}, field="gender", others=0.95)
    claim = p.judged(people[:2], 1, 1)
    was = said(claim, "gender")
    classes = [{"code": 5, "label": "woman"}, current_policy().fields[1]["classes"][1]]
    p.put_in_force(p.draft(**_rule_of("attributes"), fields=p.fields(gender=classes)), {"gender": {"1": "5"}})
    call_command("rebuild_consensus")
    assert said(claim, "gender") == ("settled", "5", was[2])


# ---- The database says what the pure rule says


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_answered_each_claim_stands_as_the_rule_decides(people: list[User], seed: int) -> None:
    dice = random.Random(seed)
    policy = adaptive(most=4, share=0.3, sure=0.95)
    made = o.estimate({person: 0.6 + number / 20 for number, person in enumerate(people)})
    rule, rates = policy.rule("usable"), estimates.read(made.fields["usable"])
    assert rule is not None
    scenes.claims(8)
    for _turn in range(34):
        person = dice.choice(people)
        for slot in scenes.lease(person, want=1):
            say(person, slot.claim, dice.choice(["accept", "accept", "reject", "cannot_tell"]))
    for claim in Claim.objects.all():
        slots = Slot.objects.filter(claim=claim, question="usable").order_by("number")
        cast = [slot.annotation for slot in slots if slot.annotation]
        labels, who = [vote.verdict for vote in cast], [vote.reviewer_id for vote in cast]
        found = overlap.decide(labels, who, rates, rule, full=policy.gets_all("usable", claim.pk))
        expected = {"settled": "settled", "ask": "open", "dispute": "disputed"}[found.step]
        if cast:
            assert said(claim) == (expected, found.value, found.probability)
        assert (waits(claim) > 0) is (found.step == "ask")
        assert len(slots) <= rule.most


# ---- How it is looked up


def _queries(person: User, claim: Claim) -> int:
    with CaptureQueriesContext(connection) as queries:
        say(person, claim)
    return len(queries)


def test_a_rule_costs_one_query_more_and_a_fixed_number_none(people: list[User]) -> None:
    claims = scenes.claims(4)
    say(people[0], claims[0])
    usual = _queries(people[0], claims[1])
    adaptive()
    o.estimate({people[0]: 0.9})
    say(people[0], claims[2])
    assert _queries(people[0], claims[3]) == usual + 1


def test_estimates_are_append_only(people: list[User]) -> None:
    o.estimate({people[0]: 0.9})
    for change in (lambda: ErrorRates.objects.update(votes=1), lambda: ErrorRates.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
            change()


def test_every_vote_is_kept(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    for person, verdict in zip(people, ("accept", "reject", "accept", "accept"), strict=False):
        answer_from_queue(person, verdict)
    assert Annotation.objects.filter(claim=claim, late=False).count() == 4
