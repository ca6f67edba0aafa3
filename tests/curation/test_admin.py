from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from curation.models import Policy
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

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


def draft(client: Client) -> dict[str, Any]:
    """What the form for a new policy holds."""
    form = client.get("/admin/curation/policy/add/").context["adminform"].form
    return {name: form[name].value() for name in form.fields if name != "activated_at"}


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


@pytest.mark.parametrize("name", sorted({*LISTS} - {"curation/policy"}))
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


def test_a_new_policy_begins_as_a_copy_of_the_one_in_force(client: Client, root: User) -> None:
    known = current_policy()
    response = client.post("/admin/curation/policy/add/", draft(client) | {"votes_usable": 3})
    assert response.status_code == 302, response.context["errors"]
    made = Policy.objects.get(version=known.version + 1)
    assert (made.votes_usable, made.reasons, made.fields) == (3, known.reasons, known.fields)
    assert (made.blind_fields, current_policy()) == (known.blind_fields, known), "it is not in force yet"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reasons", '[{"code": "wrong_person", "key": "1", "label": "wrong"}]', "must stay"),
        ("reasons", '[{"code": "other"}]', "exactly: code, key, label"),
        ("reasons", '"text"', "must be a list"),
        ("reasons", f'[{{"code": "{"x" * 31}", "key": "1", "label": "long"}}]', "1 to 30 characters"),
        ("fields", '[{"code": "race", "label": "Race", "classes": [{"code": 0, "label": "none"}]}]', "0 is"),
        (
            "fields",
            '[{"code": "race", "label": "Race", "classes": [{"code": 1, "label": "one"}]}]',
            "race, gender and age",
        ),
    ],
)
def test_a_policy_that_the_screens_cannot_show_is_refused(
    client: Client, root: User, field: str, value: str, says: str
) -> None:
    response = client.post("/admin/curation/policy/add/", draft(client) | {field: value})
    assert says in str(response.context["adminform"].form.errors)
    assert Policy.objects.count() == 1


def test_a_policy_in_force_is_read_only(client: Client, root: User) -> None:
    known = current_policy()
    url = f"/admin/curation/policy/{known.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"votes_usable": 9}).status_code == 403
    assert client.post(f"/admin/curation/policy/{known.pk}/delete/", {"post": "yes"}).status_code == 403
    known.refresh_from_db()
    assert known.votes_usable == 2
