import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation import quarantine
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute_of, flagged, quarantined
from tests.curation.scenes import say

pytestmark = pytest.mark.django_db
LIST = "/disputes/"


# ---- Alarms and flags


@pytest.mark.parametrize(("release", "decision"), [("1", "released"), ("0", "kept_out")])
def test_quarantine_is_decided(client: Client, senior: User, release: str, decision: str) -> None:
    alarm = quarantined()
    assert "Decide" in client.get(dispute_of(alarm.claim)).content.decode()
    client.post(reverse("quarantine-decide", args=[alarm.pk]), {"release": release, "note": "an adult, born 1961"})
    alarm.refresh_from_db()
    assert (alarm.decision, alarm.note, alarm.decided_by) == (decision, "an adult, born 1961", senior)
    listed = client.get(LIST, {"list": "decided"}).context["kept_out"]
    assert [row.pk for row in listed] == ([alarm.pk] if decision == "kept_out" else [])


@pytest.mark.parametrize(("first", "second"), [("0", "1"), ("1", "0")])
def test_nobody_overrules_an_alarms_decision_they_have_not_seen(
    client: Client, senior: User, first: str, second: str
) -> None:
    alarm = quarantined()
    url = reverse("quarantine-decide", args=[alarm.pk])
    client.post(url, {"release": first, "note": "the first", "seen": ""})
    decided = client.post(url, {"release": second, "note": "the second", "seen": ""}, follow=True)
    assert "Another decision was made" in decided.content.decode()
    alarm.refresh_from_db()
    assert (alarm.decision, alarm.note) == ("kept_out" if first == "0" else "released", "the first")


def test_what_was_kept_out_is_let_in_by_the_form(client: Client, senior: User) -> None:
    alarm = quarantined()
    client.post(reverse("quarantine-decide", args=[alarm.pk]), {"release": "0", "note": "a child"})
    assert '<input type="hidden" name="seen" value="kept_out">' in client.get(dispute_of(alarm.claim)).content.decode()
    client.post(reverse("quarantine-decide", args=[alarm.pk]), {"release": "1", "seen": "kept_out"})
    alarm.refresh_from_db()
    assert alarm.decision == "released"


@pytest.mark.parametrize("data", [{}, {"release": "perhaps"}, {"release": "0"}])
def test_a_bad_alarm_decision_comes_back(client: Client, senior: User, data: dict[str, str]) -> None:
    alarm = quarantined()
    response = client.post(reverse("quarantine-decide", args=[alarm.pk]), data)
    assert response.status_code == 400
    assert response.context["alarm_form"].errors
    alarm.refresh_from_db()
    assert alarm.decision == ""


def test_an_alarm_of_ones_own_is_for_another(client: Client, senior: User) -> None:
    claim = scenes.claim()
    say(senior, claim, "quarantine", reason="under_age")
    alarm = quarantine.open_quarantines().get()
    assert "another adjudicator must decide" in client.get(dispute_of(claim)).content.decode()
    assert client.post(reverse("quarantine-decide", args=[alarm.pk]), {"release": "1"}).status_code == 403
    alarm.refresh_from_db()
    assert alarm.decision == ""


def test_flag_is_answered_and_the_next_comes(client: Client, senior: User) -> None:
    first, second = flagged("the first"), flagged("the second")
    assert "the first" in client.get(dispute_of(first.claim)).content.decode()
    said = {"list": "flags", "answer": "it is the one with the scar"}
    response = client.post(reverse("flag-resolve", args=[first.pk]), said)
    assert response["Location"] == dispute_of(second.claim) + "?list=flags"
    first.refresh_from_db()
    assert (first.resolved_by, first.answer) == (senior, "it is the one with the scar")


def test_a_flag_without_an_answer_comes_back(client: Client, senior: User) -> None:
    flag = flagged()
    for answer in ("", "x" * 2001):
        response = client.post(reverse("flag-resolve", args=[flag.pk]), {"answer": answer})
        assert response.status_code == 400
        assert response.context["flags"][0][1].errors
        assert answer in response.content.decode(), "nothing typed is lost"
    flag.refresh_from_db()
    assert flag.resolved_at is None


def test_nobody_answers_a_flag_that_was_answered(client: Client, senior: User) -> None:
    flag = flagged()
    url = reverse("flag-resolve", args=[flag.pk])
    client.post(url, {"answer": "the first"})
    assert "Somebody else answered" in client.post(url, {"answer": "the second"}, follow=True).content.decode()
    flag.refresh_from_db()
    assert flag.answer == "the first"
