"""How many answers a question gets, written by an admin in the browser."""

from playwright.sync_api import expect

from curation.models import Policy
from curation.overlap import Rule
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.e2e.conftest import SignIn


def test_a_rule_is_asked_for_only_where_it_is_wanted(sign_in: SignIn) -> None:
    current_policy()
    page = sign_in(factories.user(Role.ADMIN, username="hana"))
    page.goto("/policies/new/")
    group = page.get_by_role("group", name="usable face")
    expect(group.get_by_label("Independent answers")).to_be_visible()
    expect(group.get_by_label("Sure enough")).to_be_hidden()
    group.get_by_label("As many as it takes").check()
    group.get_by_label("Sure enough").fill("99")
    group.get_by_label("Most answers").fill("1")
    page.get_by_role("button", name="Save the draft").click()
    expect(group.get_by_text("There are at least as many as the fewest.")).to_be_visible()
    group.get_by_label("Most answers").fill("4")
    page.get_by_role("button", name="Save the draft").click()
    asked = "2 answers, then one at a time until 99 % sure, 4 at most; 5 % of all faces get 4"
    expect(page.locator("#how + dl")).to_contain_text(asked)
    expect(page.locator("#how + dl")).to_contain_text("Expected: about 2.")
    draft = Policy.objects.get(activated_at=None)
    assert (draft.rule("usable"), draft.rule("attributes")) == (Rule(2, 0.99, 4, 0.05), None)
