"""What people set for themselves, and what of them nobody else ever sees."""

import pytest
from django.conf import settings as site
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation.models import Demographics, Profile
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db
PAGE = {"first_name": "Zoë", "last_name": "Okafor", "email": "z@example.net", "theme": "dark", "language": "en",
        "show_pace": "on"}  # fmt: skip


@pytest.fixture
def zoe() -> User:
    return factories.user(Role.REVIEWER, username="zoe")


@pytest.fixture
def mine(client: Client, zoe: User) -> Client:
    client.force_login(zoe)
    return client


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_profile_is_saved(mine: Client, zoe: User) -> None:
    assert "is saved" in mine.post("/profile/", PAGE, follow=True).content.decode()
    zoe.refresh_from_db()
    profile = zoe.profile
    assert (zoe.first_name, zoe.last_name, zoe.email) == ("Zoë", "Okafor", "z@example.net")
    assert (profile.theme, profile.show_pace, profile.suggest_breaks) == ("dark", True, False)


@pytest.mark.parametrize("wrong", [{"email": "nowhere"}, {"theme": "pink"}, {"language": "tlh"}])
def test_bad_input_changes_nothing_and_stays_in_the_form(mine: Client, zoe: User, wrong: dict[str, str]) -> None:
    page = mine.post("/profile/", PAGE | wrong)
    assert page.status_code == 400
    assert 'value="Okafor"' in page.content.decode()
    zoe.refresh_from_db()
    assert (zoe.last_name, zoe.profile.theme) == ("", "system")


def test_a_strangers_form_is_refused(zoe: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(zoe)
    assert client.post("/profile/", PAGE).status_code == 403
    assert client.post("/profile/about/", {"age": "60+"}).status_code == 403
    assert Client().get("/profile/").status_code == 302


def test_other_methods_are_refused(mine: Client) -> None:
    assert mine.put("/profile/").status_code == mine.put("/profile/about/").status_code == 405


# ---- Colours


def test_the_chosen_colours_are_on_every_page_without_asking_the_database(
    mine: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert "data-theme" not in text(mine, "/password/")
    mine.post("/profile/", PAGE)
    with django_assert_num_queries(1):  # who it is
        page = text(mine, "/password/")
    assert '<html lang="en" data-theme="dark">' in page
    assert '<meta name="color-scheme" content="dark">' in page
    mine.post("/profile/", PAGE | {"theme": "system"})
    assert "data-theme" not in text(mine, "/password/")


def test_signing_in_elsewhere_brings_the_colours_along(zoe: User) -> None:
    Profile.objects.create(user=zoe, theme="light")
    other = Client()
    other.cookies["theme"] = "dark"  # somebody else sat here before
    other.post("/login/", {"username": "zoe", "password": "a-long-password"})
    assert 'data-theme="light"' in text(other, "/")
    bo = factories.reviewer()
    other.post("/logout/")
    other.post("/login/", {"username": bo.username, "password": "a-long-password"})
    assert "data-theme" not in text(other, "/")


def test_a_made_up_cookie_is_no_attribute(mine: Client) -> None:
    mine.cookies["theme"] = 'x" onload="alert(1)'
    assert "data-theme" not in text(mine, "/")


# ---- Language


def test_the_chosen_language_is_spoken_from_then_on(mine: Client) -> None:
    assert "de" in dict(site.LANGUAGES)
    saved = mine.post("/profile/", PAGE | {"language": "de"}, follow=True)
    assert "Das Profil ist gespeichert." in saved.content.decode()
    for url, words in (("/profile/", "Wie Sie gern arbeiten"), ("/review/", "Überprüfung"), ("/password/", "Abmelden")):
        page = text(mine, url)
        assert '<html lang="de"' in page
        assert words in page, url
    assert "Anmelden" in Client(headers={"accept-language": "de"}).get("/login/").content.decode()
    mine.post("/profile/", PAGE)
    assert '<html lang="en"' in text(mine, "/profile/")


# ---- About oneself


def test_what_one_says_is_saved_changed_and_deleted(mine: Client, zoe: User) -> None:
    mine.post("/profile/about/", {"gender": "own", "race": "3", "age": "30-39", "region": "africa"})
    said = Demographics.objects.get(user=zoe)
    assert (said.gender, said.race, said.age, said.region) == ("own", "3", "30-39", "africa")
    assert '<option value="africa" selected' in text(mine, "/profile/about/")
    mine.post("/profile/about/", {"age": "not_said"})
    assert Demographics.objects.values_list("gender", "race", "age", "region").get() == ("", "", "not_said", "")
    mine.post("/profile/about/", {"do": "delete"})
    assert not Demographics.objects.exists()
    assert "Delete what I said" not in text(mine, "/profile/about/")


def test_what_is_not_on_the_list_is_not_kept(mine: Client) -> None:
    assert mine.post("/profile/about/", {"race": "elf"}).status_code == 400
    assert not Demographics.objects.exists()


def test_nobody_else_sees_what_one_said(mine: Client, zoe: User) -> None:
    """Not a superuser either: Django's admin does not know of it, and no page of people shows it."""
    scenes.say(zoe, scenes.claim())
    mine.post("/profile/about/", {"race": "3", "age": "60+", "region": "oceania"})
    root = User.objects.create_superuser("root", password="a-long-password")
    mighty = Client()
    mighty.force_login(root)
    assert Demographics not in django_admin.site._registry
    assert mighty.get("/admin/curation/demographics/").status_code == 404
    for url in (f"/people/{zoe.pk}/", "/people/", f"/admin/auth/user/{zoe.pk}/change/"):
        page = text(mighty, url)
        assert "Oceania" not in page
        assert "oceania" not in page
    told = text(mighty, "/people/annotators/")
    assert "withheld<sup>*</sup>" in told
    assert "* Fewer than 5, or withheld together with such a count" in told
    assert '<td class="n">1</td>' not in told
