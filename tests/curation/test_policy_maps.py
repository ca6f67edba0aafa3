from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from curation.consensus import Outcome
from curation.models import Annotation
from curation.policy_maps import composed, heard, maps_in_force, perceived
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import scenes

RENAMED, MERGED, ANEW = {"age": {"1": "3"}}, {"age": {"2": "3"}}, {"age": {"3": None}}


@pytest.mark.parametrize(
    ("steps", "first", "second"),
    [
        ([{}, {}], {}, {}),
        ([{}, RENAMED], {"1": "3"}, {}),
        ([{}, RENAMED, MERGED], {"1": "3", "2": "3"}, {"2": "3"}),
        ([{}, RENAMED, ANEW], {"1": None, "3": None}, {"3": None}),
        ([{}, RENAMED, {"age": {"3": "1"}}], {"3": "1"}, {"3": "1"}),
        ([{}, ANEW, RENAMED], {"1": "3", "3": None}, {"1": "3"}),
    ],
)
def test_composed_maps_lead_from_each_policy_to_the_last(
    steps: list[Mapping[str, Mapping[str, str | None]]], first: object, second: object
) -> None:
    found = composed(list(enumerate(steps, 1)))
    assert (found.get(1, {}).get("age", {}), found.get(2, {}).get("age", {})) == (first, second)
    assert len(steps) not in found, "what was answered under the last one says what it says"


def answers(*ages: int | None) -> list[Annotation]:
    return [Annotation(age=age, policy_id=1, shown_at=datetime.now(UTC)) for age in ages]


@pytest.mark.parametrize(
    ("ages", "outcome"),
    [
        ((2, 2), Outcome("settled", "2", 2, 2)),
        ((1, 1), Outcome("open", "", 0, 0)),
        ((1, 2), Outcome("open", "", 1, 1)),
        ((1, 1, 2), Outcome("open", "", 1, 1)),
        ((2, 2, 1), Outcome("settled", "2", 2, 2)),
        ((5, 6), Outcome("settled", "7", 2, 2)),
        ((2, 3), Outcome("disputed", "", 1, 2)),
        ((None, None, 2, 2), Outcome("settled", "2", 2, 2)),
        ((), Outcome("open", "", 0, 0)),
    ],
)
def test_heard_lets_no_minority_win_because_others_fell_silent(ages: tuple[int | None, ...], outcome: Outcome) -> None:
    maps = {1: {"age": {"1": None, "5": "7", "6": "7"}}}
    assert heard(answers(*ages), "age", maps, wanted=2) == outcome


@pytest.mark.django_db
def test_perceived_reads_answers_as_the_policy_in_force_does() -> None:
    claim = p.judged(factories.reviewers(2), 1, 2)
    young, old = Annotation.objects.filter(claim=claim, question="attributes").order_by("received_at")
    assert (perceived(young, "age"), perceived(old, "age"), perceived(old, "race")) == ("1", "2", "3")
    p.put_in_force(p.draft(fields=p.fields(age=p.BANDS)), {"age": {"1": "4", "2": None}})
    assert (perceived(young, "age"), perceived(old, "age"), perceived(old, "race")) == ("4", None, "3")
    fewer = [*p.BANDS[:1], {"code": 7, "label": "30 and older", "band": 2}]
    p.put_in_force(p.draft(fields=p.fields(age=fewer)), {"age": {"4": "7", "5": "7", "6": "7"}})
    assert (perceived(young, "age"), perceived(old, "age")) == ("7", None)


@pytest.mark.django_db
def test_perceived_says_nothing_of_what_was_not_asked() -> None:
    claim = scenes.accepted()
    assert perceived(Annotation.objects.filter(claim=claim)[0], "age") is None


@pytest.mark.django_db
def test_maps_cost_one_query_once_they_are_known(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    p.age_bands()
    maps_in_force()
    with django_assert_num_queries(1):
        maps_in_force()
