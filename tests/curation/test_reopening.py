import pytest

from curation.models import Reopening, Slot
from curation.policies import current_policy
from curation.reopening import reopen
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def again(claims: list[int], question: str = "usable", *fields: str) -> int:
    by = factories.user(Role.ADMIN)
    return reopen(claims=claims, question=question, fields=list(fields), cause="requeued", reason="a doubt", by=by)


def test_reopened_a_claim_waits_for_k_new_answers_and_keeps_the_old() -> None:
    claim = scenes.accepted()
    first = Slot.objects.filter(claim=claim, question="usable")[0]
    assert again([claim.pk]) == 1
    assert (scenes.state(claim), scenes.waits(claim)) == ("open", current_policy().votes_usable)
    assert claim.annotations.filter(slot__round=0).count() == 2
    new = Slot.objects.filter(claim=claim, question="usable", round=1)
    assert {(s.block, s.shuffle, s.priority, s.why) for s in new} == {
        (first.block, first.shuffle, first.priority, "reopened")
    }
    row = Reopening.objects.get()
    assert (row.claim_id, row.question, row.round, row.cause, row.reason) == (
        claim.pk,
        "usable",
        1,
        "requeued",
        "a doubt",
    )


def test_the_same_reviewers_may_answer_the_new_round() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people)
    again([claim.pk])
    for person in people:
        scenes.say(person, claim, "reject")
    assert scenes.state(claim) == "rejected"


def test_one_field_is_asked_anew_alone() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1)
    assert again([claim.pk], "attributes", "age") == 1
    assert scenes.consensus(claim, "race")[:2] == ("settled", "3")
    assert not claim.consensus.filter(field="age").exists()
    for person in people:
        scenes.say(person, claim, "attributes", age=2)
    assert scenes.consensus(claim, "age")[:2] == ("settled", "2")
    assert scenes.consensus(claim, "race")[:2] == ("settled", "3")


def test_answers_that_nobody_gave_yet_are_wanted_no_longer() -> None:
    person = factories.reviewer()
    claim = scenes.claim()
    scenes.say(person, claim)
    again([claim.pk])
    assert list(claim.slots.filter(round=0).values_list("reviewer", flat=True)) == [person.pk]


def test_a_question_that_was_never_asked_is_not_reopened() -> None:
    claim = scenes.claim()
    assert (again([claim.pk], "attributes"), again([0]), Reopening.objects.count()) == (0, 0, 0)
