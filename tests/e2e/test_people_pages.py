"""People, invitations and the profile in a real browser, in light and dark."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from curation import invitations, people
from curation.exclusions import Range, carry_out, decide
from curation.models import Annotation, PersonEvent
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

SignIn = Callable[[User], Page]


@pytest.fixture
def boss() -> User:
    return factories.user(Role.ADMIN, username="boss")


@pytest.fixture
def zoe(boss: User) -> User:
    zoe = factories.user(Role.REVIEWER, username="zoe")
    User.objects.filter(pk=zoe.pk).update(first_name="Zoë", last_name="Okafor")
    claims = scenes.claims(6, factories.identity("Ada Marlow"))
    others = factories.reviewers(6)
    for claim, other in zip(claims[:3], others, strict=False):
        scenes.say(zoe, claim), scenes.say(other, claim)
    last = Annotation.objects.filter(reviewer=zoe).latest("received_at").received_at
    carry_out(decide(Range(zoe, "", None, last), reason="Pressed one key for an hour.", by=boss))
    scenes.say(zoe, claims[3]), scenes.say(others[3], claims[3])
    scenes.lease(zoe)
    people.limit(zoe, identities=[claims[0].identity, factories.identity("Bo Lindqvist")], by=boss)
    people.record(zoe, PersonEvent.Kind.EXCUSED, by=boss, reason="Wrote the guideline.")
    gone = factories.user(Role.REVIEWER, Role.ADJUDICATOR, username="yann")
    people.deactivate(gone, by=boss, reason="left")
    invitations.invite(roles=["reviewer"], sent_to="Ines Ferreira", by=boss)
    return zoe


def walk(zoe: User) -> list[str]:
    one = f"/people/{zoe.pk}/"
    return [
        "/people/", "/people/?q=nobody", one, f"{one}deactivate/", f"{one}limit/", f"{one}exclude/",
        f"{one}exclusions/{zoe.exclusions.get().pk}/", "/people/invite/", "/people/annotators/", "/profile/",
        "/profile/about/",
    ]  # fmt: skip


def check(page: Page, what: str) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), what


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_and_nothing_scrolls_sideways(
    sign_in: SignIn, boss: User, zoe: User, scheme: Literal["light", "dark"], width: int
) -> None:
    page = sign_in(boss)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for url in walk(zoe):
        page.goto(url)
        check(page, url)
    page.goto(f"/people/{zoe.pk}/exclude/")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.locator("main")).to_contain_text("Frozen releases are not touched")
    check(page, "preview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_somebody_is_invited_and_joins(
    sign_in: SignIn, context: BrowserContext, boss: User, scheme: Literal["light", "dark"]
) -> None:
    page = sign_in(boss)
    page.goto("/people/invite/")
    page.fill("input[name=sent_to]", "Ada")
    page.get_by_label("reviewer: judges faces").check()
    page.get_by_role("button", name="Make the link").click()
    check(page, "link")
    link = page.locator("#link").input_value()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    joins = context.new_page()
    joins.emulate_media(color_scheme=scheme)
    joins.goto(link)
    check(joins, "join")
    joins.fill("input[name=username]", "ada")
    joins.fill("input[name=password1]", "a-quite-long-one")
    joins.fill("input[name=password2]", "a-quite-long-one")
    joins.get_by_role("button", name="Make my account").click()
    expect(joins.locator("main")).to_contain_text("Welcome!")
    joins.locator("details.menu summary").click()
    joins.get_by_role("button", name="Sign out").click()
    joins.goto(link)
    expect(joins.locator("main")).to_contain_text("does not work any more")
    check(joins, "gone")


def test_typing_finds_identities_and_keeps_those_ticked(sign_in: SignIn, boss: User) -> None:
    zoe = factories.reviewer()
    for name in ("Ada Marlow", "Bo Lindqvist", "Cy Twombly"):
        factories.identity(name)
    page = sign_in(boss)
    page.goto(f"/people/{zoe.pk}/limit/")
    page.get_by_label("Ada Marlow").check()
    page.get_by_label("Name or alias").type("lind")
    expect(page.get_by_label("Cy Twombly")).to_have_count(0)
    expect(page.get_by_label("Ada Marlow")).to_be_checked()
    page.get_by_label("Bo Lindqvist").check()
    page.get_by_role("button", name="Save the limit").click()
    expect(page.locator("main")).to_contain_text("Ada Marlow, Bo Lindqvist")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chosen_colours_win_over_the_computers(sign_in: SignIn, boss: User, scheme: Literal["light", "dark"]) -> None:
    page = sign_in(boss)
    page.emulate_media(color_scheme=scheme)
    other, ground = ("dark", "rgb(22, 22, 22)") if scheme == "light" else ("light", "rgb(246, 246, 245)")
    page.goto("/profile/")
    page.get_by_label(other, exact=True).check()
    page.get_by_role("button", name="Save the profile").click()
    expect(page.locator("main")).to_contain_text("saved")
    expect(page.locator("body")).to_have_css("background-color", ground)
