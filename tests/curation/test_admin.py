import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, scenes

pytestmark = pytest.mark.django_db
LISTS = (
    *("curation/claim", "curation/annotation", "curation/release", "curation/policy"),
    *("ingest/identity", "ingest/crawljob", "ingest/candidate", "ingest/photo", "ingest/face"),
)


@pytest.fixture
def root(client: Client) -> User:
    """Signed in."""
    person = User.objects.create_superuser("root", "root@example.org", "a-long-password")
    client.force_login(person)
    return person


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_and_do_not_ask_row_by_row(
    client: Client, root: User, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    scenes.accepted()
    client.get(f"/admin/{name}/")
    with CaptureQueriesContext(connection) as few:
        assert client.get(f"/admin/{name}/", {"q": ""}).status_code == 200
    for _ in range(3):
        scenes.accepted()
    with django_assert_num_queries(len(few)):
        client.get(f"/admin/{name}/", {"q": ""})


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_added_here(client: Client, root: User, name: str) -> None:
    assert client.get(f"/admin/{name}/add/").status_code == 403


def test_only_staff_enters(client: Client) -> None:
    client.force_login(factories.user(*Role))
    response = client.get("/admin/curation/claim/")
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_a_claim_is_read_and_not_changed(client: Client, root: User) -> None:
    claim = scenes.claim()
    url = f"/admin/curation/claim/{claim.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"state": "accepted"}).status_code == 403
    assert scenes.state(claim) == "open"


def test_a_policy_is_read_and_not_changed(client: Client, root: User) -> None:
    known = current_policy()
    draft = policy_scenes.draft()
    for policy in (known, draft):
        url = f"/admin/curation/policy/{policy.pk}/change/"
        assert client.get(url).status_code == 200
        assert client.post(url, {"votes_usable": 9}).status_code == 403
        assert client.post(f"/admin/curation/policy/{policy.pk}/delete/", {"post": "yes"}).status_code == 403
        policy.refresh_from_db()
        assert policy.votes_usable == 2
