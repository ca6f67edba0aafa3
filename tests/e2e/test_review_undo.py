"""The way back: in turn, by a tile, after a reload, from an empty queue, and while a reply is on its way."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import APIResponse, Page, Route, expect

from curation.models import Skip
from tests import factories
from tests.e2e.test_review_screen import (
    SYNC,
    answers,
    claim_on,
    open_screen,
    press,
    saved,
    seen,
    shows,
    visible_claims,
)

SignIn = Callable[[User], Page]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    visible_claims(8)
    return open_screen(sign_in(factories.reviewer()))


def test_undo_brings_the_faces_back_in_turn_and_after_a_reload(page: Page) -> None:
    first, second = press(page, "a"), press(page, "3")
    page.keyboard.press("z")
    expect(page.locator("input[name=claim]")).to_have_value(str(second))
    saved(page)
    page.reload()
    seen(page)
    page.keyboard.press("Backspace")
    expect(page.locator("input[name=claim]")).to_have_value(str(first))
    saved(page)
    assert answers(first) == [("accept", ""), ("withdrawn", "")]
    assert answers(second) == [("reject", "too_small"), ("withdrawn", "")]


def test_a_face_undone_while_a_reply_is_on_its_way_stays(page: Page) -> None:
    """A page that is read anew asks for the faces that it gave back, and the reply may know nothing of the undo."""
    first = press(page, "a")
    saved(page)
    held: list[tuple[Route, APIResponse]] = []
    page.route(SYNC, lambda route: held.append((route, route.fetch())), times=1)
    page.reload()
    seen(page)
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("Backspace")
    expect(page.locator("input[name=claim]")).to_have_value(str(first))
    route, reply = held.pop()
    route.fulfill(response=reply)
    saved(page)
    assert claim_on(page) == first
    assert answers(first) == [("accept", ""), ("withdrawn", "")]


def test_empty_queue_says_why_and_undo_still_works(page: Page) -> None:
    last = [press(page, "a") for _ in range(8)][-1]
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    expect(page.locator("[data-slot=empty-title]")).to_have_text("You have answered all there is")
    page.keyboard.press("z")
    seen(page)
    saved(page)
    assert claim_on(page) == last


def test_a_tile_takes_back_just_that_answer_and_skips_outlive_a_reload(sign_in: SignIn) -> None:
    visible_claims(6)
    page = open_screen(sign_in(factories.reviewer()))
    accepted, skipped, rejected = press(page, "a"), press(page, " "), press(page, "3")
    saved(page)
    page.reload()
    seen(page)
    tiles = page.locator("[data-slot=strip] button")
    expect(tiles).to_have_count(3)
    expect(tiles.nth(1)).to_have_accessible_name("Take back: skipped")
    tiles.nth(2).click()
    shows(page, accepted)
    expect(page.locator(".toast")).to_have_text("Undone: accepted")
    tiles.nth(1).focus()
    page.keyboard.press("Enter")
    shows(page, skipped)
    saved(page)
    assert answers(accepted) == [("accept", ""), ("withdrawn", "")]
    assert answers(rejected) == [("reject", "too_small")]
    assert not Skip.objects.exists()
    page.evaluate("sessionStorage.clear()")
    page.reload()
    seen(page)
    page.locator("[data-slot=strip] button").first.click()  # an answer of an earlier page
    shows(page, rejected)
    saved(page)


def test_a_face_taken_back_is_there_at_once_for_the_next_key(page: Page) -> None:
    """Whoever presses undo and then the right key has seen the face already: no picture is waited for."""
    saved(page)
    page.route("**/crops/**", lambda route: route.abort())
    first, second = press(page, "a"), press(page, "a")
    for key in "zzx":
        page.keyboard.press(key)
    shows(page, second)
    saved(page)
    assert answers(first)[-1] == ("reject", "wrong_person")
    assert answers(second) in ([], [("accept", ""), ("withdrawn", "")])


def answered_on_an_earlier_page(page: Page) -> int:
    """Which claim: the tab remembers nothing of it, the server does."""
    claim = press(page, "3")
    saved(page)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    saved(page)
    return claim


def test_while_an_earlier_answer_is_fetched_back_no_key_hits_another_face(page: Page) -> None:
    earlier = answered_on_an_earlier_page(page)
    held: list[tuple[Route, APIResponse]] = []
    page.route(SYNC, lambda route: held.append((route, route.fetch())), times=1)
    beside = press(page, "z")
    page.keyboard.press("a")
    page.keyboard.press(" ")
    while not held:
        page.wait_for_timeout(20)
    expect(page.locator("#review")).to_have_attribute("data-state", "loading")
    route, reply = held.pop()
    route.fulfill(response=reply)
    shows(page, earlier)
    press(page, "x")
    shows(page, beside)
    saved(page)
    assert answers(earlier)[-1] == ("reject", "wrong_person")
    assert answers(beside) == []
    assert not Skip.objects.exists()


def test_a_line_that_is_down_ends_the_wait_for_an_earlier_answer(page: Page) -> None:
    earlier = answered_on_an_earlier_page(page)
    page.context.set_offline(True)
    beside = press(page, "z")
    shows(page, beside)
    press(page, "a")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert answers(earlier)[-1] == ("withdrawn", "")
    assert answers(beside) == [("accept", "")]


def test_a_page_made_before_an_answer_arrived_does_not_ask_it_again(page: Page) -> None:
    """The server makes the next page while the last answer is on its way to it, and has it when the page begins."""
    saved(page)
    made = page.context.request.get("/review/").text()
    answered = press(page, "3")
    saved(page)
    page.route("**/review/", lambda route: route.fulfill(body=made, content_type="text/html"))
    page.reload()
    seen(page)
    page.wait_for_load_state("networkidle")
    assert press(page, "a") != answered
    saved(page)
    assert answers(answered) == [("reject", "too_small")]


def test_what_a_closed_tab_did_not_send_is_the_last_thing_done(page: Page) -> None:
    saved(page)
    first = press(page, "a")
    saved(page)
    browser = page.context
    browser.route(SYNC, lambda route: route.abort())
    last = press(page, "x")
    expect(page.locator("[data-slot=saving]")).to_contain_text("1 waiting")
    page.evaluate("navigator.sendBeacon = () => true")  # the last word is lost as well
    page.close()
    again = open_screen(browser.new_page())
    expect(again.locator("[data-slot=saving]")).to_contain_text("1 waiting")
    again.keyboard.press("z")
    browser.unroute(SYNC)
    again.evaluate("dispatchEvent(new Event('online'))")
    saved(again)
    assert answers(first) == [("accept", "")]
    assert answers(last)[-1:] in ([], [("withdrawn", "")])
