"""The adjudicator's lists and the start page of each role, by keyboard, in light and dark."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation import adjudication, contradictions
from curation.models import Annotation, Flag, Profile
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute, dispute_of, disputed_attributes, flagged, quarantined, skipped
from tests.curation.test_contradictions import contradicted, ticked

SignIn = Callable[[User], Page]


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR, username="vera")


def address(claim_id: int) -> re.Pattern[str]:
    return re.compile(rf"/disputes/{claim_id}/usable/")


def is_content(page: Page, url: str) -> None:
    page.goto(url)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_with_every_list_and_nothing_scrolls_sideways(
    sign_in: SignIn, senior: User, scheme: Literal["light", "dark"], width: int
) -> None:
    disputed, flag, alarm = dispute(), flagged(), quarantined()
    attributes, identity = disputed_attributes(), contradicted()
    skipped(), ticked(), contradictions.find()
    page = sign_in(senior)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    lists = [
        f"/disputes/?list={name}" for name in ("quarantined", "usable", "attributes", "flags", "skipped", "decided")
    ]
    contradiction = f"/disputes/contradictions/{identity.pk}/race/"
    one = [dispute_of(disputed), dispute_of(flag.claim), dispute_of(alarm.claim)]
    for url in (*lists, "/disputes/contradictions/", contradiction, "/disputes/unclear/", *one,
                dispute_of(attributes, question="attributes")):  # fmt: skip
        is_content(page, url)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_with_the_start_page_of_every_role(
    sign_in: SignIn, scheme: Literal["light", "dark"], width: int
) -> None:
    dispute(), quarantined(), scenes.accepted(), scenes.lease(factories.reviewer(), want=1)
    for role in Role:
        person = factories.user(role)
        scenes.flag(person, scenes.claim(), "two people of this name")
        adjudication.answer_flag(Flag.objects.get(reviewer=person), "the one on the left", adjudicator=person)
        page = sign_in(person)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        is_content(page, "/")


def test_a_day_of_disputes_without_a_mouse(sign_in: SignIn, senior: User) -> None:
    first, second, third = dispute(), dispute(), dispute()
    page = sign_in(senior)
    page.goto(f"{dispute_of(first)}?list=usable")
    panel = page.locator(".decide")
    assert panel.evaluate("node => node.scrollHeight <= node.clientHeight"), "nothing scrolls at 1280 × 720"
    page.keyboard.press("j")
    page.wait_for_url(address(second.pk))
    page.keyboard.press("k")
    page.wait_for_url(address(first.pk))
    expect(page.locator(".votes")).to_contain_text("Reviewer 1")
    page.keyboard.press("n")
    expect(page.locator(".votes")).not_to_contain_text("Reviewer 1")
    page.keyboard.press("x")
    expect(page.locator("[value='reject:wrong_person']")).to_be_checked()
    page.keyboard.press("o")
    page.keyboard.press("w")
    page.keyboard.type("a wax figure 1?")
    page.keyboard.press("Escape")
    page.keyboard.press("6")
    page.keyboard.press("Enter")
    page.wait_for_url(address(second.pk))
    made = Annotation.objects.get(mode="adjudication")
    assert (made.verdict, made.reason, made.note) == ("reject", "not_a_photo", "a wax figure 1?")
    assert made.guideline_unclear
    page.keyboard.press("z")
    page.wait_for_url(address(first.pk))
    expect(page.locator("[value='reject:not_a_photo']")).to_be_checked()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url(address(second.pk))
    page.keyboard.press("t")
    page.wait_for_url(address(third.pk))
    page.keyboard.press("e")
    expect(page.get_by_role("dialog", name=re.compile("Beside accepted faces"))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("Somebody")
    expect(page.get_by_label("Who it is")).to_have_value("Somebody")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.wait_for_url("**/disputes/?list=usable")


def test_keys_that_a_profile_switched_off_do_nothing(sign_in: SignIn, senior: User) -> None:
    Profile.objects.create(user=senior, keys_off=True)
    claim = dispute()
    page = sign_in(senior)
    page.goto(dispute_of(claim))
    page.keyboard.press("a")
    page.keyboard.press("n")
    expect(page.locator("[value=accept]")).not_to_be_checked()
    assert "names" not in page.url
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("switched off")


def test_a_contradiction_is_looked_at_and_let_stand(sign_in: SignIn, senior: User) -> None:
    identity: Identity = contradicted("Ada Marlow")
    page = sign_in(senior)
    page.goto("/disputes/contradictions/")
    page.get_by_role("link", name="Ada Marlow").click()
    page.get_by_role("link", name=re.compile("open its votes")).first.click()
    page.wait_for_url("**/attributes/?list=contradictions")
    page.keyboard.press("b")
    page.wait_for_url(f"**/disputes/contradictions/{identity.pk}/race/")
    page.get_by_role("button", name="Seen: both stand").click()
    expect(page.locator("main")).to_contain_text("wants a few words")
    page.get_by_label("Why both stand").fill("of two parents")
    page.get_by_role("button", name="Seen: both stand").click()
    expect(page.locator("main")).to_contain_text("Ada Marlow: both stand.")


def test_a_reviewer_reads_an_answer_and_says_so(sign_in: SignIn, senior: User) -> None:
    flag = flagged("two people of this name")
    adjudication.answer_flag(flag, "the one on the left", adjudicator=senior)
    page = sign_in(flag.reviewer)
    expect(page.locator("main")).to_contain_text("the one on the left")
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("main")).not_to_contain_text("the one on the left")
