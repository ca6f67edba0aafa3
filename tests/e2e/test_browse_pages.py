"""The admin's pages of identities, photos and balance, walked through in light and dark."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.balance import CELLS
from curation.balance_figures import save_targets
from curation.models import Claim
from ingest.models import Detection, Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

SignIn = Callable[[User], Page]


@pytest.fixture
def ada() -> Identity:
    shown = factories.identity("Ada", aliases=["A. M."], claimed_race=3, claimed_gender=2, birth_precision="year",
                               birth_date="1961-01-01")  # fmt: skip
    claim = scenes.accepted(shown)
    place = {"detector": "haar", "version": "1", "y": 10, "width": 50, "height": 50, "score": 4.5}
    Detection.objects.create(photo=claim.photo, x=700, refusal="face_too_small", **place)
    refused = factories.candidate(shown, factories.photo(), state="refused", refusal="licence_nc", title="Ada in Rome")
    type(refused).objects.filter(pk=refused.pk).update(photo=None)
    save_targets(dict.fromkeys(CELLS, 20))
    return shown


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820)])
def test_axe_is_content_and_nothing_scrolls_sideways(
    sign_in: SignIn, ada: Identity, scheme: Literal["light", "dark"], width: int
) -> None:
    other, photo = factories.identity("Bo"), Claim.objects.get().photo_id
    page = sign_in(factories.user(Role.ADMIN))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for url in (
        "/identities/", f"/identities/{ada.pk}/", f"/identities/{ada.pk}/edit/", f"/identities/{ada.pk}/merge/?q=bo",
        f"/identities/{ada.pk}/merge/?into={other.pk}", "/balance/", "/candidates/", "/candidates/?host=x",
        "/photos/", "/photos/?view=table", f"/photos/{photo}/",
    ):  # fmt: skip
        page.goto(url)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url


def test_an_admin_goes_from_a_gap_to_a_job_and_from_an_identity_to_its_photo(sign_in: SignIn, ada: Identity) -> None:
    page = sign_in(factories.user(Role.ADMIN))
    page.goto("/balance/")
    page.fill("input[name=wanted_3_2_1]", "50")
    page.get_by_role("button", name="Save the targets").click()
    expect(page.locator("main")).to_contain_text("The targets are saved.")
    expect(page.locator("input[name=wanted_3_2_1]")).to_have_value("50")
    page.get_by_role("button", name="Start a crawl job for those marked").click()
    page.wait_for_url(f"**/jobs/new/?identity={ada.pk}")
    page.goto("/identities/?q=a.+m")
    page.get_by_role("link", name="Ada").click()
    page.get_by_role("link", name="photos", exact=True).click()
    page.get_by_role("link", name="Ada").click()
    page.wait_for_url("**/photos/*/")
    expect(page.locator("svg[role=img] rect.box:not(.refused)")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("2 votes")
