"""Undo goes twenty answers back, one after the other, and no further."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.models import Annotation
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import answers, claim_on, open_screen, press, saved, shows, visible_claims

SignIn = Callable[[User], Page]
DEEP = 20


def test_twenty_answers_are_taken_back_and_the_twenty_first_stands(sign_in: SignIn) -> None:
    visible_claims(DEEP + 3)
    with answered(sign_in(factories.reviewer())) as page:
        open_screen(page)
        first, *given = [press(page, "a") for _ in range(DEEP + 1)]
        for claim in reversed(given):
            page.keyboard.press("z")
            shows(page, claim)
        saved(page)
        page.keyboard.press("z")
        expect(page.locator(".toast")).to_have_text("There is nothing to undo")
        assert claim_on(page) == given[0]
        saved(page)
        assert answers(first) == [("accept", "")]
        assert Annotation.objects.filter(verdict="withdrawn", claim__in=given).count() == DEEP
