"""Who may see disputes, and the page of one."""

import uuid
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation import waiting_lists
from curation.models import Annotation, DisputeView, Flag, Quarantine, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import overlap_scenes, scenes
from tests.curation.disputes_scenes import dispute, dispute_of, disputed_attributes, flagged, quarantined
from tests.curation.scenes import say, state

pytestmark = pytest.mark.django_db
LIST = "/disputes/"


# ---- Who may


def addresses() -> list[tuple[str, str]]:
    """Every door with the method it takes."""
    claim, alarm, flag = dispute(), quarantined(), flagged()
    return [
        ("get", LIST),
        ("get", dispute_of(claim)),
        ("post", dispute_of(claim, "dispute-decide")),
        ("post", dispute_of(claim, "dispute-return")),
        ("post", reverse("quarantine-decide", args=[alarm.pk])),
        ("post", reverse("flag-resolve", args=[flag.pk])),
    ]


def test_reviewers_and_the_rest_are_refused(client: Client) -> None:
    doors = addresses()
    client.force_login(factories.user(Role.REVIEWER, Role.ADMIN, Role.RELEASE_MANAGER))
    assert {getattr(client, method)(url).status_code for method, url in doors} == {403}
    assert waiting_lists.counts()["flags"] == 1
    assert not Annotation.objects.filter(mode="adjudication").exists()


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    for method, url in addresses():
        response = getattr(client, method)(url)
        assert (response.status_code, urlsplit(response["Location"]).path) == (302, "/login/"), url


def test_the_wrong_method_is_refused(client: Client, senior: User) -> None:
    other = {"get": "post", "post": "get"}
    for method, url in addresses():
        assert getattr(client, other[method])(url).status_code == 405, url


def test_auditors_read_without_forms_and_change_nothing(client: Client) -> None:
    doors = addresses()
    client.force_login(factories.user(Role.AUDITOR))
    for method, url in doors:
        response = getattr(client, method)(url)
        assert response.status_code == (200 if method == "get" else 403), url
        assert b"data-decision" not in response.content
    alarm = Quarantine.objects.get()
    assert b"data-decision" not in client.get(dispute_of(alarm.claim)).content
    assert b"close the flag" not in client.get(dispute_of(Flag.objects.get().claim)).content


@pytest.mark.parametrize("question", ["usable", "attributes"])
def test_what_does_not_exist_is_404(client: Client, senior: User, question: str) -> None:
    assert client.get(f"/disputes/4711/{question}/").status_code == 404
    assert client.post(reverse("quarantine-decide", args=[4711])).status_code == 404
    assert client.post(reverse("flag-resolve", args=[uuid.uuid4()])).status_code == 404


def test_a_question_that_was_not_asked_is_404(client: Client, senior: User) -> None:
    assert client.get(dispute_of(dispute(), question="attributes")).status_code == 404


# ---- The page of one dispute


def test_names_are_hidden_until_asked(client: Client, senior: User) -> None:
    claim = dispute()
    names = [a.reviewer.get_username() for a in Annotation.objects.all()]
    hidden = client.get(dispute_of(claim)).content.decode()
    assert "Reviewer 1" in hidden
    assert "soft all over" in hidden
    assert not any(name in hidden for name in names)
    shown = client.get(dispute_of(claim), {"names": "1"}).content.decode()
    assert all(name in shown for name in names)


def test_a_voter_sees_the_dispute_but_no_form(client: Client, senior: User) -> None:
    claim = scenes.claim()
    say(senior, claim)
    say(factories.reviewer(), claim, "reject")
    page = client.get(dispute_of(claim)).content.decode()
    assert "another adjudicator must decide" in page
    assert "data-decision" not in page
    assert client.post(dispute_of(claim, "dispute-decide"), {"answer": "accept"}).status_code == 403
    assert client.post(dispute_of(claim, "dispute-return")).status_code == 403
    assert state(claim) == "disputed"


def test_attributes_page_asks_the_disputed_field_only(client: Client, senior: User) -> None:
    claim = disputed_attributes()
    page = client.get(dispute_of(claim, question="attributes")).content.decode()
    assert 'name="race"' in page
    assert 'name="gender"' not in page
    assert "2 of 2 agree" in page


def test_shares_tell_how_the_counted_votes_are_parted(client: Client, senior: User) -> None:
    claim = dispute()
    scenes.say(factories.reviewer(), claim)  # late: all slots are answered
    page = client.get(dispute_of(claim))
    ((_title, shared),) = page.context["dispute"].shares
    assert [(one.answer, one.votes, one.of) for one in shared] == [
        ("accepted", 1, 2), ("rejected: too small or blurred", 1, 2),
    ]  # fmt: skip
    assert "50.0 %" in page.content.decode()
    fields = client.get(dispute_of(disputed_attributes(), question="attributes")).context["dispute"].shares
    assert [(title, [one.answer for one in shared]) for title, shared in fields] == [
        ("Perceived race", ["Black", "White"])
    ]


def test_who_opened_the_votes_is_remembered_once(client: Client, senior: User) -> None:
    claim = dispute()
    for _ in range(2):
        client.get(dispute_of(claim))
    view = DisputeView.objects.get()
    assert (view.adjudicator, view.claim, view.question) == (senior, claim, "usable")


def test_a_lease_goes_back_when_its_holder_opens_the_votes(client: Client, senior: User) -> None:
    flag = flagged()
    scenes.lease(senior)
    client.get(dispute_of(flag.claim))
    assert not Slot.objects.filter(claim=flag.claim, reviewer=senior).exists()


def test_an_auditor_leaves_no_trace(client: Client) -> None:
    claim = dispute()
    client.force_login(factories.user(Role.AUDITOR))
    assert client.get(dispute_of(claim)).status_code == 200
    assert not DisputeView.objects.exists()


def test_probabilities_stand_beside_the_votes_where_they_were_weighed(client: Client, senior: User) -> None:
    overlap_scenes.adaptive(fewest=2, most=2)
    one, two = factories.reviewers(2)
    overlap_scenes.estimate({one: 0.95, two: 0.6})
    claim = scenes.claim()
    say(one, claim), say(two, claim, "reject")
    client.force_login(senior)
    page = client.get(dispute_of(claim))
    [(title, said)] = page.context["dispute"].weighed
    assert (title, said[0][0], sum(share for _, share in said)) == ("", "accepted", pytest.approx(1, abs=0.02))
    assert said[0][1] > 0.8
    assert "weighed by the reviewers’ error rates" in page.content.decode()
