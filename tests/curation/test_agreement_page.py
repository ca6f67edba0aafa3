import pytest
from django.test import Client
from django.urls import reverse

from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db
URL = "/agreement/"


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def text_of(role: Role = Role.ADMIN) -> str:
    return signed_in(role).get(reverse("agreement")).content.decode()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ADJUDICATOR, Role.AUDITOR])
def test_agreement_is_read_by_those_above_reviewers(role: Role) -> None:
    assert signed_in(role).get(URL).status_code == 200


@pytest.mark.parametrize("roles", [(), (Role.REVIEWER,), (Role.RELEASE_MANAGER,)])
def test_agreement_is_closed_to_others(roles: tuple[Role, ...]) -> None:
    assert signed_in(*roles).get(URL).status_code == 403


def test_agreement_asks_strangers_to_sign_in() -> None:
    assert Client().get(URL)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_agreement_changes_nothing(role: Role) -> None:
    assert signed_in(role).post(URL).status_code in (403, 405)


def test_agreement_without_common_faces_says_what_comes_next() -> None:
    r.vote(r.claim(factories.identity()), factories.reviewer())
    text = text_of()
    assert "two reviewers or more" in text
    assert "<table" not in text


def test_agreement_names_each_pair_with_its_figures() -> None:
    zoe, adam = factories.user(username="zoe"), factories.user(username="adam")
    identity = factories.identity()
    for number in range(31):
        claim = r.claim(identity)
        r.vote(claim, zoe, 1)
        r.vote(claim, adam, 2, verdict="cannot_tell" if number < 3 else "accept")
    text = " ".join(text_of().split())
    assert 'adam <span class="muted">and</span> zoe' in text
    assert "90.3 %" in text
    assert 'class="thin"' not in text
    assert "No face has two answers" in text  # the attributes


def test_agreement_on_few_faces_is_greyed_with_a_note() -> None:
    claim = r.claim(factories.identity())
    for number, person in enumerate(factories.reviewers(2), 1):
        r.vote(claim, person, number)
    text = text_of()
    assert 'class="thin"' in text
    assert "fewer than 30 faces" in text
    assert "not estimable: both gave one and the same label" in text
