import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.agreement_report import question_agreement, report
from curation.models import Claim
from curation.policies import current_policy
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(4)


@pytest.fixture
def claim() -> Claim:
    return r.claim(factories.identity())


def test_usable_counts_a_relabel_as_a_reject(claim: Claim, people: list[User]) -> None:
    r.vote(claim, people[0], 1, verdict="relabel", relabel_to=factories.identity())
    r.vote(claim, people[1], 2, verdict="reject", reason="wrong_person")
    found = report()["usable"]
    assert (found.percent_agreement.n, found.percent_agreement.value) == (1, 1.0)
    assert (found.pairs[0].a, found.pairs[0].b) == (people[0].pk, people[1].pk)


def test_usable_cannot_tell_differs_from_accept(claim: Claim, people: list[User]) -> None:
    r.vote(claim, people[0], 1, verdict="cannot_tell")
    r.vote(claim, people[1], 2)
    assert report()["usable"].percent_agreement.value == 0


def test_usable_leaves_quarantines_out(claim: Claim, people: list[User]) -> None:
    r.vote(claim, people[0], 1)
    r.vote(claim, people[1], 2, verdict="quarantine", reason="licence")
    assert report()["usable"].percent_agreement.n == 0


def test_votes_beyond_the_first_k_do_not_count(claim: Claim, people: list[User]) -> None:
    for number, (person, verdict) in enumerate(zip(people, ["accept", "cannot_tell", "accept"], strict=False), 1):
        r.vote(claim, person, number, verdict=verdict)
    found = report()["usable"]
    assert (current_policy().votes_usable, found.comparisons, found.percent_agreement.value) == (2, 1, 0)


def test_a_vote_asked_instead_of_one_set_aside_counts(claim: Claim, people: list[User]) -> None:
    r.vote(claim, people[0], 1, verdict="quarantine", reason="licence", purpose="set_aside")
    r.vote(claim, people[1], 2)
    r.vote(claim, people[2], 3)
    assert report()["usable"].comparisons == 1


def test_carried_votes_do_not_count_and_nobody_takes_their_place(claim: Claim, people: list[User]) -> None:
    other = r.claim(factories.identity(), claim.photo)
    said = r.vote(other, people[0], verdict="relabel", relabel_to=claim.identity)
    r.vote(claim, people[0], 1, carried_from=said)
    r.vote(claim, people[1], 2)
    r.vote(claim, people[2], 3)
    assert report()["usable"].percent_agreement.n == 0


def test_adjudications_and_gold_do_not_count(claim: Claim, people: list[User]) -> None:
    r.vote(claim, people[0], 1)
    r.vote(claim, people[1], 1, purpose="adjudication", mode="adjudication")
    r.vote(claim, people[2], 1, purpose="gold")
    assert report()["usable"].percent_agreement.n == 0


def test_attributes_compare_each_field_with_cannot_tell_as_a_label(claim: Claim, people: list[User]) -> None:
    r.attribute_vote(claim, people[0], 1, race=3, gender=1, age=0)
    r.attribute_vote(claim, people[1], 2, race=4, gender=1, age=0)
    found = report()
    assert {field: agreed.percent_agreement.value for field, agreed in found.items()} == {
        "usable": None,
        "race": 0.0,
        "gender": 1.0,
        "age": 1.0,
    }


def test_attributes_not_asked_do_not_count(claim: Claim, people: list[User]) -> None:
    r.attribute_vote(claim, people[0], 1, race=3, gender=None, age=1)
    r.attribute_vote(claim, people[1], 2, race=3, gender=2, age=1)
    assert report()["gender"].percent_agreement.n == 0


@pytest.mark.parametrize("claims", [1, 3])
def test_a_question_is_three_queries(people: list[User], claims: int) -> None:
    identity = factories.identity()
    for _ in range(claims):
        made = r.claim(identity)
        r.vote(made, people[0], 1)
        r.vote(made, people[1], 2)
    question_agreement("usable")  # the policy in force is looked up once
    with CaptureQueriesContext(connection) as queries:
        assert question_agreement("usable")["usable"].percent_agreement.n == claims
    assert len([q for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]) == 3
