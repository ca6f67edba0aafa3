"""What makes a day at the review screen kind: own keys, a closer look, the way back, and nothing that gets lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from curation.models import Annotation, Claim, Flag, Policy, Profile, Skip
from curation.policies import current_policy
from curation.reopening import reopen
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, scenes
from tests.e2e.test_review_screen import SYNC, answers, claim_on, open_screen, press, saved, seen, visible_claims

SignIn = Callable[[User], Page]


def accepted_claims(count: int) -> list[int]:
    claims = visible_claims(count)
    for claim in claims:
        for reviewer in factories.reviewers(2):
            scenes.say(reviewer, claim)
    return [claim.pk for claim in claims]


def shows(page: Page, claim: int) -> None:
    expect(page.locator("input[name=claim]")).to_have_value(str(claim))
    seen(page)


def payload(route: Route) -> dict[str, Any]:
    body = route.request.post_data or ""
    sent: dict[str, Any] = json.loads(body.split('name="payload"')[1].split("\r\n\r\n")[1].split("\r\n")[0])
    return sent


def test_own_keys_are_set_by_a_press_and_can_be_switched_off(sign_in: SignIn) -> None:
    visible_claims(4)
    person = factories.reviewer()
    page = sign_in(person)
    page.goto("/profile/keys/")
    page.get_by_label("Set a key for “accept”").click()
    page.keyboard.press("x")
    expect(page.locator("tr").filter(has_text="X already means")).to_be_visible()
    page.get_by_label("Set a key for “accept”").click()
    page.keyboard.press("j")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Save the keys").click()
    expect(page.locator(".messages")).to_contain_text("Your keys are saved")
    assert Profile.objects.get(user=person).keys == {"accept": ["a", "arrowright", "j"]}
    open_screen(page)
    first = press(page, "j")
    saved(page)
    assert answers(first) == [("accept", "")]
    Profile.objects.update(keys_off=True)
    open_screen(page)
    still = press(page, "j")
    page.keyboard.press("x")
    expect(page.locator("#review kbd")).to_have_count(0)
    assert claim_on(page) == still
    page.click(".actions [data-action=accept]")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(still))
    saved(page)


def test_a_closer_look_takes_no_key_from_the_answers(sign_in: SignIn) -> None:
    accepted_claims(3)
    visible_claims(3, Identity.objects.get(name="Ada Marlow"))
    page = open_screen(sign_in(factories.reviewer()))
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_visible()
    first = page.locator("[data-slot=compare-reference] img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-slot=compare-place]")).to_have_text("2 of 3")
    assert page.locator("[data-slot=compare-reference] img").get_attribute("src") != first
    page.keyboard.press("+")
    crops = page.locator(".compared img")
    sizes = crops.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")
    assert sizes[0] == sizes[1] > 500
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("e")
    expect(page.locator("#dialog-compare")).to_be_hidden()
    before = page.locator("[data-slot=crop]").bounding_box()
    page.keyboard.press("g")
    expect(page.locator("#guideline")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    claim = press(page, "a")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    assert page.locator("[data-slot=crop]").bounding_box() == before
    saved(page)
    page.reload()
    expect(page.locator("#guideline")).to_be_visible()
    page.keyboard.press("g")
    expect(page.locator("#guideline")).to_be_hidden()
    page.keyboard.press("c")
    page.click("[data-action=closer]")
    assert page.locator("[data-slot=large-photo]").evaluate("(svg) => svg.getBoundingClientRect().width") > 1200
    page.keyboard.press("c")
    expect(page.locator("#dialog-photo")).to_be_hidden()
    saved(page)


def test_a_tile_takes_back_just_that_answer_and_skips_outlive_a_reload(sign_in: SignIn) -> None:
    visible_claims(6)
    page = open_screen(sign_in(factories.reviewer()))
    accepted, skipped, rejected = press(page, "a"), press(page, " "), press(page, "3")
    saved(page)
    page.reload()
    seen(page)
    tiles = page.locator("[data-slot=strip] button")
    expect(tiles).to_have_count(3)
    expect(tiles.nth(1)).to_have_accessible_name("Take back: skipped")
    tiles.nth(2).click()
    shows(page, accepted)
    expect(page.locator(".toast")).to_have_text("Undone: accepted")
    tiles.nth(1).focus()
    page.keyboard.press("Enter")
    shows(page, skipped)
    saved(page)
    assert answers(accepted) == [("accept", ""), ("withdrawn", "")]
    assert answers(rejected) == [("reject", "too_small")]
    assert not Skip.objects.exists()
    page.evaluate("sessionStorage.clear()")
    page.reload()
    seen(page)
    page.locator("[data-slot=strip] button").first.click()  # an answer of an earlier page
    shows(page, rejected)
    saved(page)


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


def test_one_field_after_the_other_over_all_faces_with_the_way_back(sign_in: SignIn) -> None:
    claims = accepted_claims(3)
    old = current_policy()
    Policy.objects.create(
        version=2, reasons=old.reasons, fields=old.fields, guideline="g", field_runs=True, activated_at=timezone.now()
    )
    page = open_screen(sign_in(factories.reviewer()), "/review/attributes/")
    seen_claims = [press(page, key) for key in "123"]
    assert sorted(seen_claims) == sorted(claims)
    expect(page.locator("[data-field=gender]")).to_be_visible()
    expect(page.locator("[data-field=race]")).to_be_hidden()
    page.keyboard.press("z")  # the third face's race
    expect(page.locator("[data-field=race]")).to_be_visible()
    shows(page, seen_claims[2])
    page.keyboard.press("4")
    page.reload()  # what is answered so far is still there
    seen(page)
    expect(page.locator("[data-field=gender]")).to_be_visible()
    for key in "121":
        press(page, key)
    expect(page.locator("[data-field=age]")).to_be_visible()
    press(page, "1")
    shows(page, seen_claims[1])
    page.keyboard.press("z")
    shows(page, seen_claims[0])
    for key in "201":
        press(page, key)
    saved(page)
    rows = Annotation.objects.filter(verdict="attributes", superseded_by=None).in_bulk(field_name="id").values()
    given = {row.claim_id: (row.race, row.gender, row.age) for row in rows}
    assert [given[claim] for claim in seen_claims] == [(1, 1, 2), (2, 2, 0), (4, 1, 1)]


def test_only_what_is_asked_is_shown_and_a_claimed_value_is_marked_not_chosen(sign_in: SignIn) -> None:
    claims = accepted_claims(2)
    Identity.objects.update(claimed_gender=2)
    for claim in Claim.objects.filter(pk__in=claims):
        for reviewer in factories.reviewers(2):
            scenes.say(reviewer, claim, "attributes", race=3, gender=1, age=1)
    policy_scenes.put_in_force(policy_scenes.draft(blind_fields=["race", "age"]))
    admin = factories.user(Role.ADMIN)
    reopen(claims=claims, question="attributes", fields=["gender"], cause="requeued", reason="a doubt", by=admin)
    page = open_screen(sign_in(factories.reviewer()), "/review/attributes/")
    expect(page.locator("[data-field]:visible")).to_have_count(1)
    expect(page.locator(".chip:has(.claimed)")).to_contain_text("male")
    expect(page.locator("[data-field] :checked")).to_have_count(0)
    saved(page)


def test_answered_flags_and_a_break_are_told_quietly(sign_in: SignIn) -> None:
    claims = visible_claims(4)
    person = factories.reviewer()
    told = Flag.objects.create(claim=claims[0], question="usable", reviewer=person, comment="?", answer="Accept those.")
    page = sign_in(person)
    minutes = "JSON.stringify({at: Date.now(), worked: 47 * 60000, first: [], latest: []})"
    page.evaluate(f"localStorage.setItem('mtf-work-{person.pk}-usable', {minutes})")
    open_screen(page)
    expect(page.locator("[data-slot=reply]")).to_contain_text("Accept those.")
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("[data-slot=reply]")).to_have_count(0)
    told.refresh_from_db()
    assert told.answer_seen_at is not None
    press(page, "a")
    expect(page.locator("[data-slot=break]")).to_contain_text("47 minutes at it")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Later").click()
    press(page, "a")
    saved(page)
    expect(page.locator("[data-slot=break]")).to_be_hidden()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/review/", "/review/attributes/", "/profile/keys/"])
def test_by_touch_every_target_is_large_enough(sign_in: SignIn, path: str, scheme: str) -> None:
    accepted_claims(2)
    visible_claims(2)
    page = sign_in(factories.reviewer())
    page.set_viewport_size({"width": 820, "height": 1180})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path)
    expect(page.locator("main")).to_be_visible()
    targets = page.locator("main button, main summary, main label.chip, .tools a, .tools button")
    low = "(one) => one.checkVisibility() && one.getBoundingClientRect().height < 44"
    assert targets.evaluate_all(f"(all) => all.filter({low}).map((one) => one.outerHTML)") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 820
    assert Axe().run(page).response["violations"] == []
    if path != "/profile/keys/":
        saved(page)
