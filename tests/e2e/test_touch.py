"""On a tablet, by touch alone: every answer, the way back, every dialog, and targets that a finger meets."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as running
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from curation import contradictions
from curation.models import Annotation, Flag, Skip
from mtf_site.roles import Role
from tests import factories
from tests.curation.disputes_scenes import dispute, dispute_of, disputed_attributes, flagged, quarantined
from tests.curation.test_contradictions import contradicted
from tests.e2e.conftest import PATIENCE
from tests.e2e.test_keyboard import settled, stock
from tests.e2e.test_review_screen import answers, claim_on, saved, seen, visible_claims

TABLET = ViewportSize(width=820, height=1180)
Opened = Callable[[User, str], Page]
# Links within a sentence are no targets of their own; everything else that is pressed measures 44 pixels, or lies in a
# label or row that does.
TOO_SMALL = """() => {
  const pressed = 'button, summary, select, textarea, input:not([type=hidden]), .btn, .chip, nav a, [role=option]';
  const target = (one) => (one.matches('[type=checkbox], [type=radio]') && one.closest('label')) || one;
  const low = (one) => {
    const {width, height} = target(one).getBoundingClientRect();
    return height < 43.5 || width < 24;
  };
  const seen = (one) => one.checkVisibility({opacityProperty: true});
  return [...document.querySelectorAll(pressed)].filter((one) => seen(one) && low(one))
    .map((one) => `${Math.round(target(one).getBoundingClientRect().height)}: ${one.outerHTML.slice(0, 160)}`);
}"""


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0


@pytest.fixture
def tablet(browser: Browser, live_server: LiveServer) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []

    def open_page(person: User, path: str) -> Page:
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live_server.url, viewport=TABLET, has_touch=True)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        cookie = client.cookies[running.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR, Role.REVIEWER)


def tap(page: Page, action: str) -> int:
    """Presses what stands for an action; says which claim was on the screen."""
    seen(page)
    claim = claim_on(page)
    page.locator(f"[data-action='{action}']:visible").first.tap()
    return claim


def closes(page: Page, name: str) -> None:
    """By its button; a dialog that asks has one to cancel."""
    dialog = page.locator(f"#dialog-{name}")
    expect(dialog).to_be_visible()
    assert page.evaluate(TOO_SMALL) == [], name
    dialog.get_by_role("button", name="Close").or_(dialog.get_by_role("button", name="Cancel")).first.tap()
    expect(dialog).to_be_hidden()


def test_faces_are_judged_by_touch(tablet: Opened, senior: User) -> None:
    stock()
    factories.identity("Bo Lindqvist")
    page = tablet(senior, "/review/")
    given = {action: tap(page, action) for action in ("accept", "reject:occluded", "skip", "cannot_tell")}
    relabelled = tap(page, "relabel")
    page.locator("#relabel-name").tap()
    page.keyboard.type("lind")
    page.locator("#relabel-found li", has_text="Bo Lindqvist").tap()
    expect(page.locator("input[name=claim]")).not_to_have_value(str(relabelled))
    tap(page, "undo")
    expect(page.locator("input[name=claim]")).to_have_value(str(relabelled))
    page.locator(".last-ten button[data-action^='undo:']").last.tap()
    expect(page.locator("input[name=claim]")).to_have_value(str(given["accept"]))
    saved(page)
    assert answers(relabelled) == [("relabel", ""), ("withdrawn", "")]
    assert answers(given["accept"]) == [("accept", ""), ("withdrawn", "")]
    assert answers(given["reject:occluded"]) == [("reject", "occluded")]
    assert answers(given["cannot_tell"]) == [("cannot_tell", "")]
    assert Skip.objects.get().claim_id == given["skip"]


def test_the_dialogs_of_the_review_screen_open_and_close_by_touch(tablet: Opened, senior: User) -> None:
    stock()
    page = tablet(senior, "/review/")
    for action, name in (
        ("photo", "photo"), ("compare", "compare"), ("keys", "keys"), ("flag", "flag"), ("reject:other", "reason"),
        ("relabel", "relabel"),
    ):  # fmt: skip
        tap(page, action)
        closes(page, name)
    flagged_claim = tap(page, "flag")
    page.fill("#flag-comment", "two people of this name")
    page.get_by_role("button", name="Flag it").tap()
    expect(page.locator(".toast")).to_have_text("Flagged; thank you")
    tap(page, "guideline")
    expect(page.locator("#guideline")).to_be_visible()
    tap(page, "guideline")
    expect(page.locator("#guideline")).to_be_hidden()
    saved(page)
    assert Flag.objects.get().claim_id == flagged_claim


def test_attributes_are_answered_by_touch(tablet: Opened, senior: User) -> None:
    stock()
    page = tablet(senior, "/review/attributes/")
    first = claim_on(page)
    for name, value in (("race", 3), ("gender", 1), ("age", 2)):
        page.locator(f"label.chip:has(input[name={name}][value='{value}'])").tap()
    expect(page.locator("input[name=claim]")).not_to_have_value(str(first))
    tap(page, "undo")
    expect(page.locator("input[name=claim]")).to_have_value(str(first))
    saved(page)
    assert Annotation.objects.filter(claim=first, verdict="withdrawn").count() == 1


def test_a_grid_is_judged_by_touch(tablet: Opened, senior: User) -> None:
    visible_claims(6)
    page = tablet(senior, "/review/grid/")
    tiles = page.locator(".tile")
    claims = tiles.evaluate_all("all => all.map((one) => Number(one.dataset.claim))")
    tiles.nth(0).locator(".face").tap()
    tiles.nth(1).locator(".more").tap()
    page.locator("#dialog-reasons [data-mark='reject:occluded']").tap()
    tiles.nth(2).locator(".more").tap()
    page.locator("#dialog-reasons [data-mark=photo]").tap()
    closes(page, "photo")
    tiles.nth(2).locator(".more").tap()
    page.locator("#dialog-reasons [data-mark=compare]").tap()
    closes(page, "compare")
    page.locator("[data-action=keys]:visible").first.tap()
    closes(page, "keys")
    page.locator("[data-action=guideline]:visible").first.tap()
    page.locator("#guideline [data-action=guideline]").tap()
    expect(page.locator("#guideline")).to_be_hidden()
    page.locator("[data-action=commit]").tap()
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    settled(page)
    assert [answers(claim)[0] for claim in claims[:3]] == [
        ("reject", "wrong_person"), ("reject", "occluded"), ("accept", ""),
    ]  # fmt: skip
    page.locator("[data-action=undo]:visible").first.tap()
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    settled(page)
    assert Annotation.objects.filter(verdict="withdrawn").count() == 6


def test_a_dispute_is_decided_by_touch(tablet: Opened, senior: User) -> None:
    claim = dispute()
    page = tablet(senior, "/disputes/?list=usable")
    page.locator("a.whole-row").tap()
    page.wait_for_url("**/usable/**")
    for opener, name in (("[data-action=photo]", "photo"), ("[data-opens=dialog-compare]", "compare"),
                         ("[data-opens=dialog-keys]", "keys")):  # fmt: skip
        page.locator(opener).tap()
        closes(page, name)
    page.locator("label.answer:has([value='reject:occluded'])").tap()
    page.get_by_role("button", name="Decide", exact=False).first.tap()
    page.wait_for_url(lambda url: f"/{claim.pk}/" not in url)
    made = Annotation.objects.get(claim=claim, mode="adjudication")
    assert (made.verdict, made.reason) == ("reject", "occluded")


def test_a_finger_meets_every_target(tablet: Opened, senior: User, settings: Settings) -> None:
    stock()
    usable, attributes, flag, alarm = dispute(), disputed_attributes(), flagged(), quarantined()
    torn = contradicted()
    contradictions.find()
    page = tablet(senior, "/")
    small: list[str] = []
    for url in (
        "/", "/review/", "/review/attributes/", "/review/grid/", "/profile/keys/", "/disputes/?list=usable",
        "/disputes/?list=decided", dispute_of(usable), dispute_of(attributes, question="attributes"),
        dispute_of(flag.claim), dispute_of(alarm.claim), "/disputes/contradictions/",
        f"/disputes/contradictions/{torn.pk}/race/", "/disputes/unclear/", "/answers/", "/profile/",
        "/faces/", f"/faces/{usable.face_id}/", "/review/practice/", "/review/practice/attributes/",
    ):  # fmt: skip
        settings.PRACTICE_ITEMS = 3 if "practice" in url else 0
        page.goto(url)
        settled(page)
        small += [f"{url}: {one}" for one in page.evaluate(TOO_SMALL)]
    assert not small, "\n".join(small)
