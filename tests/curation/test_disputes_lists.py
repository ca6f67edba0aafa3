import pytest
from django.contrib.auth.models import User
from django.test import Client

from curation import waiting_lists
from curation.disputes import Listing
from curation.models import Claim, Slot
from curation.quarantine import add_slot
from curation.templatetags import report_figures
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import MAKE, dispute, dispute_of, disputed_attributes, flagged, quarantined, skipped

pytestmark = pytest.mark.django_db
LIST = "/disputes/"


@pytest.mark.parametrize("listing", Listing.values)
def test_an_empty_list_says_what_it_is_for(client: Client, senior: User, listing: str) -> None:
    response = client.get(LIST, {"list": listing})
    assert response.status_code == 200
    assert b'class="empty"' in response.content
    assert b"<table" not in response.content


@pytest.mark.parametrize("listing", Listing.values)
def test_list_holds_its_own_kind_only(client: Client, senior: User, listing: str) -> None:
    for make in MAKE.values():
        make()
    response = client.get(LIST, {"list": listing})
    assert len(response.context["rows"]) == 1
    counts = {tab["name"]: tab["count"] for tab in response.context["tabs"]}
    assert counts == dict.fromkeys(Listing.values, 1) | {"contradictions": 0, "unclear": 0}


def test_list_opens_with_the_first_that_waits(client: Client, senior: User) -> None:
    skipped()
    assert client.get(LIST).context["listing"] == "skipped"
    quarantined()
    assert client.get(LIST).context["listing"] == "quarantined"
    assert client.get(LIST, {"list": "nonsense"}).context["listing"] == "quarantined"


def test_rows_show_votes_in_a_line(client: Client, senior: User) -> None:
    dispute("Ada Marlow"), disputed_attributes(), flagged("see the caption")
    page = client.get(LIST, {"list": "usable"}).content.decode()
    assert "Ada Marlow" in page
    assert "1 accepted · 1 rejected: too small or blurred" in page
    assert client.get(LIST, {"list": "attributes"}).context["rows"][0].votes == "1 Black / 1 White"
    assert "see the caption" in client.get(LIST, {"list": "flags"}).content.decode()


def test_of_what_still_waits_the_list_does_not_tell_the_votes(client: Client, senior: User) -> None:
    claim = skipped()
    scenes.say(factories.reviewer(), claim, "reject", reason="too_small")
    page = client.get(LIST, {"list": "skipped"})
    assert page.context["rows"][0].votes == "1 answer"
    assert "too small" not in page.content.decode()


def asked_thrice(claim: Claim) -> Claim:
    """Three reviewers, three answers."""
    add_slot(Slot.objects.filter(claim=claim).order_by("id")[0])
    for answer in ("accept", "reject", "cannot_tell"):
        scenes.say(factories.reviewer(), claim, answer)
    return claim


def test_the_closest_vote_comes_first_and_then_the_oldest(client: Client, senior: User) -> None:
    old, new, close = dispute(), dispute(), asked_thrice(scenes.claim())
    listed = [row.claim for row in client.get(LIST, {"list": "usable"}).context["rows"]]
    assert listed == [close, old, new]
    page = client.get(dispute_of(old), {"list": "usable"})
    assert (page.context["earlier"], page.context["later"]) == ((close.pk, "usable"), (new.pk, "usable"))
    last = client.get(dispute_of(new), {"list": "usable"})
    assert last.context["later"] == (close.pk, "usable"), "round the end it begins anew"


@pytest.mark.parametrize("listing", Listing.values)
def test_the_way_through_a_list_goes_there_and_back(client: Client, senior: User, listing: str) -> None:
    for _ in range(3):
        MAKE[listing]()
    question = "attributes" if listing == "attributes" else "usable"
    first, second, third = (row.claim.pk for row in client.get(LIST, {"list": listing}).context["rows"])
    ways = [client.get(f"/disputes/{pk}/{question}/", {"list": listing}).context for pk in (first, second, third)]
    assert [way["later"][0] for way in ways] == [second, third, first]
    assert [way["earlier"] and way["earlier"][0] for way in ways] == [None, first, second]


def test_counting_stops_at_a_thousand(client: Client, senior: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_lists, "CAP", 1)
    monkeypatch.setattr(report_figures, "CAP", 1)
    for _ in range(3):
        skipped()
    assert "1+</span>" in client.get(LIST).content.decode()


def test_second_page_holds_the_rest(client: Client, senior: User) -> None:
    for _ in range(26):
        skipped()
    assert len(client.get(LIST, {"list": "skipped", "page": "2"}).context["rows"]) == 1
