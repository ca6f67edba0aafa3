"""No alternative text tells anything of a face: each is one of a few, whoever is shown and whatever is known."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation import practice
from curation.models import Claim
from ingest import store
from ingest.models import DuplicateGroup, Face, Identity
from tests import factories
from tests.curation import scenes
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import accepted_claims, jpeg, visible_claims

SignIn = Callable[[User], Page]
ALLOWED = {
    "", "the face to judge", "accepted face", "reference picture", "near-duplicate", "source photo, the face marked",
}  # fmt: skip
TEXTS = """() => [...document.querySelectorAll('img, [role=img], image')].flatMap((one) =>
  [one.alt, one.title, one.ariaLabel].filter((text) => typeof text === 'string'))"""
COPY = "photo 1,200 px wide, "  # the title of a near-duplicate: its photo's size and site


@pytest.fixture
def known(settings: Settings) -> Identity:
    """Somebody of whom much is known: labels claimed and agreed on, a reference picture, copies of a face."""
    settings.PRACTICE_ITEMS = 3
    ada = factories.identity(
        "Ada Marlow", claimed_race=3, claimed_gender=2,
        reference_preview_sha256=store.put("previews", jpeg((640, 800), 9)), reference_credit="J. Okafor",
    )  # fmt: skip
    waiting = visible_claims(7, ada)
    group = DuplicateGroup.objects.create()
    Face.objects.filter(claims__in=waiting[:2]).update(duplicate_group=group)
    return ada


def told(page: Page, path: str) -> set[str]:
    page.goto(path)
    expect(page.locator("[data-state=asking]")).to_be_visible()
    expect(page.locator(".stage img").first).to_be_visible()
    return {text for text in page.evaluate(TEXTS) if not text.startswith(COPY)}


def agreed(claims: list[int]) -> None:
    """The first is agreed on in every field; the others wait for attributes."""
    one = Claim.objects.get(pk=claims[0])
    for person in factories.reviewers(2):
        scenes.say(person, one, "attributes", race=3, gender=2, age=1)


def test_of_every_screen_where_somebody_judges(sign_in: SignIn, known: Identity) -> None:
    agreed(accepted_claims(3))
    person = factories.reviewer()
    with answered(sign_in(person)) as page:
        assert told(page, "/review/practice/") <= ALLOWED
        expect(page.locator("[data-ready]")).to_be_visible()
        page.keyboard.press("a")
        expect(page.locator(".verdict")).to_be_visible()
        assert set(page.evaluate(TEXTS)) <= ALLOWED
        practice.finish(person, "usable")
        for path in ("/review/", "/review/attributes/", "/review/grid/"):
            assert told(page, path) <= ALLOWED, path
        page.keyboard.press("x")
        page.keyboard.press("e")
        assert set(page.evaluate(TEXTS)) <= ALLOWED
        page.goto("/review/")
        expect(page.locator("[data-state=asking]")).to_be_visible()
        page.keyboard.press("4")
        expect(page.locator("[data-slot=strip] li")).to_have_count(1)
        assert {text for text in page.evaluate(TEXTS) if not text.startswith(COPY)} <= ALLOWED
