"""Practice in a real browser: one key an answer, feedback, on to the review."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as running
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from curation.models import Annotation, Claim, Flag, PracticeAnswer, Skip
from tests import factories
from tests.curation import practice_scenes, scenes
from tests.e2e.conftest import PATIENCE, SCREEN
from tests.e2e.test_review_screen import saved, visible_claims

SignIn = Callable[[User], Page]
TABLET = ViewportSize(width=820, height=1180)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_new_reviewer_practises_with_keys(sign_in: SignIn, settings: Settings, scheme: str) -> None:
    settings.PRACTICE_ITEMS = 10
    for claim in visible_claims(3):
        for person in factories.reviewers(2):
            scenes.say(person, claim)
    novice = factories.reviewer()
    page = sign_in(novice)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/review/")
    page.wait_for_url("**/review/practice/")
    expect(page.locator("[data-ready] .keys")).to_be_visible()
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.keyboard.press("4")
    expect(page.locator("[data-ready] .verdict")).to_contain_text("The others saw it differently")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [720, 1280]
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.locator("[data-ready] .keys")).to_be_visible()
        page.keyboard.press("c")
        expect(page.locator("#dialog-photo")).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.press("a")
        expect(page.locator("[data-ready] .verdict")).to_contain_text("As the others saw it")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_have_text("2 of 3 as the others saw it")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    saved(page)
    page.wait_for_load_state("networkidle")  # or its call for faces runs into the next test's empty tables
    assert PracticeAnswer.objects.filter(reviewer=novice).count() == 3
    assert not Annotation.objects.filter(reviewer=novice).exists()


@pytest.fixture
def perceived(settings: Settings) -> list[Claim]:
    """Faces that two reviewers saw alike: black, female, old."""
    settings.PRACTICE_ITEMS = 10
    claims = visible_claims(4)
    for claim in claims:
        practice_scenes.perceived(practice_scenes.agreed(claim))
    return claims


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("perceived")
def test_attributes_are_practised_with_the_keys_of_real_work(sign_in: SignIn, scheme: str) -> None:
    novice = factories.reviewer()
    page = sign_in(novice)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/review/attributes/")
    page.wait_for_url("**/review/practice/attributes/")
    expect(page.locator("[data-ready] .fields")).to_be_visible()
    clean(page)
    first = page.input_value("input[name=claim]")
    for key in ("4", "2", "z", "1"):  # one field back, as in earnest
        page.keyboard.press(key)
    expect(page.locator("[data-field=age]")).to_have_class("asked now")
    page.keyboard.press("2")
    expect(page.locator("[data-ready] .verdict")).to_contain_text("The others saw it differently")
    expect(page.locator(".told.differs")).to_have_count(1)
    expect(page.locator(".told.differs")).to_contain_text("Perceived race")
    expect(page.locator(".rule")).to_contain_text("what a careful stranger would perceive")
    clean(page)
    page.keyboard.press("3")  # nothing is asked here
    page.keyboard.press("z")
    expect(page.locator("[data-ready] [data-field=age]")).to_have_class("asked now")  # as it was but for the last field
    assert page.input_value("input[name=claim]") == first
    for key in ("z", "z", "3", "1", "2"):
        page.keyboard.press(key)
    expect(page.locator("[data-ready] .verdict")).to_contain_text("As the others saw it")
    page.keyboard.press("Enter")
    expect(page.locator("[data-ready] .fields")).to_be_visible()
    second = page.input_value("input[name=claim]")
    page.keyboard.press("Space")
    expect(page.locator("[data-ready] input[name=claim]")).not_to_have_value(second)
    page.keyboard.press("f")
    page.fill("#flag-comment", "a mask?")
    page.get_by_role("button", name="Flag it").click()
    expect(page.locator("#toasts")).to_contain_text("Of practice nothing is sent")
    page.keyboard.press("c")
    expect(page.locator("#dialog-photo")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("?")
    expect(page.locator("#dialog-keys")).to_be_visible()
    given = PracticeAnswer.objects.filter(reviewer=novice).order_by("id")
    assert [(one.race, one.gender, one.age, one.differs) for one in given] == [(4, 1, 2, ["race"]), (3, 1, 2, [])]
    assert not any(table.objects.filter(reviewer=novice).exists() for table in (Annotation, Flag, Skip))


@pytest.mark.usefixtures("perceived")
def test_attributes_are_practised_by_touch(browser: Browser, live_server: LiveServer, at_rest: None) -> None:
    context = browser.new_context(base_url=live_server.url, viewport=TABLET, has_touch=True)
    context.set_default_timeout(PATIENCE)
    page = signed_in(context, live_server, factories.reviewer())
    page.goto("/review/practice/attributes/")
    for field, value in practice_scenes.KNOWN.items():
        page.locator(f"label.chip:has(input[name={field}][value='{value}'])").tap()
    expect(page.locator("[data-ready] .verdict")).to_contain_text("As the others saw it")
    page.get_by_role("link", name="Next face").tap()
    expect(page.locator(".fields")).to_be_visible()
    page.locator("[data-slot=strip] button").tap()
    expect(page.locator("#toasts")).to_contain_text("Undone")
    context.close()
    assert PracticeAnswer.objects.get().taken_back_at is not None


@pytest.mark.usefixtures("perceived")
def test_both_are_practised_without_scripts(browser: Browser, live_server: LiveServer, at_rest: None) -> None:
    context = browser.new_context(base_url=live_server.url, viewport=SCREEN, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    bo = factories.identity("Bo Lindqvist")
    page = signed_in(context, live_server, factories.reviewer())
    page.goto("/review/practice/")
    page.fill("#id_identity_name", bo.name)
    page.locator("button[value=relabel]").click()
    expect(page.locator(".feedback")).to_contain_text("someone else: Bo Lindqvist")
    page.get_by_role("button", name="Answer it again").click()
    expect(page.locator(".said")).to_contain_text("Undone: someone else: Bo Lindqvist")
    page.goto("/review/practice/attributes/")
    for field, value in practice_scenes.KNOWN.items():
        page.locator(f"label.chip:has(input[name={field}][value='{value}'])").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".verdict")).to_contain_text("As the others saw it")
    page.get_by_role("link", name="Next face").click()
    expect(page.locator(".fields")).to_be_visible()
    context.close()
    answers = PracticeAnswer.objects.order_by("id")
    assert [(one.question, one.relabel_to, one.taken_back_at is None) for one in answers] == [
        ("usable", bo, False),
        ("attributes", None, True),
    ]


@pytest.mark.usefixtures("perceived")
def test_somebody_else_is_named_and_faces_are_compared(sign_in: SignIn) -> None:
    bo = factories.identity("Bo Lindqvist")
    page = sign_in(factories.reviewer())
    page.goto("/review/practice/")
    expect(page.locator("[data-ready] .keys")).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_hidden()
    page.keyboard.press("r")
    page.keyboard.type("Lind")
    expect(page.locator("#relabel-found li")).to_have_text("Bo Lindqvist")
    page.keyboard.press("Enter")
    expect(page.locator(".feedback")).to_contain_text("someone else: Bo Lindqvist")
    page.keyboard.press("Enter")
    expect(page.locator("[data-ready] .keys")).to_be_visible()
    page.keyboard.press("9")
    page.fill("#reason-text", "painted over")
    page.keyboard.press("Enter")
    expect(page.locator(".feedback")).to_contain_text("rejected: other")
    assert PracticeAnswer.objects.earliest("pk").relabel_to == bo


def clean(page: Page) -> None:
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [720, 1280]


def signed_in(context: BrowserContext, live_server: LiveServer, person: User) -> Page:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[running.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()
