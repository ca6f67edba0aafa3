"""The grid in a real browser: only the wrong ones are marked, all are committed together and taken back together."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django import Settings

from curation.models import Annotation, Skip
from tests import factories
from tests.e2e.test_review_screen import SYNC, visible_claims

SignIn = Callable[[User], Page]


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.GRID_DWELL, settings.GRID_DWELL_TILE = 0.3, 0.0


def open_grid(page: Page) -> Page:
    page.goto("/review/grid/")
    ready(page)
    return page


def ready(page: Page) -> None:
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    expect(page.locator("[data-slot=commit]")).to_have_attribute("aria-disabled", "false")


def saved(page: Page) -> None:
    """All answers are there, and no look for the next grid runs into the next test's empty tables."""
    expect(page.locator("[data-slot=saving]")).to_have_text("✓ saved", timeout=20_000)
    page.wait_for_load_state("networkidle")


def claims_on(page: Page) -> list[int]:
    return [int(number) for number in page.locator(".tile").evaluate_all("all => all.map((t) => t.dataset.claim)")]


def sign(page: Page, place: int) -> str:
    return page.locator(".tile .sign").nth(place).inner_text()


def verdicts(claims: list[int]) -> list[tuple[str, str]]:
    rows = {row.claim_id: (row.verdict, row.reason) for row in Annotation.objects.filter(mode="grid")}
    return [rows[claim] for claim in claims if claim in rows]


def test_marks_commit_undo_and_the_next_grid(sign_in: SignIn) -> None:
    visible_claims(6), visible_claims(6, factories.identity("Bo Lindqvist"))
    page = open_grid(sign_in(factories.reviewer()))
    first = claims_on(page)
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("u")
    page.locator(".tile .face").nth(4).click()
    page.locator(".tile .face").nth(5).click()
    page.keyboard.press("x")  # the second press takes it off
    assert [sign(page, n) for n in range(6)] == [
        "✗ wrong person", "✗ occluded", "– left out", "! under age or unsafe", "✗ wrong person", "✓",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_have_count(0)
    ready(page)
    second = claims_on(page)
    saved(page)
    assert verdicts(first) == [
        ("reject", "wrong_person"), ("reject", "occluded"), ("quarantine", "under_age"),
        ("reject", "wrong_person"), ("accept", ""),
    ]  # fmt: skip
    assert Skip.objects.get().claim_id == first[2]
    page.keyboard.press("x")
    page.keyboard.press("z")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_be_visible()
    saved(page)
    assert claims_on(page) == first
    assert sign(page, 1) == "✗ occluded"
    assert Annotation.objects.filter(verdict="withdrawn").count() == 5
    assert not Skip.objects.exists()
    ready(page)
    page.keyboard.press("Enter")
    expect(page.locator(f".tile[data-claim='{second[0]}']")).to_be_visible()
    assert claims_on(page) == second
    assert sign(page, 0) == "✗ wrong person"  # what was on the screen before the undo
    saved(page)
    assert Annotation.objects.filter(superseded_by=None).exclude(verdict="withdrawn").count() == 5


def test_two_grids_are_taken_back_one_after_the_other_also_after_a_reload(sign_in: SignIn) -> None:
    visible_claims(6), visible_claims(6, factories.identity("Bo Lindqvist"))
    page = open_grid(sign_in(factories.reviewer()))
    first = claims_on(page)
    page.keyboard.press("Enter")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_have_count(0)
    ready(page)
    second = claims_on(page)
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    expect(page.locator("[data-slot=empty-title]")).to_have_text("You have answered all there is")
    saved(page)
    page.reload()
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    for expected in (second, first):
        page.keyboard.press("z")
        expect(page.locator(f".tile[data-claim='{expected[0]}']")).to_be_visible()
        assert claims_on(page) == expected
    saved(page)
    assert Annotation.objects.filter(verdict="withdrawn").count() == 12


# A disk that answers once `release` is called, or gives up after three seconds.
SLOW_DISK = """
const open = IDBFactory.prototype.open;
const released = new Promise((resolve) => { window.release = resolve; });
IDBFactory.prototype.open = function (...name) {
  const request = open.apply(this, name);
  const set = (told) => request.addEventListener('success', (event) => released.then(() => told(event)));
  return Object.defineProperty(request, 'onsuccess', { set });
};
"""


def test_a_grid_taken_back_before_the_page_has_read_its_disk_stays(sign_in: SignIn) -> None:
    visible_claims(6), visible_claims(6, factories.identity("Bo Lindqvist"))
    page = open_grid(sign_in(factories.reviewer()))
    first = claims_on(page)
    page.keyboard.press("Enter")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_have_count(0)
    ready(page)
    saved(page)
    page.add_init_script(SLOW_DISK)
    page.reload()
    page.keyboard.press("z")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_be_visible()
    page.evaluate("release()")
    saved(page)
    assert claims_on(page) == first
    assert Annotation.objects.filter(verdict="withdrawn").count() == 6


def test_enter_waits_until_all_can_have_been_looked_at(sign_in: SignIn, settings: Settings) -> None:
    settings.GRID_DWELL = 2.0
    visible_claims(6)
    page = sign_in(factories.reviewer())
    page.goto("/review/grid/")
    expect(page.locator(".tile .face").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_have_text("A moment more: look at each of them")
    assert page.locator(".tile").count() == 6
    ready(page)
    expect(page.locator("[data-slot=dwell-said]")).to_have_text("Ready to commit")
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    saved(page)
    row = Annotation.objects.first()
    assert row
    assert (row.decided_at - row.shown_at).total_seconds() >= 2


def test_a_commit_outlives_a_dead_server_and_a_closed_tab(sign_in: SignIn) -> None:
    visible_claims(6), visible_claims(6, factories.identity("Bo Lindqvist"))
    page = open_grid(sign_in(factories.reviewer()))
    first = claims_on(page)
    browser: BrowserContext = page.context

    def dead(route: Route) -> None:
        route.abort()

    browser.route(SYNC, dead)
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=saving]")).to_contain_text("6 waiting")
    ready(page)  # the next grid was there before
    assert not set(claims_on(page)) & set(first)
    browser.set_offline(True)  # nor does the last word of a page that is closed come through
    page.close()
    browser.set_offline(False)
    assert not Annotation.objects.exists()
    browser.unroute(SYNC)
    again = open_grid(browser.new_page())
    saved(again)
    assert not set(claims_on(again)) & set(first)
    assert verdicts(first) == [("reject", "wrong_person"), *[("accept", "")] * 5]


def test_the_menu_holds_every_answer_and_other_asks_for_words(sign_in: SignIn) -> None:
    visible_claims(6)
    page = open_grid(sign_in(factories.reviewer()))
    first = claims_on(page)
    page.locator(".tile").nth(1).click(button="right")
    page.locator("[data-mark='reject:too_small']").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    page.keyboard.press("9")
    page.locator("#reason-text").fill("a wax figure")
    page.keyboard.press("Enter")
    expect(page.locator(".tile").nth(2)).to_have_attribute("data-tone", "reject")
    page.keyboard.press("c")
    expect(page.locator("#dialog-photo")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    saved(page)
    assert verdicts(first[1:3]) == [("reject", "too_small"), ("reject", "other")]
    assert Annotation.objects.get(claim=first[2]).note == "a wax figure"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_with_24_faces_and_axe_is_content(sign_in: SignIn, scheme: str) -> None:
    visible_claims(24)
    page = sign_in(factories.reviewer())
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_grid(page)
    assert page.locator(".tile").count() == 24
    for key in ("x", "ArrowRight", " ", "ArrowRight", "u", "ArrowRight", "0"):
        page.keyboard.press(key)
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [720, 1280]
    cut = "[...document.querySelectorAll('.side, .stage')].filter((box) => box.scrollHeight > box.clientHeight).length"
    assert page.evaluate(cut) == 0
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 820, "height": 1180})
    expect(page.locator(".tile").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 820
    saved(page)
