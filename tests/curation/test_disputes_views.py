import uuid
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation import waiting_lists
from curation.disputes import Listing
from curation.models import Annotation, Claim, DisputeView, Flag, Quarantine, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import overlap_scenes, scenes
from tests.curation.disputes_scenes import MAKE, dispute, dispute_of, disputed_attributes, flagged, quarantined
from tests.curation.scenes import consensus, say, state, waits

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


# ---- Deciding


def test_the_next_is_the_one_that_the_page_had(client: Client, senior: User) -> None:
    first, middle, last = dispute(), dispute(), dispute()
    url, said = dispute_of(middle, "dispute-decide"), {"answer": "accept", "list": "usable"}
    page = client.get(dispute_of(middle), {"list": "usable"}).content.decode()
    assert f'name="next" value="{last.pk}:usable"' in page
    response = client.post(url, said | {"next": f"{last.pk}:usable"})
    assert response["Location"] == dispute_of(last) + "?list=usable"
    for stale in (f"{middle.pk}:usable", "x:usable", f"{last.pk}:race", "9" * 30 + ":usable", ""):
        response = client.post(dispute_of(last, "dispute-return"), said | {"next": stale})
        assert response["Location"].startswith(("/disputes/",)), stale
    assert response["Location"] in (dispute_of(first) + "?list=usable", dispute_of(last))


def test_unclear_guideline_is_noted_with_words(client: Client, senior: User) -> None:
    claim = dispute()
    url = dispute_of(claim, "dispute-decide")
    bad = client.post(url, {"answer": "accept", "unclear": "on"})
    assert bad.status_code == 400
    assert bad.context["form"].errors["note"]
    assert 'name="unclear" data-key="o" checked' in bad.content.decode(), "the tick stays"
    client.post(url, {"answer": "accept", "unclear": "on", "note": "are sunglasses an occlusion?"})
    assert Annotation.objects.get(mode="adjudication").guideline_unclear
    again = client.get(dispute_of(claim)).content.decode()
    assert 'name="unclear" data-key="o" checked' in again


def test_a_decision_before_a_new_round_is_not_the_one_in_force(client: Client, senior: User) -> None:
    claim = dispute()
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "accept"})
    like = Slot.objects.filter(claim=claim).order_by("id")[0]
    Slot.objects.create(claim=claim, identity=claim.identity, question="usable", number=1, round=1, block=like.block,
                        shuffle=like.shuffle)  # fmt: skip
    assert client.get(dispute_of(claim)).context["dispute"].decision is None


@pytest.mark.parametrize(
    ("answer", "after"),
    [("accept", "accepted"), ("reject:too_small", "rejected"), ("cannot_tell", "rejected")],
)
def test_decide_settles_with_the_note(client: Client, senior: User, answer: str, after: str) -> None:
    claim = dispute()
    client.post(dispute_of(claim, "dispute-decide"), {"answer": answer, "note": "the same scar"})
    decision = Annotation.objects.get(mode="adjudication")
    assert (state(claim), decision.note, decision.reviewer) == (after, "the same scar", senior)


def test_decide_goes_straight_to_the_next_and_then_to_the_list(client: Client, senior: User) -> None:
    first, own, last = dispute(), scenes.claim(), dispute()
    say(senior, own), say(factories.reviewer(), own, "reject")
    response = client.post(dispute_of(first, "dispute-decide"), {"answer": "accept", "list": "usable"})
    assert response["Location"] == dispute_of(last) + "?list=usable", "not to the one they voted on"
    response = client.post(dispute_of(last, "dispute-decide"), {"answer": "accept", "list": "usable"}, follow=True)
    assert response.redirect_chain[-1][0] == "/disputes/?list=usable"
    assert dispute_of(last) in " ".join(map(str, response.context["messages"])), "a way to decide it anew"


@pytest.mark.parametrize("listing", Listing.values)
def test_the_next_of_every_list_is_found(client: Client, senior: User, listing: str) -> None:
    for _ in range(2):
        MAKE[listing]()
    first, second = (row.claim for row in client.get(LIST, {"list": listing}).context["rows"])
    question = "attributes" if listing == "attributes" else "usable"
    page = client.get(dispute_of(first, question=question), {"list": listing})
    assert page.context["later"] == (second.pk, question)


def test_decide_relabels_by_the_typed_name(client: Client, senior: User) -> None:
    claim, other = dispute(), factories.identity("Bo Lindqvist")
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "relabel", "identity": "Bo Lindqvist"})
    assert Claim.objects.get(face=claim.face, identity=other).state == "accepted"


def test_people_of_one_name_are_told_apart(client: Client, senior: User) -> None:
    claim, wanted = dispute(), factories.identity("Bo Lindqvist")
    factories.identity("Bo Lindqvist")
    url = dispute_of(claim, "dispute-decide")
    assert client.post(url, {"answer": "relabel", "identity": "Bo Lindqvist"}).status_code == 400
    client.post(url, {"answer": "relabel", "identity": f"Bo Lindqvist ({wanted.slug})"})
    assert Claim.objects.get(face=claim.face, state="accepted").identity == wanted


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": "quarantine"},
        {"answer": "reject"},
        {"answer": "reject:no_such_reason"},
        {"answer": "reject:other"},
        {"answer": "relabel"},
        {"answer": "relabel", "identity": "Nobody Known"},
        {"answer": "relabel", "identity": "Ada Marlow"},
        {"answer": "relabel", "identity": "Prue Proposed"},
        {"answer": "accept", "note": "x" * 2001},
        {"answer": "accept", "earlier": "not-a-uuid"},
    ],
)
def test_bad_decisions_come_back_with_what_is_wrong(client: Client, senior: User, data: dict[str, str]) -> None:
    claim = dispute("Ada Marlow")
    factories.identity("Prue Proposed", state="proposed")
    response = client.post(dispute_of(claim, "dispute-decide"), data)
    assert response.status_code == 400
    assert response.context["form"].errors
    assert state(claim) == "disputed"


def test_decide_attributes(client: Client, senior: User) -> None:
    claim = disputed_attributes()
    url = dispute_of(claim, "dispute-decide", "attributes")
    for bad in ({}, {"race": "7"}, {"gender": "1"}):
        assert client.post(url, bad).status_code == 400
    client.post(url, {"race": "0"})
    assert consensus(claim, "race") == ("settled", "0", "adjudication")
    assert consensus(claim, "gender") == ("settled", "1", "majority")


def test_a_flagged_face_without_dispute_takes_any_one_field(client: Client, senior: User) -> None:
    claim = scenes.accepted()
    url = dispute_of(claim, "dispute-decide", "attributes")
    assert client.post(url, {}).status_code == 400
    client.post(url, {"age": "2"})
    assert consensus(claim, "age") == ("settled", "2", "adjudication")


def test_deciding_anew_starts_from_the_decision_in_force(client: Client, senior: User) -> None:
    claim = dispute()
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "reject:too_small", "note": "soft"})
    first = Annotation.objects.get(mode="adjudication")
    page = client.get(dispute_of(claim))
    assert (page.context["form"]["answer"].value(), page.context["form"]["note"].value()) == (
        "reject:too_small",
        "soft",
    )
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "accept", "earlier": str(first.pk)})
    assert state(claim) == "accepted"
    decided = client.get(LIST, {"list": "decided"}).context["decided"]
    assert [row["decision"].verdict for row in decided] == ["accept"]


def test_nobody_overrules_a_decision_they_have_not_seen(client: Client, senior: User) -> None:
    claim = dispute()
    for answer in ("accept", "reject:too_small"):  # the page was open twice
        response = client.post(dispute_of(claim, "dispute-decide"), {"answer": answer}, follow=True)
    assert "Another decision was made" in response.content.decode()
    assert state(claim) == "accepted"


def test_one_more_vote_is_asked_once(client: Client, senior: User) -> None:
    claim = dispute()
    assert "One more vote" in client.get(dispute_of(claim)).content.decode()
    for _ in range(2):
        response = client.post(dispute_of(claim, "dispute-return"), follow=True)
    assert (state(claim), waits(claim)) == ("open", 1)
    assert "A vote is asked for already" in response.content.decode()
    assert "One more vote" not in client.get(dispute_of(claim)).content.decode()


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
