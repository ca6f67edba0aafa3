"""Practice in a real browser: one key an answer, feedback, on to the review."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation.models import Annotation, PracticeAnswer
from tests import factories
from tests.curation import scenes
from tests.e2e.test_review_screen import saved, visible_claims

SignIn = Callable[[User], Page]


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
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.keyboard.press("4")
    expect(page.locator(".verdict")).to_contain_text("The others saw it differently")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [720, 1280]
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.locator(".keys")).to_be_visible()
        page.keyboard.press("c")
        expect(page.locator("#dialog-photo")).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.press("a")
        expect(page.locator(".verdict")).to_contain_text("As the others saw it")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_have_text("2 of 3 as the others saw it")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    saved(page)
    page.wait_for_load_state("networkidle")  # or its call for faces runs into the next test's empty tables
    assert PracticeAnswer.objects.filter(reviewer=novice).count() == 3
    assert not Annotation.objects.filter(reviewer=novice).exists()
