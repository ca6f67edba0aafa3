import pytest
from django.test import Client
from django.urls import reverse

from curation.views.releases import next_version
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db
URL = "/releases/"


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def text_of() -> str:
    return " ".join(signed_in(Role.RELEASE_MANAGER).get(reverse("releases")).content.decode().split())


@pytest.mark.parametrize("role", [Role.RELEASE_MANAGER, Role.ADMIN, Role.AUDITOR])
def test_releases_are_read_by_those_who_make_and_watch_them(role: Role) -> None:
    assert signed_in(role).get(URL).status_code == 200


@pytest.mark.parametrize("roles", [(), (Role.REVIEWER,), (Role.ADJUDICATOR,)])
def test_releases_are_closed_to_others(roles: tuple[Role, ...]) -> None:
    assert signed_in(*roles).get(URL).status_code == 403


def test_releases_ask_strangers_to_sign_in() -> None:
    assert Client().get(URL)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", [Role.RELEASE_MANAGER, Role.AUDITOR])
def test_releases_change_nothing(role: Role) -> None:
    assert signed_in(role).post(URL).status_code in (403, 405)


def test_releases_without_an_accepted_face_say_what_comes_next() -> None:
    text = text_of()
    assert "No face is accepted yet" in text
    assert "No release is frozen yet" in text
    assert "export_mtf" not in text


def test_releases_with_everything_held_back_say_why() -> None:
    r.accepted(factories.identity("Ada Marlow"), crop=factories.digest("x"), proof="unproved")
    text = text_of()
    assert "the licence is not proved" in text
    assert "(Ada Marlow)" in text
    assert "Every accepted face is held back" in text


def test_releases_offer_to_freeze_what_is_ready() -> None:
    r.accepted(factories.identity(), crop=factories.digest("x"), labels={"race": "1", "gender": "0"})
    text = text_of()
    assert 'name="version" value="1.0.0"' in text
    assert "Look first" in text
    assert 'gender <span class="muted">cannot tell' in text
    assert 'age <span class="muted">not answered yet' in text


def test_releases_show_what_is_frozen_and_the_next_version() -> None:
    r.few_people()
    release = r.frozen()
    text = text_of()
    assert release.digest in text
    assert 'href="/releases/1.0.0/"' in text
    assert 'name="version" value="1.1.0"' in text


def test_next_version_is_the_next_minor_one() -> None:
    assert next_version("1.9.3") == "1.10.0"
