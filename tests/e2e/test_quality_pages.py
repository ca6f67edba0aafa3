"""The quality pages, walked through in light and dark: from a figure to the faces behind it."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r
from tests.curation.test_home_figures import backdate_all

SignIn = Callable[[User], Page]
PAGES = ("", "pairs/", "confusion/?field=race", "rejects/", "pace/", "identities/?field=race", "modes/",
         "faces/?field=race&pattern=differ", "?until=2001-01-01", "?identity=Nobody")  # fmt: skip


@pytest.fixture
def judged() -> None:
    """Faces of two weeks, on which three reviewers differ in several ways; one of them works in grids."""
    people = [factories.user(Role.REVIEWER, username=name) for name in ("adam", "berta", "carl")]
    identity, other = factories.identity("Ada Marlow"), factories.identity("Bo Lindqvist")
    for number in range(66):
        claim = r.claim(identity if number % 3 else other, state="accepted")
        first, second = people[number % 3], people[(number + 1) % 3]
        no = {"verdict": "reject", "reason": "occluded"} if number % 5 == 0 else {}
        r.vote(claim, first, 1)
        r.vote(claim, second, 2, mode="grid", **no)
        r.attribute_vote(claim, first, 1, race=3, gender=1, age=1)
        race, age = 3 if number % 4 else 4, 0 if number % 9 == 0 else 1
        r.attribute_vote(claim, second, 2, race=race, gender=1 + number % 2, age=age)
        if number < 33:
            backdate_all(claim, days=7)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_and_nothing_scrolls_sideways(
    sign_in: SignIn, judged: None, scheme: Literal["light", "dark"], width: int
) -> None:
    page = sign_in(factories.user(Role.ADMIN))
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for url in PAGES:
        page.goto(f"/quality/{url}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url
    assert refused == []


def test_from_a_figure_to_the_faces_behind_it(sign_in: SignIn, judged: None) -> None:
    page = sign_in(factories.user(Role.AUDITOR))
    page.goto("/quality/")
    expect(page.locator("svg.plot")).to_have_count(4)
    page.get_by_role("link", name="Pairs", exact=True).first.click()
    page.get_by_label("Name, alias or Wikidata id").fill("ada")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.matrix tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Perceived race").click()
    expect(page.locator("h2").first).to_contain_text("Perceived race")
    page.locator("table.matrix td a").first.click()
    page.wait_for_url("**/quality/faces/?identity=ada&field=race&first=*&second=*")
    expect(page.locator("ul.behind > li").first).to_contain_text("Ada Marlow")
    expect(page.locator(".tag").first).to_contain_text("adam + carl")


def test_figures_come_as_a_file(sign_in: SignIn, judged: None) -> None:
    page = sign_in(factories.user(Role.ADMIN))
    page.goto("/quality/confusion/?field=race")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "quality-confusion.csv"
    assert download.value.path().read_text().startswith("one_says,another_says,comparisons,share_of_row")
