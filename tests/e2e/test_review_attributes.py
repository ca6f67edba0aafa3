"""The second question: a digit a field, one field in a run over many faces, only what is asked."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from curation.models import Annotation, Claim, Policy
from curation.policies import current_policy
from curation.reopening import reopen
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, scenes
from tests.e2e.test_review_screen import (
    accepted_claims,
    claim_on,
    open_screen,
    press,
    saved,
    seen,
    shows,
    visible_claims,
)

SignIn = Callable[[User], Page]


def test_attributes_take_three_digits_and_step_back(sign_in: SignIn) -> None:
    (claim, _second) = visible_claims(2)
    for each in (claim, _second):
        for reviewer in factories.reviewers(2):
            scenes.say(reviewer, each)
    page = open_screen(sign_in(factories.reviewer()), "/review/attributes/")
    first = claim_on(page)
    for key in ("3", "1", "z", "2", "0"):
        page.keyboard.press(key)
    expect(page.locator("input[name=claim]")).not_to_have_value(str(first))
    saved(page)
    page.keyboard.press("z")
    expect(page.locator("input[name=claim]")).to_have_value(str(first))
    expect(page.locator("[data-field=age]")).to_have_class("asked now")
    page.keyboard.press("1")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(first))
    saved(page)
    rows = Annotation.objects.filter(claim=first, verdict="attributes").order_by("received_at")
    assert list(rows.values_list("race", "gender", "age")) == [(3, 2, 0), (3, 2, 1)]


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
