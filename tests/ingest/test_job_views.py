"""The page of a crawl job, what can be done there, and the list of jobs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingest.jobs import cancel, finish_if_nothing_pends, pause
from ingest.models import Candidate, CrawlJob
from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

ACTIONS = ["pause", "resume", "retry", "cancel", "whole"]


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def job() -> CrawlJob:
    return factories.job([factories.identity("Ada")])


def waits(job: CrawlJob, state: str, **fields: Any) -> Candidate:
    return factories.candidate(
        job.identities.all()[0], factories.photo(), job=job, state=state, finished_at=None, **fields
    )


def buttons(page: Any) -> list[str]:
    text = page.content.decode()
    return [name for name in ACTIONS if f"/{name}/" in text]


@pytest.mark.parametrize("action", ACTIONS)
def test_only_an_admins_post_does_anything(admin: Client, job: CrawlJob, action: str) -> None:
    where = f"/jobs/{job.pk}/{action}/"
    for role in (Role.AUDITOR, Role.REVIEWER):
        assert signed_in(role).post(where).status_code == 403
    assert Client().post(where).headers["Location"].startswith("/login/")
    assert admin.get(where).status_code == (200 if action == "cancel" else 405)
    assert admin.post(f"/jobs/999999/{action}/").status_code == 404
    job.refresh_from_db()
    assert (job.state, job.events.count()) == ("running", 0)


def test_a_job_is_paused_and_goes_on_by_its_buttons(admin: Client, job: CrawlJob) -> None:
    page = admin.post(f"/jobs/{job.pk}/pause/", follow=True)
    job.refresh_from_db()
    assert job.state == "paused"
    assert "The job is paused" in page.content.decode()
    assert buttons(page) == ["resume", "cancel"]
    assert "is paused already" in admin.post(f"/jobs/{job.pk}/pause/", follow=True).content.decode()
    page = admin.post(f"/jobs/{job.pk}/resume/", follow=True)
    assert buttons(page) == ["pause", "cancel"]
    assert [event.kind for event in page.context["events"]] == ["paused", "resumed"]


def test_what_failed_is_tried_again_by_a_button_that_shows_only_then(admin: Client, job: CrawlJob) -> None:
    assert "retry" not in buttons(admin.get(f"/jobs/{job.pk}/"))
    waits(job, "failed", refusal="timeout")
    job.discoveries.update(state="done")
    finish_if_nothing_pends()
    assert buttons(admin.get(f"/jobs/{job.pk}/")) == ["retry"]
    page = admin.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "1 that had failed waits again." in page.content.decode()
    assert (page.context["job"].state, page.context["backlog"].detection) == ("running", 1)


def test_a_cancelled_job_has_no_buttons_left(admin: Client, job: CrawlJob) -> None:
    waits(job, "failed", refusal="timeout")
    cancel(job, by=job.started_by)
    assert buttons(admin.get(f"/jobs/{job.pk}/")) == []


def test_an_auditor_sees_the_history_and_no_buttons(job: CrawlJob) -> None:
    pause(job, by=job.started_by)
    page = signed_in(Role.AUDITOR).get(f"/jobs/{job.pk}/")
    assert buttons(page) == []
    assert f"<b>paused</b> by {job.started_by}" in page.content.decode()


def test_the_fragment_tells_aloud_only_what_is_new(admin: Client, job: CrawlJob) -> None:
    where = f"/jobs/{job.pk}/progress/"
    told = admin.get(where).context["told"]
    quiet = admin.get(where, {"told": told}).content.decode()
    assert 'hx-trigger="every 2s"' in quiet
    assert "job-told" not in quiet
    assert "job-head" not in quiet
    for _ in range(2):
        waits(job, "done")
    waits(job, "found")
    moved = admin.get(where, {"told": told}).content.decode()
    assert "Running: 2 of 3 pictures settled" in moved[moved.index("job-told") :]
    assert "job-head" not in moved
    pause(job, by=job.started_by)
    turned = admin.get(where, {"told": told}).content.decode()
    assert 'hx-trigger="every 10s"' in turned
    assert 'id="job-head" class="head" hx-swap-oob="true"' in turned
    assert "<b>paused</b>" in turned


def test_held_pictures_wait_for_a_person_and_do_not_keep_the_job_open(admin: Client, job: CrawlJob) -> None:
    waits(job, "held", refusal="licence_contradictory")
    job.discoveries.update(state="done")
    assert finish_if_nothing_pends()
    page = admin.get(f"/jobs/{job.pk}/")
    assert (page.context["progress"].tally.held, page.context["progress"].tally.pending) == (1, 0)
    text = " ".join(page.content.decode().split())
    assert "for a person:" in text
    assert "contradictory words about the licence" in text


def test_a_missing_worker_is_told_with_the_command(admin: Client, job: CrawlJob) -> None:
    waits(job, "found")
    long_ago = timezone.now() - timedelta(minutes=1)
    CrawlJob.objects.update(created_at=long_ago)
    Candidate.objects.update(created_at=long_ago)
    assert "celery -A mtf_site worker" in admin.get(f"/jobs/{job.pk}/").content.decode()
    Candidate.objects.update(claimed_until=timezone.now() + timedelta(seconds=100))
    job.discoveries.update(state="done")
    assert "celery" not in admin.get(f"/jobs/{job.pk}/").content.decode()


def test_a_trials_page_shows_each_picture_with_outcome_and_licence(admin: Client) -> None:
    ada, shown = factories.identity("Ada"), factories.photo()
    job = factories.job([ada], is_trial=True)
    factories.face(shown)
    factories.candidate(ada, shown, job=job)
    factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="licence_nd")
    risky = factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="no_face")
    Candidate.objects.filter(pk=risky.pk).update(page_url="javascript:alert(1)")
    text = admin.get(f"/jobs/{job.pk}/").content.decode()
    assert f"/photos/{shown.preview_sha256}.jpg" in text
    assert "1 face<" in text
    assert "licence forbids changes (ND)" in text
    assert "CC-BY-4.0 · proved" in text
    assert "javascript:" not in text


def test_the_list_shows_what_each_job_came_to(admin: Client) -> None:
    ada, shown = factories.identity(), factories.photo()
    job = factories.job([ada, factories.identity()], is_trial=True)
    job.discoveries.filter(identity=ada).update(state="failed", error="Bing answered 429.")
    factories.face(shown)
    factories.face(shown)
    factories.candidate(ada, shown, job=job)
    factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="no_face")
    waits(job, "failed", refusal="timeout")
    waits(job, "found")
    page = admin.get("/jobs/")
    row = page.context["rows"][0]
    tally = row["tally"]
    assert (tally.found, tally.settled, tally.refused, tally.failed, row["faces"]) == (4, 3, 1, 1, 2)
    text = page.content.decode()
    assert "source failed for 1 identity" in text
    assert '<span class="tag">trial</span>' in text


def test_the_list_is_filtered_by_state_and_source(admin: Client) -> None:
    one, two = factories.job(source="bing"), factories.job(source="urls")
    cancel(two, by=two.started_by)

    def shown(query: str) -> list[int]:
        return [row["job"].pk for row in admin.get(f"/jobs/?{query}").context["rows"]]

    assert shown("") == [two.pk, one.pk]
    assert shown("state=running") == [one.pk]
    assert shown("source=urls") == [two.pk]
    assert shown("state=running&source=urls") == []
    assert shown("state=nonsense") == []
    assert "No such crawl job" in admin.get("/jobs/?state=running&source=urls").content.decode()
