"""A crawl job in the browser: ordered, tried, started, paused, taken up again, cancelled. The steps run here."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from demo import site as demo_site
from ingest.models import Candidate, CrawlJob
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import drain

SignIn = Callable[[User], Page]


@pytest.fixture
def web(settings: Settings) -> Iterator[None]:
    with demo_site.running() as running:
        settings.INGEST_ALLOWED_HOSTS = frozenset({f"127.0.0.1:{running.port}"})
        settings.SOURCE_URLS = settings.SOURCE_URLS | {"bing": running.address}
        yield


def test_a_job_is_tried_started_paused_taken_up_again_and_cancelled(web: None, sign_in: SignIn) -> None:
    for name in ("Ada Marlow", "Bo Lindqvarn", "Chidi Ozumbara"):
        factories.identity(name)
    page = sign_in(factories.user(Role.ADMIN))
    _choose(page)
    _is_accessible(page)
    page.get_by_role("button", name="Try 5 pictures first").click()
    page.wait_for_url("**/jobs/*/")
    trial = CrawlJob.objects.get()
    page.locator("#change-choices").focus()
    drain(trial)
    expect(page.locator(".tried li")).to_have_count(trial.candidates.count())  # the page follows by itself
    expect(page.locator(".tried img").first).to_be_visible()
    expect(page.locator("#job-told")).to_contain_text("Done")
    expect(page.locator("#change-choices")).to_be_focused()
    _is_accessible(page)

    page.get_by_role("button", name="Start the whole job").click()
    expect(page.locator("h1")).to_contain_text("2 identities")
    job = CrawlJob.objects.get(is_trial=False)
    _pause_and_resume(page, job)
    _cancel(page, job)
    page.get_by_role("link", name="Crawl jobs").first.click()
    expect(page.locator("table.jobs tbody tr")).to_have_count(2)
    _is_accessible(page)


def _choose(page: Page) -> None:
    """Two of three, found by typing; the estimate follows, the focus stays, and what was chosen is kept."""
    page.goto("/jobs/new/")
    for words, name in (("chid", "Chidi Ozumbara"), ("ada", "Ada Marlow")):
        page.fill("#id_q", words)
        expect(page.locator("#found label")).to_have_count(1)
        expect(page.locator("#id_q")).to_be_focused()
        page.get_by_label(name).check()
        expect(page.get_by_label(name)).to_be_focused()
    expect(page.locator("#chosen")).to_contain_text("2 chosen")
    page.fill("#id_limit", "7")
    expect(page.locator("#estimate")).to_contain_text("2 identities × 1 source × 7")
    assert not CrawlJob.objects.exists()


def _pause_and_resume(page: Page, job: CrawlJob) -> None:
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#job-head")).to_contain_text("paused")
    drain(job)
    assert not Candidate.objects.filter(job=job).exists()  # nobody was asked
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#job-head")).to_contain_text("running")
    expect(page.locator("#job-history")).to_contain_text("resumed")


def _cancel(page: Page, job: CrawlJob) -> None:
    page.get_by_role("link", name="Cancel").click()
    _is_accessible(page)
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator("#job-head")).to_contain_text("cancelled")
    expect(page.locator("#job-history")).to_contain_text("cancelled by")
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_the_order_works_without_scripts(web: None, sign_in: SignIn) -> None:
    for number in range(20):
        factories.identity(f"Person {number:02}")
    signed_in = sign_in(factories.user(Role.ADMIN))
    browser = signed_in.context.browser
    assert browser is not None
    context = browser.new_context(
        java_script_enabled=False,
        base_url=signed_in.url,
        storage_state=signed_in.context.storage_state(),
    )
    page = context.new_page()
    page.goto("/jobs/new/")
    page.get_by_label("Person 03").check()
    page.fill("#id_q", "person 17")
    page.keyboard.press("Enter")
    page.get_by_label("Person 17").check()
    page.fill("#id_limit", "3")
    page.get_by_role("button", name="Start the job").click()
    page.wait_for_url("**/jobs/*/")
    job = CrawlJob.objects.get()
    assert sorted(job.identities.values_list("name", flat=True)) == ["Person 03", "Person 17"]
    assert job.parameters == {"limit": 3}
    context.close()


def _is_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
