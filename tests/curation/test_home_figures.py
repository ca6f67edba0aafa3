from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from curation import home_figures, slow_figures
from curation.home_figures import Wanted, active_people, answers_by_hour, lacking, wanted
from curation.models import Annotation, Claim, Figure, Slot
from curation.policies import current_policy
from curation.tasks import count_figures
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute
from tests.curation.scenes import say

pytestmark = pytest.mark.django_db


def backdate(answer: object, **ago: int) -> None:
    """Answers are append-only: past the trigger, for a test."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        then = timezone.now() - timedelta(**ago)
        cursor.execute("UPDATE curation_annotation SET received_at = %s WHERE id = %s", [then, str(answer)])
        cursor.execute("SET LOCAL session_replication_role = origin")


def backdate_all(claim: Claim, **ago: int) -> None:
    """All answers to a claim."""
    for answer in claim.annotations.values_list("pk", flat=True):
        backdate(answer, **ago)


# ---- Answers


def test_answers_are_counted_by_the_hour_of_their_arrival() -> None:
    claim, person = scenes.claim(), factories.reviewer()
    backdate(say(person, claim)[1], hours=3)
    say(factories.reviewer(), claim)
    by_hour = answers_by_hour(timezone.now() - timedelta(hours=24))
    hours = [(timezone.localtime(timezone.now()) - hour) // timedelta(hours=1) for hour in by_hour]
    assert hours == [3, 0]
    assert list(by_hour.values()) == [1, 1]


def test_undoing_deciding_and_carrying_are_no_answers() -> None:
    claim, other = scenes.claim(), factories.identity()
    one, two = factories.reviewers(2)
    scenes.undo(one, say(one, claim)[1])
    say(one, claim, "relabel", identity=other), say(two, claim, "relabel", identity=other)
    assert Annotation.objects.filter(carried_from__isnull=False).exists()
    assert sum(answers_by_hour(timezone.now() - timedelta(hours=24)).values()) == 3


def test_older_answers_are_left_out() -> None:
    backdate(say(factories.reviewer(), scenes.claim())[1], hours=25)
    assert answers_by_hour(timezone.now() - timedelta(hours=24)) == {}


# ---- People


def test_active_is_who_holds_leases_or_answered_just_now() -> None:
    scenes.claims(2)
    holds, answers, was, never = (factories.user(Role.REVIEWER, username=name) for name in ("h", "a", "w", "n"))
    say(answers, scenes.claim())
    backdate(say(was, scenes.claim())[1], minutes=16)
    scenes.lease(holds, want=2)
    found = {one.person: (one.leases, one.answered_at is not None) for one in active_people(timezone.now())}
    assert found == {answers: (0, True), holds: (2, False)}
    Slot.objects.filter(reviewer=holds).update(leased_until=timezone.now() - timedelta(hours=1))
    assert [one.person for one in active_people(timezone.now())] == [answers]
    assert never not in found


# ---- Identities that lack faces


def test_lacking_names_those_with_the_fewest_accepted_faces() -> None:
    none, one, enough = (factories.identity(name) for name in ("Zoe", "Bo", "Cy"))
    factories.identity("Retired", state="retired")
    scenes.accepted(one), scenes.claim(none)
    for _ in range(3):
        scenes.accepted(enough)
    found = lacking()
    assert (found.count, found.without) == (2, 1)
    assert found.examples == [(none.pk, "Zoe", 0), (one.pk, "Bo", 1)]


def test_nobody_is_lacking_where_there_is_nobody() -> None:
    assert (lacking().count, lacking().examples) == (0, [])


# ---- What is still wanted


def test_wanted_are_the_waiting_slots_and_attributes_to_come() -> None:
    scenes.claims(4)
    assert wanted({"open": 4}, current_policy()) == Wanted(8, 0, False)
    found = wanted({"open": 4, "disputed": 2, "accepted": 3, "rejected": 1}, current_policy())
    assert (found.now, found.later, found.about, found.total) == (8, 9, True, 17)


def test_of_very_many_the_planners_estimate_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes.claims(4)
    monkeypatch.setattr(home_figures, "COUNTED", 3)
    monkeypatch.setattr(home_figures, "rows_of", lambda _relation: 70)
    assert wanted({"open": 4}, current_policy()) == Wanted(70, 0, True)


# ---- Slow figures


def test_a_small_installation_is_counted_at_once() -> None:
    scenes.accepted()
    claims = slow_figures.figures("claims")["claims"]
    assert claims == slow_figures.Slow({"accepted": 1}, None)
    assert not Figure.objects.exists()


def test_a_large_one_is_told_as_a_worker_counted_it_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_figures, "SMALL", -2)
    assert slow_figures.figures("claims") == {"claims": None}
    scenes.accepted()
    call_command("count_figures", stdout=StringIO())
    scenes.accepted()
    known = slow_figures.figures("claims", "release")
    assert known["claims"]
    assert known["claims"].value == {"accepted": 1}
    assert known["claims"].counted_at is not None
    assert known["release"]
    assert known["release"].value == {"ready": 1, "held_back": {}}
    slow_figures.count()
    again = slow_figures.figures("claims")["claims"]
    assert again
    assert again.value == {"accepted": 2}


def test_a_worker_counts_all_of_them() -> None:
    count_figures()
    assert set(Figure.objects.values_list("name", flat=True)) == set(slow_figures.COUNTS)


def test_since_when_the_oldest_dispute_waits_is_counted() -> None:
    first, _second = dispute(), dispute()
    oldest = slow_figures.figures("oldest")["oldest"]
    assert oldest
    assert oldest.value == {"usable": first.consensus.get().updated_at.isoformat()}


def test_what_is_held_back_is_counted_by_reason() -> None:
    claim = scenes.accepted()
    claim.photo.candidates.update(proof="unproved")
    scenes.accepted()
    release = slow_figures.figures("release")["release"]
    assert release
    assert release.value == {"ready": 1, "held_back": {"licence_unproved": 1}}


def test_the_planner_knows_a_table_or_does_not() -> None:
    assert home_figures.rows_of("no_such_table") == -1
    Claim.objects.count()
    assert home_figures.rows_of("curation_claim") >= -1
