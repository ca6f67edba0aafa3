"""The guideline with its pictures lies beside the faces wherever somebody judges one."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation.models import GuidelinePicture
from ingest import store
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, scenes
from tests.curation.disputes_scenes import dispute, dispute_of
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import jpeg, visible_claims

SignIn = Callable[[User], Page]


@pytest.fixture
def page(sign_in: SignIn) -> Iterator[Page]:
    sha256 = store.put("guidelines", jpeg((400, 400), 7))
    drafted = policy_scenes.draft()
    GuidelinePicture.objects.create(policy=drafted, sha256=sha256, kind="bad", caption="the eyes are covered")
    policy_scenes.put_in_force(drafted)
    with answered(sign_in(factories.user(Role.ADJUDICATOR, Role.REVIEWER))) as page:
        yield page


def opens_beside(page: Page, key: str = "g") -> None:
    """By its key, with the pictures; a key of the page works while it is open; Esc closes it."""
    drawer = page.locator("#guideline")
    expect(drawer).to_be_hidden()
    page.keyboard.press(key)
    expect(drawer).to_be_focused()
    expect(drawer.locator("figcaption")).to_contain_text("the eyes are covered")
    assert drawer.locator("img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def closes_by_escape(page: Page) -> None:
    page.locator("#guideline").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#guideline")).to_be_hidden()


def test_beside_a_grid_which_makes_room(page: Page, settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0
    visible_claims(12)
    page.goto("/review/grid/")
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    opens_beside(page)
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    left = page.locator("#guideline").evaluate("(drawer) => drawer.getBoundingClientRect().left")
    inside = f"(all) => all.every((tile) => tile.getBoundingClientRect().right <= {left})"
    page.wait_for_function(f"({inside})([...document.querySelectorAll('.tile')])")
    page.keyboard.press("x")
    expect(page.locator(".tile").first).to_have_attribute("data-tone", "reject")
    closes_by_escape(page)
    expect(page.locator(".tile .face").first).to_be_focused()


def test_beside_a_face_of_the_practice_and_what_is_known_of_it(page: Page, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 3
    for claim in visible_claims(3):
        for person in factories.reviewers(2):
            scenes.say(person, claim)
    page.goto("/review/practice/")
    expect(page.locator("[data-ready] .keys")).to_be_visible()
    opens_beside(page)
    page.keyboard.press("4")
    page.wait_for_url("**/review/practice/?seen=*")
    expect(page.locator("[data-ready] .verdict")).to_be_visible()
    expect(page.locator("#guideline figcaption")).to_be_visible()  # still open
    closes_by_escape(page)
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.locator("[data-ready] .keys")).to_be_visible()
        page.keyboard.press("a")
        expect(page.locator("[data-ready] .verdict")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_be_visible()
    page.keyboard.press("g")
    expect(page.locator(".whole figcaption")).to_contain_text("the eyes are covered")
    assert Axe().run(page).response["violations"] == []


def test_beside_a_dispute(page: Page) -> None:
    page.goto(dispute_of(dispute()))
    opens_beside(page)
    page.keyboard.press("x")
    expect(page.locator("[value='reject:wrong_person']")).to_be_checked()
    expect(page.locator("#guideline")).to_be_visible()
    closes_by_escape(page)
