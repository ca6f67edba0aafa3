"""A banner tells of answers that pile up in the browser: of more than twenty, and of no fewer."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import SYNC, open_screen, press, saved, seen, shows, visible_claims

SignIn = Callable[[User], Page]


def test_the_twenty_first_that_waits_is_told_of(sign_in: SignIn) -> None:
    visible_claims(5)
    with answered(sign_in(factories.reviewer())) as page:
        open_screen(page)
        saved(page)
        page.route(SYNC, lambda route: route.abort())
        for _ in range(10):  # an answer and its undo: two to be sent
            claim = press(page, "a")
            page.keyboard.press("z")
            shows(page, claim)
        saving, banner = page.locator("[data-slot=saving]"), page.locator("[data-slot=banner]")
        expect(saving).to_contain_text("20 waiting")
        expect(banner).to_be_hidden()
        press(page, "a")
        seen(page)
        expect(banner).to_contain_text("21 answers wait in this browser")
        page.unroute(SYNC)
        page.evaluate("dispatchEvent(new Event('online'))")
        saved(page)
        expect(banner).to_be_hidden()
