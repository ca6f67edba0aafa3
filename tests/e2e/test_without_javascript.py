"""Reviewing as plain forms: every answer, the way back, skipping, flags, and what an empty queue says."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as running
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from curation.models import Annotation, Flag, Skip
from tests import factories
from tests.curation import scenes
from tests.e2e.conftest import PATIENCE, SCREEN
from tests.e2e.test_review_screen import answers, claim_on, visible_claims

Opened = Callable[[User, str], Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opened]:
    """A page in a browser of their own that runs no script."""
    contexts: list[BrowserContext] = []

    def open_page(person: User, path: str) -> Page:
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live_server.url, viewport=SCREEN, java_script_enabled=False)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        cookie = client.cookies[running.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def answer(page: Page, value: str) -> int:
    """Presses the button that stands for this answer; says of which claim."""
    claim = claim_on(page)
    with page.expect_navigation():
        page.locator(f"button[name=answer][value='{value}']:visible").first.click()
    return claim


def test_a_face_is_answered_undone_skipped_and_flagged(opened: Opened) -> None:
    visible_claims(6)
    factories.identity("Bo Lindqvist")
    page = opened(factories.reviewer(), "/review/")
    expect(page.locator("[data-slot=crop] img")).to_be_visible()
    accepted, rejected = answer(page, "accept"), answer(page, "reject:occluded")
    page.fill("#id_identity_name", "Bo Lindqvist")
    relabelled = answer(page, "relabel")
    assert len({accepted, rejected, relabelled, claim_on(page)}) == 4
    answer(page, "undo")
    assert answers(relabelled) == [("relabel", ""), ("withdrawn", "")]
    page.locator("button[value^='undo:']").last.click()  # of the last ten, the one before
    page.wait_for_load_state()
    assert answers(accepted) == [("accept", ""), ("withdrawn", "")]
    page.fill("#id_note", "two people of this name")
    flagged = answer(page, "flag")
    expect(page.locator(".messages, .said").first).to_contain_text("Flagged; thank you")
    assert claim_on(page) == flagged
    skipped = answer(page, "skip")
    assert claim_on(page) != skipped
    assert (Flag.objects.get().claim_id, Flag.objects.get().comment) == (flagged, "two people of this name")
    assert Skip.objects.get().claim_id == skipped
    assert answers(rejected) == [("reject", "occluded")]


def test_attributes_are_answered_undone_skipped_and_flagged(opened: Opened) -> None:
    for claim in visible_claims(3):
        for someone in factories.reviewers(2):
            scenes.say(someone, claim)
    page = opened(factories.reviewer(), "/review/attributes/")
    for name, value in (("race", 3), ("gender", 1), ("age", 2)):
        page.locator(f"label.chip:has(input[name={name}][value='{value}'])").click()
    first = answer(page, "attributes")
    assert claim_on(page) != first
    answer(page, "undo")
    rows = Annotation.objects.filter(claim=first, question="attributes").order_by("received_at")
    assert list(rows.values_list("verdict", "race", "gender", "age")) == [
        ("attributes", 3, 1, 2),
        ("withdrawn", None, None, None),
    ]
    page.fill("#id_note", "painted")
    flagged = answer(page, "flag")
    assert Flag.objects.get().claim_id == flagged == claim_on(page)
    skipped = answer(page, "skip")
    assert Skip.objects.get().claim_id == skipped != claim_on(page)


def test_an_empty_queue_says_why_and_brings_skipped_faces_back(opened: Opened) -> None:
    (claim,) = visible_claims(1)
    page = opened(factories.reviewer(), "/review/")
    answer(page, "skip")
    nothing = page.locator("[data-slot=nothing]")
    expect(nothing).to_be_visible()
    expect(nothing).to_contain_text("skipped")
    nothing.locator("[data-slot=empty-post]").click()
    page.wait_for_url("**/review/")
    expect(page.locator("[data-slot=crop] img")).to_be_visible()
    assert answer(page, "accept") == claim.pk
    expect(page.locator("[data-slot=empty-title]")).to_have_text("You have answered all there is")
    nothing.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-slot=crop] img")).to_be_visible()
    assert answers(claim.pk) == [("accept", ""), ("withdrawn", "")]


def test_a_grid_is_answered_and_taken_back(opened: Opened, settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0
    claims = visible_claims(6)
    page = opened(factories.reviewer(), "/review/grid/")
    page.select_option(f"select[name='answer-{claims[0].pk}']", "reject:occluded")
    page.get_by_role("button", name="Commit 6 answers").click()
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    assert answers(claims[0].pk) == [("reject", "occluded")]
    assert Annotation.objects.filter(verdict="accept", mode="grid").count() == 5
    page.get_by_role("button", name="Take back the last grid").click()
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    assert Annotation.objects.filter(verdict="withdrawn").count() == 6
