"""What the database holds of rules, weighed answers and estimates. Each is tried from below, past all Python."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from curation.models import Consensus, ErrorRates, Policy
from curation.overlap import IS_SAMPLED, is_sampled
from curation.policies import current_policy
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation import scenes

pytestmark = pytest.mark.django_db
WHOLE = {"votes": 2, "sure": 0.98, "most": 5, "full_share": 0.05}


def named(question: str, **rule: Any) -> dict[str, Any]:
    return {f"{name}_{question}": value for name, value in rule.items()}


@pytest.mark.parametrize("question", ["usable", "attributes"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"sure": None},
        {"most": None},
        {"sure": None, "most": None},
        {"sure": 0.5},
        {"sure": 1.0},
        {"most": 1},
        {"most": 10},
        {"full_share": 1.5},
        {"full_share": -0.1},
    ],
)
def test_a_policy_holds_a_whole_rule_or_none(question: str, wrong: dict[str, Any]) -> None:
    made = p.draft(**named(question, **WHOLE))
    with pytest.raises(IntegrityError, match=f"policy_overlap_{question}"), transaction.atomic():
        Policy.objects.filter(pk=made.pk).update(**named(question, **wrong))
    Policy.objects.filter(pk=made.pk).update(**named(question, sure=None, most=None, full_share=0))


def test_a_rule_in_force_never_changes() -> None:
    policy = o.adaptive()
    with pytest.raises(ProgrammingError, match="activated_never_changes"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(sure_usable=0.9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "posterior", "probability": None, "soft": {}},
        {"method": "posterior", "probability": 0.9, "soft": None},
        {"method": "posterior", "probability": 1.1, "soft": {}},
        {"method": "majority", "probability": 0.9, "soft": None},
        {"method": "adjudication", "probability": None, "soft": {}},
    ],
)
def test_weighed_answers_have_a_probability_and_others_none(wrong: dict[str, Any]) -> None:
    claim = scenes.claim()
    with pytest.raises(IntegrityError, match="consensus_weighed_has_probability"):
        Consensus.objects.create(claim=claim, field="usable", state="open", support=1, votes=1, **wrong)


def test_a_version_of_estimates_stands_once_and_is_not_in_force_before_it_is_made() -> None:
    known: dict[str, Any] = {"policy": current_policy(), "fields": {}, "votes": 1}
    now = timezone.now()
    ErrorRates.objects.create(version=1, made_at=now, in_force_at=now, **known)
    with pytest.raises(IntegrityError, match="version"), transaction.atomic():
        ErrorRates.objects.create(version=1, made_at=now, in_force_at=now, **known)
    with pytest.raises(IntegrityError, match="errorrates_in_force_after_made"), transaction.atomic():
        ErrorRates.objects.create(version=2, made_at=now, in_force_at=now - timedelta(seconds=1), **known)


def test_the_sample_is_the_same_in_sql_and_in_python() -> None:
    sql = IS_SAMPLED.format(key="'k'", question="'age'", claim="n", share="0.37::float8")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n FROM generate_series(1, 500) AS n WHERE {sql}")  # noqa: S608
        found = {n for (n,) in cursor.fetchall()}
    assert found == {n for n in range(1, 501) if is_sampled("k", "age", n, 0.37)}
