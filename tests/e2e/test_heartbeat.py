"""The faces of somebody who looks long stay theirs; of somebody who has left, or looks elsewhere, they do not."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import open_screen, saved, visible_claims

SignIn = Callable[[User], Page]
BEATS = "**/review/heartbeat/"
MINUTE = 60_000
HIDE = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"


@pytest.fixture
def beats() -> list[str]:
    return []


@pytest.fixture
def page(sign_in: SignIn, beats: list[str]) -> Iterator[Page]:
    visible_claims(6)
    page = sign_in(factories.reviewer())
    page.clock.install(time=datetime.now())
    page.route(BEATS, lambda route: (beats.append(route.request.method), route.continue_()))  # type: ignore[func-returns-value]
    with answered(page):
        yield page


@pytest.mark.parametrize("path", ["/review/", "/review/grid/"])
def test_it_beats_while_somebody_is_there_and_stops_when_idle(page: Page, beats: list[str], path: str) -> None:
    if path == "/review/":
        open_screen(page)
    else:
        page.goto(path)
        page.wait_for_selector(".tile.now")
    saved(page)
    for _ in range(3):
        page.keyboard.press("Shift")
        with page.expect_response(BEATS) as beat:
            page.clock.run_for(MINUTE)
        assert beat.value.ok
    assert beats == ["POST"] * 3
    page.clock.run_for(6 * MINUTE)  # nothing touched: idle after five
    assert page.evaluate("document.hidden") is False
    before = len(beats)
    page.clock.run_for(5 * MINUTE)
    assert page.evaluate("document.hidden") is False  # what it sent till now has been heard of
    assert len(beats) == before
    page.keyboard.press("Shift")
    with page.expect_response(BEATS):
        page.clock.run_for(MINUTE)


def test_it_does_not_beat_where_nobody_can_see_the_page(page: Page, beats: list[str]) -> None:
    open_screen(page)
    saved(page)
    page.evaluate(HIDE)
    for _ in range(3):
        page.keyboard.press("Shift")
        page.clock.run_for(MINUTE)
    assert beats == []
    page.evaluate("delete document.hidden")
    page.keyboard.press("Shift")
    with page.expect_response(BEATS):
        page.clock.run_for(MINUTE)
