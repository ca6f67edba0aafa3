"""Questions asked until their answers are sure enough, through the real queue."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from curation import exclusions
from curation.adjudication import Decision, ask_for_one_more_vote, decide
from curation.models import Consensus, Exclusion, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation import scenes
from tests.curation.overlap_scenes import THREE_TO_ONE, TWO, TWO_TO_ONE, adaptive, answer_from_queue, further, said
from tests.curation.scenes import say, state, undo, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(7)


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
