"""The adjudicator's page goes by the person's own keys, or by none."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from curation.models import Annotation, Profile
from mtf_site.roles import Role
from tests import factories
from tests.curation.disputes_scenes import dispute, dispute_of, disputed_attributes, quarantined

SignIn = Callable[[User], Page]


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR, username="vera")


def test_answers_and_looks_have_the_persons_own_keys(sign_in: SignIn, senior: User) -> None:
    own = {"accept": ["j"], "reject:wrong_person": ["q"], "photo": ["y"], "compare": ["p"], "guideline": ["h"],
           "keys": ["!"], "undo": ["d"]}  # fmt: skip
    Profile.objects.create(user=senior, keys=own)
    first, second = dispute(), dispute()
    page = sign_in(senior)
    page.goto(f"{dispute_of(first)}?list=usable")
    for key, dialog in (("y", "photo"), ("p", "compare"), ("!", "keys")):
        page.keyboard.press(key)
        expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
        page.keyboard.press(key)
        expect(page.locator(f"#dialog-{dialog}")).to_be_hidden()
    page.keyboard.press("h")
    expect(page.locator("#guideline")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("h")
    expect(page.locator("#guideline")).to_be_hidden()
    for usual in ("a", "x", "l", "g", "c"):
        page.keyboard.press(usual)
    expect(page.locator(".answers :checked")).to_have_count(0)
    expect(page.locator("[name=unclear]")).not_to_be_checked()
    page.keyboard.press("q")
    expect(page.locator("[value='reject:wrong_person']")).to_be_checked()
    page.keyboard.press("j")  # accept, and not the next dispute
    expect(page.locator("[value=accept]")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/disputes/{second.pk}/usable/**")
    assert Annotation.objects.get(mode="adjudication").verdict == "accept"
    page.keyboard.press("d")
    page.wait_for_url(f"**/disputes/{first.pk}/usable/**")
    page.keyboard.press("b")
    page.wait_for_url("**/disputes/?list=usable")


def test_a_decision_sent_twice_in_haste_is_one_and_goes_on(sign_in: SignIn, senior: User) -> None:
    first, second = dispute(), dispute()
    page = sign_in(senior)
    page.goto(f"{dispute_of(first)}?list=usable")
    held: list[Route] = []
    page.route("**/decide/", lambda route: held.append(route))
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("Enter")  # the server has not answered yet
    held[0].continue_()
    page.wait_for_url(f"**/disputes/{second.pk}/usable/**")
    expect(page.locator(".messages")).to_contain_text("Decided")
    assert len(held) == 1
    assert Annotation.objects.get(mode="adjudication").claim_id == first.pk


def test_switched_off_keys_are_nowhere_named(sign_in: SignIn, senior: User) -> None:
    Profile.objects.create(user=senior, keys_off=True)
    page = sign_in(senior)
    for url in (dispute_of(dispute()), dispute_of(disputed_attributes(), question="attributes"),
                dispute_of(quarantined().claim)):  # fmt: skip
        page.goto(url)
        expect(page.locator("main")).to_be_visible()
        assert page.locator("kbd").count() == 0, url
        for key in ("1", "a", "w", "n", "Enter"):
            page.keyboard.press(key)
        assert page.locator("main :checked").count() == 0, url
        assert page.url.endswith(url)
