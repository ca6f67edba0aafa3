"""Error rates, estimated from answers in the tables."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from curation import estimates, estimating, tasks
from curation.models import Claim, ErrorRates, Slot
from curation.policies import current_policy
from curation.reviewer_rates import Rates
from tests import factories
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation import releases as r
from tests.curation import scenes

pytestmark = pytest.mark.django_db
GOOD, FAIR, RANDOM = 0.95, 0.8, 0.4


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(3)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of answers is enough."""
    monkeypatch.setattr(estimating, "FEWEST", 3)


def at_once() -> ErrorRates:
    made = estimating.estimate(lead=timedelta(0))
    assert made is not None
    made.refresh_from_db()
    return made


def right(made: ErrorRates, person: User, field: str = "usable", label: str = "accept") -> float:
    """How often the person states the class of those that are of it."""
    rates = estimates.read(made.fields[field])
    return rates.of(person.pk)[rates.index[label]][rates.index[label]]


def judged(people: list[User], count: int) -> list[Claim]:
    """The first two agree throughout, half accept and half reject; the third says the opposite every other time."""
    claims = [r.claim(factories.identity()) for _ in range(count)]
    for number, claim in enumerate(claims):
        verdict = ({"verdict": "accept"}, {"verdict": "reject", "reason": "occluded"})[number % 2]
        other = ({"verdict": "accept"}, {"verdict": "reject", "reason": "occluded"})[(number + number // 2) % 2]
        for place, (person, answer) in enumerate(zip(people, (verdict, verdict, other), strict=True), 1):
            r.vote(claim, person, place, **answer)
    return claims


def test_those_who_agree_are_found_reliable_and_the_other_is_not(people: list[User], few: None) -> None:
    judged(people, 20)
    made = at_once()
    assert right(made, people[0]) > 0.9 < right(made, people[1])
    assert right(made, people[2]) < 0.75
    known = made.fields["usable"]
    assert (made.version, made.votes, made.policy) == (1, 60, current_policy())
    assert (known["items"], known["votes"], known["known"]) == (20, 60, 0)
    assert known["answers"] == {str(person.pk): 20 for person in people}
    assert known["classes"] == ["accept", "reject", "cannot_tell"]
    assert set(made.fields) == {"usable"}, "of what nobody was asked nothing is estimated"


def test_what_an_adjudicator_decided_is_known(people: list[User], few: None) -> None:
    """The majority of two was wrong each time, and the third right."""
    claims = judged(people, 12)
    for claim, vote in zip(claims, Slot.objects.filter(reviewer=people[2]).order_by("claim"), strict=True):
        assert vote.annotation is not None
        r.settle(claim, "usable", vote.annotation.verdict, method="adjudication")
    made = at_once()
    assert made.fields["usable"]["known"] == 12
    assert right(made, people[2]) > right(made, people[0])


def test_carried_votes_and_those_set_aside_do_not_count_and_gold_does(people: list[User], few: None) -> None:
    claim, other = r.claim(factories.identity()), r.claim(factories.identity())
    said = r.vote(other, people[0], verdict="relabel", relabel_to=claim.identity)
    r.vote(claim, people[0], 1, carried_from=said)
    r.vote(claim, people[1], 2)
    r.vote(claim, people[2], 3, purpose="set_aside")
    r.vote(other, people[2], 1, purpose="gold")
    r.vote(other, people[1], 2, purpose="adjudication", mode="adjudication")
    made = at_once()
    assert made.fields["usable"]["answers"] == {str(person.pk): 1 for person in people}


def test_each_attribute_is_a_field_and_its_last_round_counts(people: list[User], few: None) -> None:
    claim = p.judged(people[:2], 1, 2)
    p.age_bands()
    scenes.say(people[2], claim, "attributes", age=3)
    assert estimating.estimate() is None, "one answer of the last round is too few"
    scenes.say(people[0], claim, "attributes", age=3)
    other = p.judged(people[:2], claim=scenes.claim())
    scenes.say(people[0], other, "attributes", race=3, gender=1, age=6)
    scenes.say(people[1], other, "attributes", race=3, gender=1, age=6)
    known = at_once().fields
    assert (known["age"]["votes"], known["race"]["votes"], known["gender"]["items"]) == (4, 4, 2)
    assert known["age"]["classes"] == ["0", "3", "4", "5", "6"]


def test_answers_under_an_earlier_policy_are_read_as_the_one_in_force_does(people: list[User], few: None) -> None:
    p.judged(people[:2], 1, 1)
    p.judged(people[:2], 2, 2, claim=scenes.claim())
    classes = [{"code": 5, "label": "woman"}, current_policy().fields[1]["classes"][1]]
    p.put_in_force(p.draft(fields=p.fields(gender=classes)), {"gender": {"1": "5"}})
    made = at_once()
    assert made.fields["gender"]["classes"] == ["0", "2", "5"]
    assert right(made, people[0], "gender", "5") > 0.9


def test_too_few_answers_estimate_nothing(people: list[User], capsys: pytest.CaptureFixture[str]) -> None:
    judged(people, 4)
    assert estimating.estimate() is None
    call_command("estimate_error_rates")
    assert "nothing estimated: too few answers (a field wants 100)" in capsys.readouterr().out


def test_the_command_tells_what_it_came_from(people: list[User], few: None, capsys: pytest.CaptureFixture[str]) -> None:
    judged(people, 5)
    call_command("estimate_error_rates")
    told = capsys.readouterr().out
    assert told.startswith("version 1, in force from ")
    assert "  usable: 15 answers of 3 reviewers to 5 faces" in told
    call_command("estimate_error_rates", "--if-due")
    assert ErrorRates.objects.count() == 1, "nothing new came in"


def test_the_task_waits_until_enough_came_in(people: list[User], few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(people, 5)
    monkeypatch.setattr(estimating, "MORE", 3)
    tasks.estimate_error_rates()
    tasks.estimate_error_rates()
    assert ErrorRates.objects.count() == 1
    judged(people, 1)
    tasks.estimate_error_rates()
    assert list(ErrorRates.objects.order_by("version").values_list("version", "votes")) == [(1, 15), (2, 18)]


def test_a_version_is_in_force_a_moment_after_it_was_made(people: list[User], few: None) -> None:
    judged(people, 5)
    made = estimating.estimate()
    assert made is not None
    before, after = made.made_at, made.in_force_at
    assert after - before == estimating.LEAD
    found = estimates.in_force_at({before, after})
    assert found[before] is None
    assert isinstance(found[after], estimates.Estimates)


def test_each_time_has_the_estimates_that_were_in_force_then(people: list[User]) -> None:
    first, second = o.estimate({people[0]: GOOD}), o.estimate({people[0]: FAIR})
    then, now = first.in_force_at, timezone.now()
    found = estimates.in_force_at({then - timedelta(days=1), then, now})

    def share(time: Any) -> float:
        known = found[time]
        rates = known.rates("usable", {}) if known else None
        assert isinstance(rates, Rates)
        return rates.of(people[0].pk)[0][0]

    assert found[then - timedelta(days=1)] is None
    assert (share(then), share(now)) == (GOOD, FAIR)
    assert second.version == 2


def test_what_is_stored_reads_as_it_was(people: list[User]) -> None:
    made = o.estimate({people[0]: RANDOM})
    rates = estimates.read(made.fields["usable"])
    assert rates.of(people[0].pk) == o.even(3, RANDOM)
    made.refresh_from_db()
    assert estimates.read(made.fields["usable"]) == rates


def test_estimates_reach_the_next_answer(people: list[User], few: None) -> None:
    """From votes to rates to the probability that a conclusion is stored with."""
    judged(people, 20)
    o.adaptive()
    made = at_once()
    claim = scenes.claim()
    for person in people[:2]:
        scenes.say(person, claim)
    state, value, probability = o.said(claim)
    rates = estimates.read(made.fields["usable"])
    one, two = (rates.of(person.pk) for person in people[:2])
    weights = [m * a[0] * b[0] for m, a, b in zip(rates.marginals, one, two, strict=True)]
    assert (state, value, probability) == ("settled", "accept", round(weights[0] / sum(weights), 6))
