import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, rows, scenes
from tests.many import copy, scene
from tests.query_counts import ROWS

pytestmark = pytest.mark.django_db
LISTS = {
    "curation/claim": 4, "curation/annotation": 4, "curation/release": 4, "curation/policy": 4,
    "ingest/identity": 4, "ingest/crawljob": 5, "ingest/candidate": 5, "ingest/photo": 5, "ingest/face": 4,
}  # fmt: skip


@pytest.fixture
def root(client: Client) -> User:
    """Signed in."""
    person = User.objects.create_superuser("root", "root@example.org", "a-long-password")
    client.force_login(person)
    return person


def shown() -> None:
    """One more of everything that a list shows."""
    scenes.accepted()
    rows.released()
    rows.versions()


@pytest.mark.parametrize(("name", "queries"), LISTS.items())
def test_lists_open_and_do_not_ask_row_by_row(
    client: Client, root: User, django_assert_num_queries: DjangoAssertNumQueries, name: str, queries: int
) -> None:
    current_policy()
    made = scene(shown)
    client.get(f"/admin/{name}/")
    for more in (0, ROWS - 1):
        copy(made, more)
        with django_assert_num_queries(queries):
            page = client.get(f"/admin/{name}/", {"q": ""})
        assert page.context["cl"].result_count > more


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
