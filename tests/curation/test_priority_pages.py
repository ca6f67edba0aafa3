"""How soon reviewers are asked: set on the pages of identities and crawl jobs."""

import pytest
from django.test import Client
from pytest_django import Settings

from curation.models import Slot
from curation.priorities import reprioritise
from ingest.models import CrawlJob, Identity, JobEvent
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.user(Role.ADMIN))
    return client


def queue() -> list[int]:
    waiting = Slot.objects.filter(waiting=True, number=1).order_by("priority", "block", "shuffle", "id")
    return list(waiting.values_list("claim", flat=True))


def test_an_identity_is_moved_up_and_its_history_says_so(admin: Client) -> None:
    ada = factories.identity("Ada")
    (mine,), (other,) = scenes.claims(1, ada), scenes.claims(1)
    answered = scenes.accepted()
    before = Slot.objects.filter(claim=answered, question="usable").values_list("priority", flat=True)[0]
    page = admin.post(
        f"/identities/{ada.pk}/edit/", {"basis": "elected", "aliases": "", "about": "", "priority": 2}, follow=True
    )
    assert "priority: normal → first" in page.content.decode()
    assert queue()[0] == mine.pk
    assert set(Slot.objects.filter(claim__in=[other, answered]).values_list("priority", flat=True)) == {before}
    assert "first" in admin.get("/identities/?priority=2").content.decode()
    assert next(row.identity for row in admin.get("/identities/?sort=priority").context["rows"]) == ada
    assert admin.get("/identities/?priority=7").status_code == 200


def test_a_priority_that_is_none_is_refused(admin: Client) -> None:
    ada = factories.identity("Ada")
    page = admin.post(f"/identities/{ada.pk}/edit/", {"basis": "elected", "priority": 7})
    assert page.status_code == 400
    assert Identity.objects.get(pk=ada.pk).priority == 0


def test_a_job_is_moved_on_its_page(admin: Client) -> None:
    late, soon = scenes.claims(1)[0], scenes.claims(1)[0]
    job = soon.photo.candidates.get().job
    url = f"/jobs/{job.pk}/priority/"
    page = admin.post(url, {"priority": 1}, follow=True).content.decode()
    assert "2 places in the queue moved" in page
    assert queue() == [soon.pk, late.pk]
    assert JobEvent.objects.get(job=job, kind="priority").note == "normal → sooner"
    admin.post(url, {"priority": 1})
    assert JobEvent.objects.filter(job=job, kind="priority").count() == 1
    admin.post(url, {"priority": "soon"})
    assert CrawlJob.objects.get(pk=job.pk).priority == 1
    assert admin.get(url).status_code == 405
    assert admin.post("/jobs/999999/priority/").status_code == 404


def test_nobody_else_moves_a_job() -> None:
    job = factories.job()
    for role in (Role.AUDITOR, Role.REVIEWER, Role.ADJUDICATOR):
        client = Client()
        client.force_login(factories.user(role))
        assert client.post(f"/jobs/{job.pk}/priority/", {"priority": 2}).status_code == 403
    assert Client().post(f"/jobs/{job.pk}/priority/", {"priority": 2}).status_code == 302
    assert CrawlJob.objects.get(pk=job.pk).priority == 0


def test_a_face_of_doubtful_quality_comes_after_its_equals() -> None:
    ada = factories.identity(priority=1)
    plain, small = scenes.claims(2, ada)
    type(small.face).objects.filter(pk=small.face_id).update(concerns=["small"])
    reprioritise(identity=ada.pk)
    assert queue() == [plain.pk, small.pk]


@pytest.mark.parametrize("do", ["start", "try"])
def test_the_wizard_takes_a_priority(admin: Client, settings: Settings, do: str) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    ada = factories.identity("Ada")
    order = {"source": "bing", "identities_wanted": ada.pk, "limit": 5, "priority": -1, "do": do}
    admin.post("/jobs/new/", order)
    assert CrawlJob.objects.get().priority == -1
