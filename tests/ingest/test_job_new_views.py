"""The order of a new crawl job: what it keeps, what it starts, and what it says beside what is wrong."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from ingest.forms import FORMS, SearchJobForm
from ingest.models import CrawlJob, Identity
from ingest.sources import SOURCES
from ingest.sources.bing import BingSource
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import urls_csv

pytestmark = pytest.mark.django_db


class OtherSource(BingSource):
    name, label, heeds_robots = "other", "Other archive", False


@pytest.fixture(autouse=True)
def two_sources(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    settings.SOURCE_URLS = settings.SOURCE_URLS | {"other": "https://other.example.org"}
    monkeypatch.setitem(SOURCES, "other", OtherSource())
    monkeypatch.setitem(FORMS, "other", SearchJobForm)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.user(Role.ADMIN))
    return client


@pytest.fixture
def people() -> list[Identity]:
    return [factories.identity(name) for name in ("Ada", "Bo", "Chidi")]


def send(admin: Client, do: str, **data: Any) -> Any:
    return admin.post("/jobs/new/", {"source": "bing", "limit": "10", "do": do} | data)


def test_other_pages_may_choose_identities_and_sources(admin: Client, people: list[Identity]) -> None:
    chosen = "&".join(f"identity={who}" for who in (people[0].pk, people[2].pk, "x", 999999))
    page = admin.get(f"/jobs/new/?{chosen}&source=other")
    assert page.context["picker"].chips == [people[0], people[2]]
    assert [card.source.name for card in page.context["cards"] if card.is_chosen] == ["other"]
    assert page.context["estimate"].hits == 200


def test_looking_starts_nothing_and_keeps_what_was_chosen(admin: Client, people: list[Identity]) -> None:
    ada, bo, _ = people
    page = send(admin, "look", q="bo", identities_wanted=[ada.pk], source=["bing", "other"], allow_unproved="on")
    assert (page.status_code, CrawlJob.objects.exists()) == (200, False)
    picker = page.context["picker"]
    assert (picker.found, picker.chips, picker.hidden) == ([bo], [ada], [ada])
    text = page.content.decode()
    assert f'name="identities_wanted" id="who-{ada.pk}" value="{ada.pk}" checked' in text
    assert page.context["estimate"].hits == 20
    assert page.context["form"]["allow_unproved"].value()
    assert "errorlist" not in text


def test_looking_at_nonsense_is_no_error(admin: Client, people: list[Identity]) -> None:
    page = send(admin, "look", limit="many", identities_wanted=["x", "-1"])
    assert page.status_code == 200
    assert page.context["estimate"].hits == 0
    assert 'value="many"' in page.content.decode()


def test_identities_are_offered_a_dozen_at_a_time(admin: Client) -> None:
    for number in range(15):
        factories.identity(f"Person {number:02}", aliases=["The Fourteenth"] if number == 14 else [])
    picker = admin.get("/jobs/new/").context["picker"]
    assert (len(picker.found), picker.more) == (12, 3)
    found = send(admin, "look", q="fourteenth").context["picker"].found
    assert [identity.name for identity in found] == ["Person 14"]


def test_each_chosen_source_becomes_a_job(admin: Client, people: list[Identity]) -> None:
    page = send(admin, "start", source=["bing", "other"], identities_wanted=[people[0].pk])
    assert page.headers["Location"] == "/jobs/"
    assert sorted(CrawlJob.objects.values_list("source", "is_trial")) == [("bing", False), ("other", False)]


def test_a_trial_starts_small_and_its_page_starts_the_whole(admin: Client, people: list[Identity]) -> None:
    page = send(admin, "try", source=["bing", "other"], identities_wanted=[one.pk for one in people])
    first, second = CrawlJob.objects.order_by("pk")
    assert page.headers["Location"] == f"/jobs/{first.pk}/"
    text = admin.get(f"/jobs/{first.pk}/").content.decode()
    assert "The whole job: 3 identities, 2 sources, at most 10 pictures each." in text
    assert f'<a id="trial-{second.pk}" href="/jobs/{second.pk}/">job {second.pk}</a>' in text
    again = admin.get(f"/jobs/new/?trial={first.pk}").context
    assert (again["picker"].chips, again["limit"]) == (people, 10)
    assert admin.post(f"/jobs/{first.pk}/whole/").status_code == 302
    whole = CrawlJob.objects.filter(is_trial=False)
    assert [job.identities.count() for job in whole] == [3, 3]
    assert "started already" in admin.post(f"/jobs/{second.pk}/whole/", follow=True).content.decode()
    assert "/whole/" not in admin.get(f"/jobs/{first.pk}/").content.decode()


@pytest.mark.parametrize("trial", ["999999", "x", ""])
def test_choices_of_no_trial_are_not_found(admin: Client, people: list[Identity], trial: str) -> None:
    job = factories.job(people)
    assert admin.get(f"/jobs/new/?trial={trial or job.pk}").status_code == 404


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "identities_wanted", "Choose at least one identity"),
        ({"all_approved": "on", "limit": "0"}, "limit", "greater than or equal to 1"),
        ({"all_approved": "on", "source": []}, "source", "Choose at least one source"),
        ({"all_approved": "on", "source": ["bing", "other"]}, "source", "Bing image search: MTF_CONTACT is not set"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    admin: Client, people: list[Identity], settings: Settings, data: dict[str, Any], field: str, words: str
) -> None:
    if "MTF_CONTACT" in words:
        settings.INGEST_CONTACT = ""
    page = send(admin, "start", **data)
    assert (page.status_code, CrawlJob.objects.exists()) == (400, False)
    assert words in str(page.context["form"].errors[field])
    assert words in page.content.decode()


def test_a_source_that_cannot_be_asked_is_shown_with_the_reason(
    admin: Client, people: list[Identity], settings: Settings
) -> None:
    settings.INGEST_CONTACT = ""
    settings.INGEST_ALLOWED_HOSTS = frozenset({"other.example.org:443"})
    cards = {card.source.name: card for card in admin.get("/jobs/new/").context["cards"]}
    assert "MTF_CONTACT" in cards["bing"].why_not
    assert (cards["other"].why_not, cards["other"].is_chosen) == ("", True)


def test_a_list_of_urls_stays_where_it_can_be_mended(admin: Client, people: list[Identity]) -> None:
    bad = urls_csv(("Nobody", "https://x.example.org/1.jpg"))
    page = send(admin, "start", source="urls", csv=SimpleUploadedFile("list.csv", bad.encode()))
    assert page.status_code == 400
    assert "Not among the approved identities: Nobody" in str(page.context["form"].errors["csv"])
    assert page.context["form"]["pasted"].value() == bad
    assert "Choose a file" in send(admin, "start", source="urls").content.decode()
    mended = send(admin, "start", source="urls", pasted=bad.replace("Nobody", "Ada"))
    job = CrawlJob.objects.get()
    assert (mended.headers["Location"], list(job.identities.all())) == (f"/jobs/{job.pk}/", people[:1])
