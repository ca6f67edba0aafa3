"""Why a face was served to somebody is kept with their answer, and outlives whatever becomes of its place."""

import uuid

import pytest

from curation import queue
from curation.adjudication import ask_for_one_more_vote
from curation.annotations import record
from curation.entries import Answer
from curation.face_history import Happening
from curation.models import Annotation, Claim, Slot
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import disputes_scenes, scenes
from tests.curation.overlap_scenes import unsure
from tests.curation.quality_scenes import signed_in
from tests.curation.scenes import lease, say, undo

pytestmark = pytest.mark.django_db


def why(answer: uuid.UUID) -> str:
    return Annotation.objects.get(pk=answer).why


def test_an_answer_keeps_why_it_was_served_when_it_is_taken_back_and_given_anew() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    lease(one)
    _, first = say(one, claim)
    undo(one, first)
    _, second = say(one, claim, "reject")
    assert (why(first), why(second)) == ("queue", "taken_back")
    withdrawn = Annotation.objects.get(supersedes=first)
    assert withdrawn.why == "", "nobody was served a withdrawal"


def test_it_outlives_that_another_answers_in_its_stead() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    Slot.objects.filter(claim=claim, number=2).delete()
    Slot.objects.filter(claim=claim).update(why="pair", reviewer=one)
    _, first = say(one, claim)
    undo(one, first)
    queue.release(reviewer=one)
    lease(two)
    _, second = say(two, claim)
    assert (why(first), why(second)) == ("pair", "queue")


def test_why_a_place_is_there_at_all_outlives_undo_and_giving_back() -> None:
    people = factories.reviewers(4)
    claim = unsure(people)
    lease(people[2])
    _, third = say(people[2], claim)
    undo(people[2], third)
    held = Slot.objects.get(claim=claim, reviewer=people[2])
    assert (held.number, held.why) == (3, "unsure")
    queue.release(reviewer=people[2])
    lease(people[3])
    _, instead = say(people[3], claim)
    assert Annotation.objects.get(pk=instead).slot.pk == held.pk
    assert (why(third), why(instead)) == ("unsure", "unsure")


def test_an_answer_without_a_lease_says_so_and_leaves_why_the_place_is_there() -> None:
    people = factories.reviewers(4)
    claim = unsure(people)
    _, third = say(people[2], claim)
    assert why(third) == "unasked"
    undo(people[2], third)
    queue.release(reviewer=people[2])
    lease(people[3])
    assert why(say(people[3], claim)[1]) == "unsure"


def test_one_more_vote_asked_for_is_told_though_it_was_taken_back() -> None:
    claim, one = disputes_scenes.dispute(), factories.reviewer()
    ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=factories.user(Role.ADJUDICATOR))
    lease(one)
    undo(one, say(one, claim)[1])
    say(one, claim, "reject")
    told = [" ".join(row.remarks) for row in _history(claim)]
    assert sum("served: an adjudicator asked for one more vote" in remarks for remarks in told) == 2
    assert any("taken back" in remarks and "asked for one more" in remarks for remarks in told)


def _history(claim: Claim) -> list[Happening]:
    return list(signed_in(Role.ADMIN).get(f"/faces/{claim.face_id}/").context["dossier"].history)


def test_a_late_answer_was_served_to_nobody() -> None:
    claim = scenes.claim()
    *two, three = factories.reviewers(3)
    for person in two:
        say(person, claim)
    result, late = say(three, claim)
    assert (result.status, why(late)) == ("late", "")


def test_those_answered_together_keep_it_as_well() -> None:
    claims, one = scenes.claims(3), factories.reviewer()
    lease(one)
    given = [Answer(uuid.uuid4(), claim.pk, "usable", "accept", scenes.SHOWN, scenes.SHOWN) for claim in claims]
    assert all(record(answer, reviewer=one, policy=current_policy()).status == "saved" for answer in given)
    assert set(Annotation.objects.values_list("why", flat=True)) == {"queue"}
