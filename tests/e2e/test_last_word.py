"""The last word of a page that goes, where the browser keeps nothing: what waits in it is sent by beacon."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from curation.models import Annotation
from tests import factories
from tests.e2e.calls import answered
from tests.e2e.test_review_screen import SYNC, open_screen, press, saved, seen, visible_claims

SignIn = Callable[[User], Page]
NO_DISK = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }"


def test_answers_that_no_call_could_take_go_out_as_the_page_goes(sign_in: SignIn) -> None:
    visible_claims(5)
    with answered(sign_in(factories.reviewer())) as page:
        page.add_init_script(NO_DISK)
        open_screen(page)
        saved(page)

        def beacons_alone(route: Route) -> None:
            route.continue_() if route.request.resource_type == "ping" else route.abort()

        page.route(SYNC, beacons_alone)
        page.on("dialog", lambda asked: asked.accept())  # "leave this page?", as it keeps nothing
        given = {press(page, "a"): "accept", press(page, "x"): "reject"}
        seen(page)
        expect(page.locator("[data-slot=banner]")).to_contain_text("before you close this tab")
        assert not Annotation.objects.exists()
        page.goto("about:blank")
        while Annotation.objects.count() < len(given):
            page.wait_for_timeout(20)
        assert dict(Annotation.objects.values_list("claim", "verdict")) == given
