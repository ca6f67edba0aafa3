"""Deciding on the page of a dispute, and what comes next."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from curation.disputes import Listing
from curation.models import Annotation, Claim, Slot
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import MAKE, dispute, dispute_of, disputed_attributes
from tests.curation.scenes import consensus, say, state, waits

pytestmark = pytest.mark.django_db
LIST = "/disputes/"


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
