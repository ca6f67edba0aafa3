"""The list of faces, one face, asking anew, and one's own answers, in a real browser."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.models import Claim
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

SignIn = Callable[[User], Page]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_and_nothing_scrolls_sideways(
    sign_in: SignIn, scheme: Literal["light", "dark"], width: int
) -> None:
    person = factories.user(Role.ADMIN, Role.REVIEWER)
    claim = scenes.accepted(factories.identity("Ada"))
    answer = scenes.say(person, scenes.claim(), "reject", note="her sister")[1]
    scenes.flag(person, claim, "two of this name")
    page = sign_in(person)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for url in (
        "/faces/", "/faces/?size=l&state=accepted", "/faces/?q=nobody", f"/faces/{claim.face_id}/",
        f"/faces/requeue/?claim={claim.pk}", f"/faces/requeue/?claim={claim.pk}&question=attributes",
        "/answers/?pace=1", "/answers/?list=flags", f"/answers/{answer}/take-back/",
    ):  # fmt: skip
        page.goto(url)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url


def test_an_admin_marks_faces_and_has_them_asked_anew(sign_in: SignIn) -> None:
    claims = [scenes.accepted() for _ in range(2)]
    page = sign_in(factories.user(Role.ADMIN))
    page.goto("/faces/?state=accepted")
    expect(page.locator("#ask-marked")).to_be_disabled()
    page.check("#mark-all")
    expect(page.locator("#ask-marked .count")).to_have_text("2")
    page.uncheck(f"input[name=claim][value='{claims[0].pk}']")
    page.click("#ask-marked")
    page.fill("textarea[name=reason]", "blurred after all")
    page.get_by_role("button", name="Ask one face anew").click()
    expect(page.locator("#requeue")).to_contain_text("1 of 1 faces looked at")
    assert {claim.pk: claim.state for claim in Claim.objects.all()} == {claims[0].pk: "accepted", claims[1].pk: "open"}
