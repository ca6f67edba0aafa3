"""Grid answers that cannot go out, or that the server will not have, are kept, shown, and decided about."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from curation.models import Annotation
from ingest.models import Identity
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_grid_screen import claims_on, open_grid, ready, saved, verdicts
from tests.e2e.test_review_screen import SYNC, visible_claims

SignIn = Callable[[User], Page]


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0


@pytest.fixture
def page(sign_in: SignIn) -> Iterator[Page]:
    visible_claims(6)
    with answered(sign_in(factories.reviewer())) as page:
        yield page


def entries_of(route: Route) -> list[dict[str, Any]]:
    body = route.request.post_data or ""
    sent: dict[str, Any] = json.loads(body.split('name="payload"')[1].split("\r\n\r\n")[1].split("\r\n")[0])
    entries: list[dict[str, Any]] = sent["entries"]
    return entries


def poisoned(route: Route) -> None:
    refused = any(entry.get("reason") == "occluded" for entry in entries_of(route))
    route.fulfill(status=400, json={"error": "no"}) if refused else route.continue_()


def refuse_one(page: Page) -> int:
    """Commits six faces of which the server will not have the second; says which claim that is."""
    open_grid(page)
    page.route(SYNC, poisoned)
    bad = claims_on(page)[1]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=parked]")).to_have_text("1 answer needs you")
    saved(page)
    assert bad not in Annotation.objects.values_list("claim", flat=True)
    assert Annotation.objects.filter(verdict="accept").count() == 5
    page.unroute(SYNC)
    return bad


def test_a_refused_answer_is_shown_and_sent_again_also_after_a_reload(page: Page) -> None:
    bad = refuse_one(page)
    page.reload()
    page.locator("[data-slot=parked]").click()
    expect(page.locator("#dialog-parked li")).to_contain_text("occluded")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("[data-slot=parked]")).to_be_hidden()
    saved(page)
    assert verdicts([bad]) == [("reject", "occluded")]


def test_a_refused_answer_is_given_anew(page: Page) -> None:
    bad = refuse_one(page)
    page.reload()
    page.locator("[data-slot=parked]").click()
    page.get_by_role("button", name="Answer it anew").click()
    ready(page)
    assert claims_on(page) == [bad]
    assert page.locator(".tile .sign").inner_text() == "✗ occluded"
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    saved(page)
    assert verdicts([bad]) == [("accept", "")]
    page.keyboard.press("z")  # the face by itself, then the five that were saved with it
    ready(page)
    assert claims_on(page) == [bad]
    page.keyboard.press("z")
    expect(page.locator(".tile")).to_have_count(5)
    saved(page)
    assert Annotation.objects.filter(verdict="withdrawn").count() == 6


def test_a_discarded_answers_face_may_come_again_and_undo_gives_a_refused_one_up(page: Page) -> None:
    bad = refuse_one(page)
    page.keyboard.press("z")
    expect(page.locator("[data-slot=parked]")).to_be_hidden()
    ready(page)
    saved(page)
    assert bad in claims_on(page)
    assert Annotation.objects.filter(verdict="withdrawn").count() == 5
    page.route(SYNC, poisoned)
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=parked]")).to_be_visible()
    saved(page)
    page.locator("[data-slot=parked]").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("[data-slot=parked]")).to_be_hidden()
    page.goto("/review/")
    expect(page.locator("input[name=claim]")).to_have_value(str(bad))
    saved(page)


def test_a_banner_tells_of_many_that_wait_and_of_a_browser_that_keeps_nothing(page: Page) -> None:
    visible_claims(18, Identity.objects.get())
    open_grid(page)
    page.route(SYNC, lambda route: route.abort())
    page.keyboard.press("Enter")
    banner = page.locator("[data-slot=banner]")
    expect(banner).to_contain_text("24 answers wait in this browser")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    page.unroute(SYNC)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    expect(banner).to_be_hidden()
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    visible_claims(6, factories.identity("Bo Lindqvist"))
    open_grid(page)
    page.route(SYNC, lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(banner).to_contain_text("let them go out before you close this tab")
    page.unroute(SYNC)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)


def test_more_than_are_counted_wait_on_the_grid_too(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.progress.MOST", 4)
    first = page.request.get("/review/grid/").text()
    assert "4+ waiting" in first
    open_grid(page)
    saved(page)
    expect(page.locator("[data-slot=waiting]")).to_have_text("4+ waiting")
    assert "4+ waiting" in page.request.get("/review/").text()
