"""What one face of a grid may be told besides right and wrong, and how closely it may be looked at."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation.models import Annotation, Claim, Flag, Profile
from ingest.models import Identity
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_grid_screen import claims_on, open_grid, ready, saved
from tests.e2e.test_review_screen import accepted_claims, visible_claims

SignIn = Callable[[User], Page]


@pytest.fixture
def page(sign_in: SignIn, settings: Settings) -> Iterator[Page]:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0
    accepted_claims(3)
    visible_claims(6, Identity.objects.get())
    factories.identity("Bo Lindqvist")
    with answered(sign_in(factories.reviewer())) as page:
        yield page


def commit(page: Page) -> None:
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    saved(page)


def test_a_face_is_someone_else_on_the_list(page: Page) -> None:
    open_grid(page)
    claims = claims_on(page)
    page.keyboard.press("r")
    page.locator("#relabel-name").fill("Bo")
    expect(page.locator("#relabel-found li")).to_have_text(["Bo Lindqvist"])
    page.keyboard.press("Enter")
    expect(page.locator(".tile .sign").first).to_have_text("✎ Bo Lindqvist")
    expect(page.locator(".tile .face").first).to_be_focused()
    expect(page.locator("[data-slot=summary]")).to_have_text("5 accepted, 1 someone else")
    assert Axe().run(page).response["violations"] == []
    commit(page)
    made = Annotation.objects.get(verdict="relabel")
    assert (made.claim_id, made.mode) == (claims[0], "grid")
    assert made.relabel_to == Identity.objects.get(name="Bo Lindqvist")
    page.keyboard.press("z")
    ready(page)
    assert page.locator(".tile .sign").first.inner_text() == "✎ Bo Lindqvist"
    saved(page)


def test_a_face_is_flagged_and_stays_what_it_is(page: Page) -> None:
    open_grid(page)
    claims = claims_on(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    page.locator("#flag-comment").fill("two people of this name")
    page.get_by_role("button", name="Flag it").click()
    expect(page.locator(".toast")).to_have_text("Flagged; thank you")
    expect(page.locator(".tile .face").nth(1)).to_be_focused()
    commit(page)
    flag = Flag.objects.get()
    assert (flag.claim_id, flag.comment) == (claims[1], "two people of this name")
    assert Annotation.objects.filter(mode="grid", verdict="accept").count() == 6


def test_the_face_with_the_focus_is_compared_and_its_photo_comes_closer(page: Page) -> None:
    open_grid(page)
    page.keyboard.press("ArrowRight")
    crop = page.locator(".tile img").nth(1).get_attribute("src")
    page.keyboard.press("e")
    expect(page.locator("[data-slot=compare-crop] img")).to_have_attribute("src", crop or "")
    expect(page.locator("[data-slot=compare-place]")).to_have_text("1 of 3")
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_hidden()
    page.keyboard.press("c")
    photo = page.locator("[data-slot=large-photo]")
    expect(photo).to_be_visible()
    before = photo.evaluate("(svg) => svg.getBoundingClientRect().width")
    page.keyboard.press("+")
    assert photo.evaluate("(svg) => svg.getBoundingClientRect().width") == pytest.approx(1.4 * before)
    page.locator("#dialog-photo [data-action=closer]").click()
    assert photo.evaluate("(svg) => svg.getBoundingClientRect().width") > 1.4 * before
    page.keyboard.press("c")
    expect(page.locator("#dialog-photo")).to_be_hidden()
    saved(page)


def test_the_menu_of_a_face_leads_to_all_of_it_with_own_keys(page: Page) -> None:
    Profile.objects.create(user=User.objects.get(pk=_signed_in(page)), keys={"relabel": ["n"], "compare": ["y"]})
    open_grid(page)
    for key, dialog in (("n", "relabel"), ("y", "compare"), ("f", "flag"), ("c", "photo")):
        page.keyboard.press("m")
        page.keyboard.press(key)
        expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(f"#dialog-{dialog}")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator("#dialog-relabel")).to_be_hidden()
    saved(page)


def test_an_answered_flag_is_told_beside_the_grid(page: Page) -> None:
    person = User.objects.get(pk=_signed_in(page))
    claim = Claim.objects.earliest("pk")
    told = Flag.objects.create(claim=claim, question="usable", reviewer=person, comment="?", answer="Accept those.")
    open_grid(page)
    expect(page.locator("[data-slot=reply]")).to_contain_text("Accept those.")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("[data-slot=reply]")).to_have_count(0)
    told.refresh_from_db()
    assert told.answer_seen_at is not None
    saved(page)


def _signed_in(page: Page) -> int:
    open_grid(page)
    return int(page.evaluate("JSON.parse(document.getElementById('batch').textContent).user"))
