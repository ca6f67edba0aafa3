"""What makes a day at the review screen kind: own keys, a closer look, answered flags, breaks, large targets."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.models import Flag, Profile
from ingest.models import Identity
from tests import factories
from tests.e2e.test_review_screen import accepted_claims, answers, claim_on, open_screen, press, saved, visible_claims

SignIn = Callable[[User], Page]


def test_own_keys_are_set_by_a_press_and_can_be_switched_off(sign_in: SignIn) -> None:
    visible_claims(4)
    person = factories.reviewer()
    page = sign_in(person)
    page.goto("/profile/keys/")
    page.get_by_label("Set a key for “accept”").click()
    page.keyboard.press("x")
    expect(page.locator("tr").filter(has_text="X already means")).to_be_visible()
    page.get_by_label("Set a key for “accept”").click()
    page.keyboard.press("j")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Save the keys").click()
    expect(page.locator(".messages")).to_contain_text("Your keys are saved")
    assert Profile.objects.get(user=person).keys == {"accept": ["a", "arrowright", "j"]}
    open_screen(page)
    first = press(page, "j")
    saved(page)
    assert answers(first) == [("accept", "")]
    Profile.objects.update(keys_off=True)
    open_screen(page)
    still = press(page, "j")
    page.keyboard.press("x")
    expect(page.locator("#review kbd")).to_have_count(0)
    assert claim_on(page) == still
    page.click(".actions [data-action=accept]")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(still))
    saved(page)


def test_a_closer_look_takes_no_key_from_the_answers(sign_in: SignIn) -> None:
    accepted_claims(3)
    visible_claims(3, Identity.objects.get(name="Ada Marlow"))
    page = open_screen(sign_in(factories.reviewer()))
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_visible()
    first = page.locator("[data-slot=compare-reference] img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-slot=compare-place]")).to_have_text("2 of 3")
    assert page.locator("[data-slot=compare-reference] img").get_attribute("src") != first
    page.keyboard.press("+")
    crops = page.locator(".compared img")
    sizes = crops.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")
    assert sizes[0] == sizes[1] > 500
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_hidden()
    before = page.locator("[data-slot=crop]").bounding_box()
    page.keyboard.press("g")
    expect(page.locator("#guideline")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    claim = press(page, "a")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    assert page.locator("[data-slot=crop]").bounding_box() == before
    saved(page)
    page.reload()
    expect(page.locator("#guideline")).to_be_visible()
    page.keyboard.press("g")
    expect(page.locator("#guideline")).to_be_hidden()
    page.keyboard.press("c")
    page.click("[data-action=closer]")
    assert page.locator("[data-slot=large-photo]").evaluate("(svg) => svg.getBoundingClientRect().width") > 1200
    page.keyboard.press("c")
    expect(page.locator("#dialog-photo")).to_be_hidden()
    saved(page)


def test_answered_flags_and_a_break_are_told_quietly(sign_in: SignIn) -> None:
    claims = visible_claims(4)
    person = factories.reviewer()
    told = Flag.objects.create(claim=claims[0], question="usable", reviewer=person, comment="?", answer="Accept those.")
    page = sign_in(person)
    minutes = "JSON.stringify({at: Date.now(), worked: 47 * 60000})"
    page.evaluate(f"localStorage.setItem('mtf-work-{person.pk}', {minutes})")
    open_screen(page)
    expect(page.locator("[data-slot=reply]")).to_contain_text("Accept those.")
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("[data-slot=reply]")).to_have_count(0)
    told.refresh_from_db()
    assert told.answer_seen_at is not None
    press(page, "a")
    expect(page.locator("[data-slot=break]")).to_contain_text("47 minutes at it")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Later").click()
    press(page, "a")
    saved(page)
    expect(page.locator("[data-slot=break]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/review/", "/review/attributes/", "/profile/keys/"])
def test_by_touch_every_target_is_large_enough(sign_in: SignIn, path: str, scheme: str) -> None:
    accepted_claims(2)
    visible_claims(2)
    page = sign_in(factories.reviewer())
    page.set_viewport_size({"width": 820, "height": 1180})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path)
    expect(page.locator("main")).to_be_visible()
    targets = page.locator("main button, main summary, main label.chip, .tools a, .tools button")
    low = "(one) => one.checkVisibility() && one.getBoundingClientRect().height < 44"
    assert targets.evaluate_all(f"(all) => all.filter({low}).map((one) => one.outerHTML)") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 820
    assert Axe().run(page).response["violations"] == []
    if path != "/profile/keys/":
        saved(page)
