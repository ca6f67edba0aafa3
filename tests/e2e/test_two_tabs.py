"""One person with two tabs: what the one asks the other does not ask as well, and each face is answered once."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.models import Annotation
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_grid_screen import claims_on, open_grid, ready
from tests.e2e.test_review_screen import claim_on, open_screen, press, saved, seen, shows, visible_claims

SignIn = Callable[[User], Page]
TOP_UP = 10


def moved_on(page: Page, claim: int) -> None:
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    seen(page)


def test_a_second_tab_asks_other_faces(sign_in: SignIn) -> None:
    visible_claims(3 * TOP_UP)
    with answered(sign_in(factories.reviewer())) as page, answered(page.context.new_page()) as other:
        open_screen(page)
        with other.expect_response("**/review/sync/"):
            open_screen(other)
        saved(other)
        given: list[int] = []
        for _ in range(TOP_UP):
            for tab in (page, other):
                given.append(press(tab, "a"))
                moved_on(tab, given[-1])
        saved(page)
        saved(other)
        assert len(set(given)) == len(given)
        assert sorted(Annotation.objects.values_list("claim", flat=True)) == sorted(given)
        assert not Annotation.objects.filter(late=True).exists()


def test_what_one_tab_answers_the_other_asks_no_longer(sign_in: SignIn) -> None:
    visible_claims(3)
    with answered(sign_in(factories.reviewer())) as page, answered(page.context.new_page()) as other:
        first = claim_on(open_screen(page))
        assert claim_on(open_screen(other)) == first  # there are not enough for two
        saved(other)
        press(other, "x")
        moved_on(other, first)
        moved_on(page, first)
        second = press(page, "a")
        moved_on(other, second)
        third = claim_on(other)
        shows(page, third)
        other.keyboard.press("z")  # back in this tab, and in this alone
        shows(other, first)
        press(page, "4")
        for tab in (other, page):
            saved(tab)
        assert claim_on(other) == first
        assert dict(Annotation.objects.filter(superseded_by=None).values_list("claim", "verdict")) in (
            {first: "withdrawn", second: "accept", third: "reject"},
            {second: "accept", third: "reject"},
        )


def test_a_grid_leaves_out_what_the_single_page_has_answered(sign_in: SignIn) -> None:
    visible_claims(6)
    with answered(sign_in(factories.reviewer())) as other, answered(other.context.new_page()) as page:
        open_grid(other)
        assert len(claims_on(other)) == 6
        open_screen(page)  # nothing else is left
        single = press(page, "x")
        expect(other.locator(f".tile[data-claim='{single}']")).to_have_count(0)
        rest = claims_on(other)
        ready(other)
        other.keyboard.press("Enter")
        expect(page.locator("#review")).to_have_attribute("data-state", "empty")
        saved(page)
        saved(other)
        given = {single: "reject"} | dict.fromkeys(rest, "accept")
        assert dict(Annotation.objects.filter(late=False).values_list("claim", "verdict")) == given
        assert not Annotation.objects.filter(late=True).exists()
