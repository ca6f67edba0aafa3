"""A break is suggested by time at work, whatever was asked meanwhile, and where answers take twice as long."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from ingest.models import Identity
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_grid_screen import saved as grid_saved
from tests.e2e.test_review_screen import accepted_claims, open_screen, press, saved, seen, visible_claims

SignIn = Callable[[User], Page]
MINUTE = 60_000


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.GRID_DWELL = settings.GRID_DWELL_TILE = 0.0


@pytest.fixture
def page(sign_in: SignIn) -> Iterator[Page]:
    page = sign_in(factories.reviewer())
    page.clock.install(time=datetime.now())
    with answered(page):
        yield page


def remembered(page: Page) -> int:
    """Whole minutes at work that the browser knows of."""
    known = "JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.startsWith('mtf-work-'))))"
    return round(int(page.evaluate(f"{known}.worked")) / MINUTE)


def worked_for(page: Page, minutes: int) -> None:
    """As if so much had been worked until now."""
    page.evaluate(
        """(worked) => {
          const key = Object.keys(localStorage).find((name) => name.startsWith('mtf-work-'));
          const known = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({ ...known, at: Date.now(), worked }));
        }""",
        minutes * MINUTE,
    )


def test_time_at_work_goes_on_across_both_questions_and_the_grid(page: Page) -> None:
    accepted_claims(2)
    visible_claims(9, Identity.objects.get())
    open_screen(page)
    press(page, "a")
    page.clock.fast_forward(MINUTE)
    press(page, "a")
    saved(page)
    assert remembered(page) == 1
    open_screen(page, "/review/attributes/")
    page.clock.fast_forward(MINUTE)
    for digit in "111":
        page.keyboard.press(digit)
    saved(page)
    assert remembered(page) == 2
    worked_for(page, 45)
    page.goto("/review/grid/")
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    page.clock.fast_forward(3 * MINUTE)  # a grid takes longer than a face
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=break]")).to_contain_text("48 minutes at it")
    grid_saved(page)
    page.get_by_role("button", name="Later").click()
    expect(page.locator("[data-slot=break]")).to_be_hidden()


def test_five_minutes_away_are_a_break(page: Page) -> None:
    visible_claims(4)
    open_screen(page)
    press(page, "a")
    worked_for(page, 46)
    page.clock.fast_forward(6 * MINUTE)
    press(page, "a")
    seen(page)
    assert remembered(page) == 0
    expect(page.locator("[data-slot=break]")).to_be_hidden()
    saved(page)


def test_answers_that_take_twice_as_long_suggest_one(page: Page) -> None:
    visible_claims(4)
    open_screen(page)
    press(page, "a")
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((name) => name.startsWith('mtf-work-'));
          const latest = [...Array(10).fill(1000), ...Array(10).fill(2500)];
          const paces = { usable: { first: Array(50).fill(1000), latest } };
          localStorage.setItem(key, JSON.stringify({ at: Date.now(), worked: 0, paces }));
        }"""
    )
    seen(page)
    page.clock.fast_forward(3000)
    press(page, "a")
    expect(page.locator("[data-slot=break]")).to_contain_text("twice as long as at first")
    saved(page)
