"""Gold in a real browser: served among votes, answered wrongly, paused kindly, lifted; the pages of it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation import gold, judging
from curation.models import Annotation, Claim, GoldItem, Pause, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import gold_scenes, scenes
from tests.e2e.test_review_screen import saved, visible_claims

SignIn = Callable[[User], Page]


def accessible(page: Page) -> None:
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def agreed(count: int) -> list[Claim]:
    claims = visible_claims(count)
    for claim in claims:
        for person in factories.reviewers(2):
            scenes.say(person, claim)
    return claims


def test_a_reviewer_who_rejects_everything_is_paused_kindly_and_comes_back(sign_in: SignIn, settings: Settings) -> None:
    settings.GOLD_EVERY = 2
    for claim in agreed(12):
        gold_scenes.gold(claim)
    visible_claims(16)
    zoe, boss = factories.reviewer(), factories.user(Role.ADMIN, username="aaron")
    page = sign_in(zoe)
    page.goto("/review/")
    for answers in range(1, 19):
        expect(page.locator("#review")).to_have_attribute("data-state", "asking")
        page.keyboard.press("1")
        expect(page.locator("[data-slot=today]")).to_have_text(f"{answers} today")
    saved(page)
    page.wait_for_load_state("networkidle")
    assert Annotation.objects.filter(reviewer=zoe, slot__purpose="gold", verdict="reject").count() >= 5
    assert all(claim.state == "accepted" for claim in Claim.objects.filter(gold_items__isnull=False))
    assert len(judging.judge()) == 1
    assert not Slot.objects.filter(reviewer=zoe, purpose="vote", annotation=None).exists()

    page.goto("/review/")
    page.wait_for_url("**/review/usable/paused/")
    expect(page.locator("h1")).to_have_text("Let us stop here for a moment")
    expect(page.locator("#ask + p")).to_contain_text(boss.username)
    accessible(page)

    chief = sign_in(boss)
    chief.goto("/")
    chief.get_by_role("link", name=zoe.username).first.click()
    chief.wait_for_url("**/accuracy/")
    accessible(chief)
    chief.get_by_role("link", name="Lift the pause").click()
    chief.fill("textarea[name=reason]", "You had the keys of reject and accept mixed up; we spoke.")
    chief.get_by_role("button", name="Lift the pause").click()
    expect(chief.locator(".message")).to_contain_text("is lifted")
    assert Pause.objects.get().ended == "lifted"

    page.reload()
    expect(page.locator("h1")).to_have_text("The pause is over")
    page.get_by_role("link", name="Go on reviewing").click()
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_gold_pages_are_accessible(sign_in: SignIn, scheme: str) -> None:
    claims = agreed(6)
    for claim in claims[:5]:
        gold_scenes.gold(claim)
    zoe = factories.reviewer()
    gold_scenes.answers(zoe, claims[:5], ["accept", "accept", "reject", "cannot_tell", "accept"])
    gold.retire(GoldItem.objects.latest("pk"), retired_as="worn", by=factories.user())
    page = sign_in(factories.user(Role.ADMIN))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    item = GoldItem.objects.earliest("pk")
    for url in ("/gold/?state=all", f"/gold/{item.pk}/retire/", "/gold/reviewers/", f"/people/{zoe.pk}/accuracy/"):
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 1280, url
