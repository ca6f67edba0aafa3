"""Questions asked until their answers are sure enough, through the real queue."""

import random
import uuid
from itertools import combinations
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import estimates, exclusions, overlap, queue
from curation.adaptive import doubtful_block
from curation.adjudication import Decision, ask_for_one_more_vote, decide
from curation.agreement_report import question_agreement
from curation.annotations import record
from curation.claims import open_claims
from curation.entries import Answer
from curation.models import Annotation, Claim, Consensus, ErrorRates, Exclusion, ReviewerPair, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation import scenes
from tests.curation.overlap_scenes import adaptive, further, said
from tests.curation.scenes import say, state, undo, waits

pytestmark = pytest.mark.django_db
# Competent reviewers: right in 9 of 10, wrong in 1 of 20 for each of the other two classes.
TWO, TWO_TO_ONE, THREE_TO_ONE = 0.993865, 0.944606, 0.996753


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(7)


def answer_from_queue(person: User, verdict: str = "accept", question: str = "usable", **fields: Any) -> uuid.UUID:
    """The next face that the queue has for them."""
    slot = queue.lease(reviewer=person, question=question, want=1)[0]
    fields |= {"reason": "wrong_person"} if verdict == "reject" else {}
    entry = Answer(uuid.uuid4(), slot.claim_id, question, verdict, scenes.SHOWN, scenes.SHOWN, **fields)
    assert record(entry, reviewer=person, policy=current_policy()).status == "saved"
    return entry.id


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Claim, Consensus, Slot)]


# ---- Usable


def test_two_that_agree_settle(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    assert waits(claim) == 2
    answer_from_queue(people[0])
    assert (state(claim), said(claim)) == ("open", ("open", "", 0.9))
    answer_from_queue(people[1])
    assert (state(claim), said(claim), waits(claim)) == ("accepted", ("settled", "accept", TWO), 0)
    row = Consensus.objects.get(claim=claim, field="usable")
    assert (row.method, row.support, row.votes) == ("posterior", 2, 2)
    assert row.soft == {"accept": TWO, "reject": 0.003067, "cannot_tell": 0.003067}
    assert waits(claim, "attributes") == 2


def test_the_doubtful_get_a_third_and_a_fourth(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    answer_from_queue(people[0])
    answer_from_queue(people[1], "reject")
    assert (state(claim), waits(claim), further(claim).why, further(claim).number) == ("open", 1, "unsure", 3)
    assert scenes.lease(people[0]) == scenes.lease(people[1]) == [], "who answered is not asked again"
    answer_from_queue(people[2])
    assert (state(claim), said(claim), waits(claim)) == ("open", ("open", "", TWO_TO_ONE), 1)
    answer_from_queue(people[3])
    assert (state(claim), said(claim)) == ("accepted", ("settled", "accept", THREE_TO_ONE))
    assert Slot.objects.filter(claim=claim, question="usable").count() == 4


def test_what_is_doubtful_at_most_goes_to_an_adjudicator(people: list[User]) -> None:
    adaptive(most=3)
    claim = scenes.claim()
    for person, verdict in zip(people, ("accept", "reject", "accept"), strict=False):
        answer_from_queue(person, verdict)
    assert (state(claim), said(claim), waits(claim)) == ("disputed", ("disputed", "", TWO_TO_ONE), 0)
    decide(Decision(claim.pk, "usable", "reject", reason="occluded"), adjudicator=people[6], policy=current_policy())
    assert (state(claim), said(claim)) == ("rejected", ("settled", "reject", None))
    assert scenes.consensus(claim)[2] == "adjudication"


def test_an_adjudicator_may_ask_for_one_above_most(people: list[User]) -> None:
    adaptive(most=3)
    claim = scenes.claim()
    for person, verdict in zip(people, ("accept", "reject", "accept"), strict=False):
        answer_from_queue(person, verdict)
    ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=people[6])
    assert (state(claim), waits(claim)) == ("open", 1)
    answer_from_queue(people[3])
    assert (state(claim), said(claim)) == ("accepted", ("settled", "accept", THREE_TO_ONE))


def test_reliable_reviewers_settle_where_doubtful_ones_do_not(people: list[User]) -> None:
    adaptive()
    o.estimate({people[0]: 0.99, people[1]: 0.6, people[2]: 0.6, people[3]: 0.97})
    sure, doubtful = scenes.claim(), scenes.claim()
    for person in (people[1], people[2]):
        say(person, doubtful)
    # 0.6² ÷ (0.6² + 2 × 0.2²)
    assert (state(doubtful), said(doubtful)) == ("open", ("open", "", 0.818182))
    for person in (people[0], people[3]):
        say(person, sure)
    assert state(sure) == "accepted"
    # 0.6² 0.97 ÷ (0.6² 0.97 + 2 × 0.2² 0.015)
    say(people[3], doubtful)
    assert (state(doubtful), said(doubtful)) == ("accepted", ("settled", "accept", 0.996575))


def test_one_who_is_nearly_always_right_is_enough_where_one_may_be(people: list[User]) -> None:
    adaptive(fewest=1)
    o.estimate({people[0]: 0.99})
    claim = scenes.claim()
    assert waits(claim) == 1
    say(people[0], claim, "reject")
    assert (state(claim), said(claim)) == ("rejected", ("settled", "reject", 0.99))
    other = scenes.claim()
    say(people[1], other)
    assert (state(other), waits(other)) == ("open", 1)


# ---- Where the next vote goes


def test_what_is_doubtful_is_served_before_what_nobody_has_begun(people: list[User]) -> None:
    adaptive()
    claims = scenes.claims(4)
    order = [slot.claim_id for slot in scenes.lease(people[6])]
    queue.release(reviewer=people[6])
    last = Claim.objects.get(pk=order[-1])
    say(people[0], last)
    say(people[1], last, "reject")
    assert [slot.claim_id for slot in scenes.lease(people[2])] == [last.pk, *order[:-1]]
    assert Slot.objects.get(claim=last, reviewer=people[2]).why == "unsure", "the lease keeps why it is asked"
    assert {claim.pk for claim in claims} == set(order)


def test_the_more_it_would_tell_the_sooner_and_one_persons_together(people: list[User]) -> None:
    adaptive(most=7)
    ana, bo = factories.identity("Ana"), factories.identity("Bo")
    split, leaning, third = scenes.claim(ana), scenes.claim(bo), scenes.claim(ana)
    for claim in (split, leaning, third):
        say(people[0], claim)
        say(people[1], claim, "reject")
    say(people[2], leaning)
    assert [slot.claim_id for slot in scenes.lease(people[3])][-1] == leaning.pk
    blocks = {claim.pk: further(claim).block for claim in (split, leaning, third)}
    assert blocks[split.pk] == blocks[third.pk] < blocks[leaning.pk] < 0


def test_what_is_more_urgent_stays_before_what_is_doubtful(people: list[User]) -> None:
    adaptive()
    doubtful, urgent = scenes.claim(), scenes.claim(factories.identity(priority=50))
    say(people[0], doubtful)
    say(people[1], doubtful, "reject")
    assert [slot.claim_id for slot in scenes.lease(people[2])] == [urgent.pk, doubtful.pk]


def test_blocks_of_the_doubtful_fit_the_column() -> None:
    assert -(2**31) < doubtful_block(50.0, 2**62) < doubtful_block(1.0, 7) < doubtful_block(0.9, 7)
    assert doubtful_block(0.0, 0) < 0


def test_whoever_lacks_pairs_is_served_the_doubtful_first_as_well(people: list[User]) -> None:
    """Else what nobody has begun would be asked of them first, so that others find it."""
    adaptive()
    one, two, lacking, three, four = people[:5]
    doubtful, told, *_fresh = scenes.claims(8)
    for person in (one, two):
        say(person, told)
    say(lacking, scenes.claim())
    say(three, doubtful)
    say(four, doubtful, "reject")
    for first, second in combinations(sorted(person.pk for person in people[:5]), 2):
        shared = 0 if lacking.pk in (first, second) and {one.pk, two.pk} & {first, second} else 20
        ReviewerPair.objects.create(first_id=first, second_id=second, question="usable", shared=shared)
    assert scenes.lease(lacking, want=2)[0].claim_id == doubtful.pk


# ---- The share that always gets all


def test_all_of_the_share_are_asked_of_most(people: list[User]) -> None:
    adaptive(share=1.0, most=4)
    claim = scenes.claim()
    assert waits(claim) == 4
    for person in people[:3]:
        answer_from_queue(person)
    assert state(claim) == "open"
    answer_from_queue(people[3])
    assert state(claim) == "accepted"


def test_the_share_is_that_of_the_key_in_sql_and_in_python() -> None:
    policy = adaptive(share=0.4, most=3)
    claims = scenes.claims(40)
    asked = {claim.pk: waits(claim) for claim in claims}
    assert asked == {claim.pk: 3 if policy.gets_all("usable", claim.pk) else 2 for claim in claims}
    assert set(asked.values()) == {2, 3}


def test_opening_says_how_many_claims_there_are_with_and_without_a_share() -> None:
    adaptive(share=1.0)
    person = factories.identity()
    for _ in range(3):
        photo = factories.photo()
        factories.candidate(person, photo)
        factories.face(photo)
    assert (open_claims(), open_claims()) == (3, 0)


def test_agreement_counts_the_fewest_and_all_of_the_share(people: list[User]) -> None:
    """What was asked because of a doubt would make reviewers look worse than they are."""
    adaptive(share=0.4, most=3)
    claims = scenes.claims(12)
    sampled = {claim.pk for claim in claims if waits(claim) == 3}
    for claim in claims:
        for person, verdict in zip(people[:3], ("accept", "reject", "accept"), strict=True):
            say(person, claim, verdict)
    assert set(Slot.objects.filter(claim__in=claims).values_list("number", flat=True)) == {1, 2, 3}
    assert 0 < len(sampled) < 12
    shared = {(pair.a, pair.b): pair.n for pair in question_agreement("usable")["usable"].pairs}
    one, two, third = (person.pk for person in people[:3])
    assert shared == {(one, two): 12, (one, third): len(sampled), (two, third): len(sampled)}


# ---- Taken back, set aside, late


def test_a_vote_taken_back_opens_the_question_again(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    say(people[0], claim)
    _, second = say(people[1], claim)
    assert state(claim) == "accepted"
    undo(people[1], second)
    assert (state(claim), waits(claim), said(claim)) == ("open", 1, ("open", "", 0.9))
    say(people[1], claim, "reject")
    assert (state(claim), waits(claim)) == ("open", 1)


def test_a_vote_set_aside_asks_another(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    say(people[0], claim)
    say(people[1], claim)
    admin = factories.user()
    meant = exclusions.Range(people[1], "", None, timezone.now())
    assert exclusions.preview(meant) == exclusions.Preview(answers=1, reopened=1, disputed=0, decided=0)
    exclusions.carry_out(exclusions.decide(meant, reason="guessed", by=admin))
    assert Exclusion.objects.get().votes == 1
    assert (state(claim), waits(claim), said(claim)) == ("open", 1, ("open", "", 0.9))
    say(people[2], claim)
    assert (state(claim), said(claim)) == ("accepted", ("settled", "accept", TWO))


def test_a_late_vote_is_kept_and_not_weighed(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    say(people[0], claim)
    say(people[1], claim)
    assert say(people[2], claim, "reject")[0].status == "late"
    assert (state(claim), said(claim)) == ("accepted", ("settled", "accept", TWO))


def test_an_alarm_says_nothing_of_the_question(people: list[User]) -> None:
    adaptive()
    claim = scenes.claim()
    say(people[0], claim)
    _, alarm = say(people[1], claim, "quarantine", reason="under_age")
    assert (state(claim), waits(claim), said(claim)) == ("open", 0, ("open", "", 0.9))
    undo(people[1], alarm)
    say(people[1], claim)
    assert state(claim) == "accepted"


def test_no_further_place_is_opened_while_the_face_is_barred(people: list[User]) -> None:
    adaptive()
    photo = factories.photo()
    claim, beside = scenes.claim(photo=photo), scenes.claim(photo=photo)
    say(people[1], claim)
    scenes.lease(people[2])
    _, alarm = say(people[0], beside, "quarantine", reason="licence")
    say(people[2], claim, "reject")
    assert (state(claim), Slot.objects.filter(claim=claim).count()) == ("open", 2)
    undo(people[0], alarm)
    assert (waits(claim), further(claim).why) == (1, "unsure")


def test_nine_places_are_all_there_are() -> None:
    adaptive(most=9)
    claim = scenes.claim()
    for number, person in enumerate(factories.reviewers(9)):
        say(person, claim, ("accept", "reject", "cannot_tell")[number % 3])
    assert (state(claim), Slot.objects.filter(claim=claim).count()) == ("disputed", 9)


# ---- Attributes


def test_a_question_is_sure_when_each_of_its_fields_is(people: list[User]) -> None:
    adaptive("attributes")
    claim = p.judged(people[:2])
    answers: list[dict[str, Any]] = [{"race": 3, "gender": 1, "age": 1}, {"race": 3, "gender": 2, "age": 1}]
    for person, answer in zip(people, answers, strict=False):
        say(person, claim, "attributes", **answer)
    assert (waits(claim, "attributes"), further(claim, "attributes").asks) == (1, [])
    assert {said(claim, field)[0] for field in ("race", "gender", "age")} == {"open"}
    say(people[2], claim, "attributes", race=3, gender=1, age=1)
    assert waits(claim, "attributes") == 1, "two to one are not sure enough"
    say(people[3], claim, "attributes", race=3, gender=1, age=1)
    assert [said(claim, field)[:2] for field in ("race", "gender", "age")] == [
        ("settled", "3"),
        ("settled", "1"),
        ("settled", "1"),
    ]
    assert state(claim) == "accepted"


def test_at_most_the_sure_fields_stand_and_the_others_are_disputed(people: list[User]) -> None:
    adaptive("attributes", most=2)
    claim = p.judged(people[:2])
    say(people[0], claim, "attributes", race=3, gender=1, age=1)
    say(people[1], claim, "attributes", race=3, gender=2, age=1)
    assert said(claim, "gender") == ("disputed", "", 0.486486)
    assert said(claim, "race")[:2] == ("settled", "3")
    decide(Decision(claim.pk, "attributes", "attributes", gender=2), adjudicator=people[6], policy=current_policy())
    assert said(claim, "gender") == ("settled", "2", None)
    assert said(claim, "race")[:2] == ("settled", "3")


def test_what_an_adjudicator_decided_is_not_asked_further(people: list[User]) -> None:
    adaptive("attributes")
    claim = p.judged(people[:2])
    say(people[0], claim, "attributes", race=3, gender=1, age=1)
    decide(Decision(claim.pk, "attributes", "attributes", gender=2), adjudicator=people[6], policy=current_policy())
    say(people[1], claim, "attributes", race=3, gender=2, age=1)
    assert (waits(claim, "attributes"), said(claim, "race")[:2]) == (0, ("settled", "3"))


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
