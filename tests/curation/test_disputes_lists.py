import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation.disputes import Listing
from tests.curation.disputes_scenes import MAKE, dispute, disputed_attributes, flagged, quarantined, skipped

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
    assert {tab["name"]: tab["count"] for tab in response.context["tabs"]} == dict.fromkeys(Listing.values, 1)


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("listing", Listing.values)
def test_list_asks_the_same_number_of_queries(
    client: Client, senior: User, django_assert_num_queries: DjangoAssertNumQueries, listing: str, count: int
) -> None:
    for _ in range(count):
        MAKE[listing]()
    client.get(LIST)
    with django_assert_num_queries(14):
        response = client.get(LIST, {"list": listing})
    assert len(response.context["rows"]) == min(count, 25)


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


def test_second_page_holds_the_rest(client: Client, senior: User) -> None:
    for _ in range(26):
        skipped()
    assert len(client.get(LIST, {"list": "skipped", "page": "2"}).context["rows"]) == 1
