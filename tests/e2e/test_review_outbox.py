"""Nothing gets lost: answers wait for the server and for their person; what cannot be sent blocks nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from curation import queue
from curation.models import Annotation, Policy
from curation.policies import current_policy
from tests import factories
from tests.e2e.test_review_screen import (
    SYNC,
    answers,
    claim_on,
    open_screen,
    press,
    saved,
    seen,
    shows,
    visible_claims,
)

SignIn = Callable[[User], Page]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    visible_claims(8)
    return open_screen(sign_in(factories.reviewer()))


def payload(route: Route) -> dict[str, Any]:
    body = route.request.post_data or ""
    sent: dict[str, Any] = json.loads(body.split('name="payload"')[1].split("\r\n\r\n")[1].split("\r\n")[0])
    return sent


def test_answers_outlive_a_dead_server_and_a_closed_tab(page: Page) -> None:
    def dead(route: Route) -> None:
        route.abort()

    browser: BrowserContext = page.context
    browser.route(SYNC, dead)
    claims = [press(page, "a") for _ in range(3)]
    expect(page.locator("[data-slot=saving]")).to_contain_text("3 waiting")
    assert not Annotation.objects.exists()
    page.close()
    browser.unroute(SYNC)
    again = open_screen(browser.new_page())
    saved(again)
    assert claim_on(again) not in claims
    assert sorted(Annotation.objects.values_list("claim", flat=True)) == sorted(claims)


BUSY_DISK = """
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (...row) {  // what is written so is never done while the page is there
  const again = () => { this.count().onsuccess = again; };
  again();
  return add.apply(this, row);
};
navigator.sendBeacon = () => false;  // nobody is there to take a last word
"""


def test_a_tab_closed_before_the_disk_is_done_loses_nothing(sign_in: SignIn) -> None:
    claims = [claim.pk for claim in visible_claims(6)]
    page = sign_in(factories.reviewer())
    browser = page.context
    page.add_init_script(BUSY_DISK)
    browser.route(SYNC, lambda route: route.abort())
    open_screen(page)
    first, second = press(page, "a"), press(page, "x")
    page.keyboard.press("z")
    shows(page, second)
    assert press(page, "4") == second
    press(page, "a")
    page.close()
    browser.unroute(SYNC)
    again = open_screen(browser.new_page())
    saved(again)
    third = next(iter(Annotation.objects.exclude(claim__in=[first, second]).values_list("claim", flat=True)))
    assert claim_on(again) in set(claims) - {first, second, third}
    assert answers(first) == answers(third) == [("accept", "")]
    assert answers(second)[-1] == ("reject", "occluded")
    assert again.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('mtf-unsent-'))") == []


def test_an_answer_whose_reply_got_lost_is_saved_once(page: Page) -> None:
    saved(page)
    lost: list[int] = []

    def cut(route: Route) -> None:
        lost.append(route.fetch().status)  # the server has it; nobody hears of it
        route.abort()

    page.route(SYNC, cut, times=1)
    claim = press(page, "a")
    expect(page.locator("[data-slot=saving]")).to_contain_text("1 waiting")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert lost == [200]
    assert answers(claim) == [("accept", "")]


def signed_in_as(page: Page, person: User) -> Page:
    """Whoever was signed in to this browser is so no longer."""
    page.context.clear_cookies(name="sessionid")
    page.goto("/login/?next=/review/")
    page.fill("input[name=username]", person.username)
    page.fill("input[name=password]", "a-long-password")
    page.click("main button[type=submit]")
    seen(page)
    return page


def test_signed_out_answers_wait_for_the_one_who_gave_them(page: Page) -> None:
    reviewer = User.objects.get(groups__name="reviewer")
    other = factories.reviewer()
    page.context.clear_cookies(name="sessionid")
    claim = press(page, "a")
    expect(page.locator("[data-slot=saving]")).to_have_text("signed out: sign in to send")
    for person, expected in ((other, 0), (reviewer, 1)):
        saved(signed_in_as(page, person))
        assert Annotation.objects.filter(claim=claim, reviewer=reviewer).count() == expected
    assert not Annotation.objects.filter(reviewer=other).exists()


def test_an_open_page_sends_nothing_under_the_name_of_who_signs_in_beside_it(page: Page) -> None:
    reviewer, other = User.objects.get(groups__name="reviewer"), factories.reviewer()
    saved(page)
    beside = signed_in_as(page.context.new_page(), other)
    mine, theirs = press(page, "a"), press(beside, "x")
    saved(beside)
    expect(page.locator("[data-slot=saving]")).to_have_text("signed out: sign in to send")
    with page.expect_response(SYNC) as last_word:
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert last_word.value.status == 403
    assert list(Annotation.objects.values_list("reviewer", "claim", "verdict")) == [(other.pk, theirs, "reject")]
    signed_in_as(beside, reviewer)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    saved(beside)
    assert set(Annotation.objects.values_list("reviewer", "claim", "verdict")) == {
        (other.pk, theirs, "reject"),
        (reviewer.pk, mine, "accept"),
    }


def test_a_poisoned_answer_waits_for_its_person_and_blocks_nobody(sign_in: SignIn) -> None:
    visible_claims(5)
    page = open_screen(sign_in(factories.reviewer()))
    saved(page)

    def poisoned(route: Route) -> None:
        entries = payload(route)["entries"]
        refused = any(entry.get("reason") == "occluded" for entry in entries)
        route.fulfill(status=400, json={"error": "no"}) if refused else route.continue_()

    page.route(SYNC, poisoned)
    bad, good = press(page, "4"), press(page, "a")
    expect(page.locator("[data-slot=parked]")).to_have_text("1 answer needs you")
    saved(page)
    assert (answers(bad), answers(good)) == ([], [("accept", "")])
    page.unroute(SYNC)
    page.reload()
    expect(page.locator("[data-slot=parked]")).to_be_visible()
    assert claim_on(page) != bad
    page.click("[data-slot=parked]")
    expect(page.locator("#dialog-parked li")).to_contain_text("rejected: occluded")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("[data-slot=parked]")).to_be_hidden()
    saved(page)
    assert answers(bad) == [("reject", "occluded")]


def test_a_browser_without_a_disk_warns_and_sends_all_the_same(sign_in: SignIn) -> None:
    visible_claims(3)
    page = sign_in(factories.reviewer())
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    open_screen(page)
    page.route(SYNC, lambda route: route.abort())
    claim = press(page, "a")
    expect(page.locator("[data-slot=banner]")).to_contain_text("let them go out before you close this tab")
    page.unroute(SYNC)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    expect(page.locator("[data-slot=banner]")).to_be_hidden()
    assert answers(claim) == [("accept", "")]


def test_an_erased_face_is_dropped_and_a_new_policy_renews_the_page(sign_in: SignIn) -> None:
    visible_claims(4)
    page = open_screen(sign_in(factories.reviewer()))
    saved(page)

    def gone(route: Route) -> None:
        entries = payload(route)["entries"]
        told = {"status": "gone", "code": 410, "message": "this face is no longer there"}
        results = [{"id": one["id"], **told} for one in entries]
        route.fulfill(json={"results": results, "items": [], "waiting": 1000})  # a reply without progress or policy

    page.route(SYNC, gone)
    press(page, "a")
    expect(page.locator(".toast")).to_have_text("this face is no longer there")
    expect(page.locator("[data-slot=strip] li")).to_have_count(0)
    page.unroute(SYNC)
    old = current_policy()
    Policy.objects.create(
        version=2, reasons=old.reasons, fields=old.fields, guideline="new", activated_at=timezone.now()
    )
    press(page, "a")
    expect(page.locator(".toast")).to_contain_text("The policy has changed")
    assert page.evaluate("JSON.parse(document.getElementById('batch').textContent).policy.version") == 2
    saved(page)


def test_a_page_that_goes_gives_its_faces_back_but_not_those_of_another_tab(sign_in: SignIn) -> None:
    claims = visible_claims(3)
    page = open_screen(sign_in(factories.reviewer()))
    sent: list[dict[str, Any]] = []
    page.context.route("**/review/leave/", lambda route: (sent.append(payload(route)), route.fulfill(status=204)))  # type: ignore[func-returns-value]
    page.evaluate("document.getElementById('review').dataset.leave = '/review/leave/'")
    other = page.context.new_page()
    open_screen(other)
    saved(other)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert sent == []  # the other tab shows the same faces
    other.close()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    page.wait_for_function("sessionStorage.length > 0")
    saved(page)
    assert [sorted(message["claims"]) for message in sent] == [sorted(claim.pk for claim in claims)]


def test_what_was_taken_back_before_it_was_refused_is_not_kept(page: Page) -> None:
    saved(page)
    page.context.set_offline(True)
    claim = press(page, "4")
    page.keyboard.press("z")
    shows(page, claim)

    def refused(route: Route) -> None:
        told = [{"id": one["id"], **_refusal(one)} for one in payload(route)["entries"]]
        route.fulfill(json={"results": told, "items": [], "policy": {"version": 1}})

    page.route(SYNC, refused, times=1)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert not page.locator("[data-slot=parked]").is_visible()
    assert "nothing of yours" not in page.locator("#toasts").inner_text()
    assert press(page, "a") == claim
    saved(page)
    assert answers(claim) == [("accept", "")]


def _refusal(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["kind"] == "undo":
        return {"status": "gone", "code": 410, "message": "there is nothing of yours to take back here"}
    return {"status": "refused", "code": 400, "message": "no"}


def test_the_face_on_the_screen_stays_though_others_have_taken_it(page: Page) -> None:
    """A page that comes back asks for its faces anew; whoever is about to press a key must not hit another face."""
    saved(page)
    claim = claim_on(page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    page.wait_for_function("() => Object.keys(sessionStorage).some((name) => name.startsWith('mtf-left-'))")
    others = factories.reviewers(2)
    while any(len(queue.lease(reviewer=other, question="usable", want=8)) < 8 for other in others):
        page.wait_for_timeout(20)
    with page.expect_response(SYNC):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    saved(page)
    assert press(page, "a") == claim
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    saved(page)
    assert Annotation.objects.get().late
