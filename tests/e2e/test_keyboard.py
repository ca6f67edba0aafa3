"""Without a mouse: Tab reaches every control; a dialog keeps the focus, gives it back, and closes with Esc."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation import contradictions
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute, dispute_of, disputed_attributes, flagged, quarantined, skipped
from tests.curation.test_contradictions import contradicted, ticked
from tests.e2e.test_review_screen import seen, visible_claims

SignIn = Callable[[User], Page]
# What a pointer could press. Of the faces on a grid and of a group of radio buttons Tab reaches one, arrows the others.
CONTROLS = """() => {
  const pressed = 'a[href], button, summary, select, textarea, input:not([type=hidden]), [data-action]';
  const away = 'dialog, details:not([open]) > :not(summary)';
  const groupOf = (one) => (one.closest('.tile') ? 'tile' : one.matches('[type=radio]') ? `radio ${one.name}` : one);
  const open = [...document.querySelectorAll(pressed)].filter((one) => one.checkVisibility() && !one.disabled);
  window.wanted = new Map(open.filter((one) => !one.closest(away)).map((one) => [groupOf(one), one]));
  addEventListener('focusin', ({target}) => wanted.delete(groupOf(target)));
  document.activeElement?.blur();
  return wanted.size;
}"""
LEFT = "() => [...wanted.values()].map((one) => one.outerHTML.slice(0, 200))"


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR, Role.REVIEWER, username="vera")


def stock() -> None:
    """Faces to judge in every way: six for a grid, one accepted with references, one that is asked for attributes."""
    ada = factories.identity("Ada Marlow")
    for claim in visible_claims(3, ada):
        for someone in factories.reviewers(2):
            scenes.say(someone, claim)
    visible_claims(6, ada)


def settled(page: Page) -> None:
    """Every call is answered: none runs into the next page, or into the next test's empty tables."""
    if page.locator("[data-slot=saving]").count():
        expect(page.locator("[data-slot=saving]")).to_have_text("✓ saved")
    page.wait_for_load_state("networkidle")


def unreached(page: Page, url: str) -> list[str]:
    page.goto(url)
    settled(page)
    for _ in range(page.evaluate(CONTROLS) + 20):
        page.keyboard.press("Tab")
        if not page.evaluate("wanted.size"):
            break
    left: list[str] = page.evaluate(LEFT)
    return [f"{url}: {one}" for one in left]


def test_tab_reaches_every_control_of_the_review_screens(sign_in: SignIn, senior: User) -> None:
    stock()
    page = sign_in(senior)
    urls = ("/review/", "/review/attributes/", "/review/grid/", "/profile/keys/")
    assert [left for url in urls for left in unreached(page, url)] == []


def test_tab_reaches_every_control_of_the_adjudicators_pages(sign_in: SignIn, senior: User) -> None:
    usable, attributes, flag, alarm = dispute(), disputed_attributes(), flagged(), quarantined()
    torn = contradicted()
    skipped(), ticked(), contradictions.find()
    page = sign_in(senior)
    lists = ("quarantined", "usable", "attributes", "flags", "skipped", "decided")
    urls = [f"/disputes/?list={name}" for name in lists] + [
        dispute_of(usable), dispute_of(attributes, question="attributes"), dispute_of(flag.claim),
        dispute_of(alarm.claim),
        "/disputes/contradictions/", f"/disputes/contradictions/{torn.pk}/race/", "/disputes/unclear/",
    ]  # fmt: skip
    assert [left for url in urls for left in unreached(page, url)] == []


@dataclass(frozen=True)
class Opens:
    """A control that opens a dialog, by its selector."""

    control: str
    dialog: str


DIALOGS = {
    "/review/": [
        Opens(".source[data-action=photo]", "photo"),
        Opens("[data-action=compare]", "compare"),
        Opens(".tools [data-action=keys]", "keys"),
        Opens("[data-action=flag]", "flag"),
        Opens("[data-action='reject:other']", "reason"),
        Opens(".keys [data-action=relabel]", "relabel"),
    ],
    "/review/attributes/": [
        Opens(".source[data-action=photo]", "photo"),
        Opens(".tools [data-action=keys]", "keys"),
        Opens("[data-action=flag]", "flag"),
    ],
    "/review/grid/": [
        Opens("[data-action=photo]", "photo"),
        Opens("[data-action=keys]", "keys"),
    ],
}


def keeps_the_focus(page: Page, opens: Opens) -> None:
    opener, dialog = page.locator(opens.control).first, page.locator(f"#dialog-{opens.dialog}")
    opener.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    seen_inside = set[str]()
    for key in ["Tab"] * 6 + ["Shift+Tab"] * 3:
        page.keyboard.press(key)
        where = page.evaluate("document.activeElement.closest('dialog')?.id ?? document.activeElement.tagName")
        assert where in (f"dialog-{opens.dialog}", "BODY"), opens
        seen_inside.add(where)
    assert f"dialog-{opens.dialog}" in seen_inside, opens
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("path", DIALOGS)
def test_a_dialog_keeps_the_focus_and_gives_it_back(sign_in: SignIn, senior: User, path: str) -> None:
    stock()
    page = sign_in(senior)
    page.goto(path)
    settled(page)
    for opens in DIALOGS[path]:
        keeps_the_focus(page, opens)


def test_the_menu_of_a_face_gives_the_focus_back_to_it(sign_in: SignIn, senior: User) -> None:
    stock()
    page = sign_in(senior)
    page.goto("/review/grid/")
    settled(page)
    page.keyboard.press("ArrowRight")
    for close in ("Escape", "4"):
        page.keyboard.press("m")
        expect(page.locator("#dialog-reasons")).to_be_visible()
        page.keyboard.press(close)
        expect(page.locator("#dialog-reasons")).to_be_hidden()
        expect(page.locator(".tile .face").nth(1)).to_be_focused()
    expect(page.locator(".tile").nth(1)).to_have_attribute("data-tone", "reject")


def test_an_adjudicators_dialogs_keep_the_focus_and_give_it_back(sign_in: SignIn, senior: User) -> None:
    claim = dispute()
    page = sign_in(senior)
    page.goto(dispute_of(claim))
    for opens in (
        Opens("[data-action=photo]", "photo"),
        Opens("[data-opens=dialog-compare]", "compare"),
        Opens("[data-opens=dialog-keys]", "keys"),
    ):
        keeps_the_focus(page, opens)


def test_the_guideline_opens_beside_the_face_and_closes_with_esc(sign_in: SignIn, senior: User) -> None:
    stock()
    page = sign_in(senior)
    page.goto("/review/")
    seen(page)
    settled(page)
    opener = page.locator(".keys [data-action=guideline]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#guideline")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#guideline")).to_be_hidden()
    expect(opener).to_have_attribute("aria-expanded", "false")
