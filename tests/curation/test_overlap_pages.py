"""The rule of a question: in the form of a draft, in words, and what is expected of it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation.models import Policy
from curation.overlap import Rule
from curation.overlap_preview import asked
from curation.overlap_words import in_words
from curation.policies import current_policy
from curation.policy_changes import changes
from mtf_site.roles import Role
from tests import factories
from tests.curation import overlap_scenes as o
from tests.curation import policy_scenes as p
from tests.curation.test_policy_drafts import NEW, filled, saved
from tests.curation.test_policy_pages import text_of

pytestmark = pytest.mark.django_db
RULE = {"way_usable": "adaptive", "votes_usable": "2", "sure_usable": "98.5", "most_usable": "5"}


@pytest.fixture
def admin(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.ADMIN, username="hana")
    client.force_login(person)
    return person


def test_a_rule_is_written_into_a_draft(client: Client, admin: User) -> None:
    data = filled(client) | RULE | {"full_share_usable": "2.5"}
    assert client.post(NEW, data).status_code == 302
    assert saved().rule("usable") == Rule(2, 0.985, 5, 0.025)
    assert saved().rule("attributes") is None
    url = reverse("policy-edit", args=[2])
    assert {name: str(filled(client, url)[name]) for name in RULE} == RULE


def test_a_fixed_number_keeps_nothing_of_a_rule(client: Client, admin: User) -> None:
    client.post(NEW, filled(client) | RULE)
    url = reverse("policy-edit", args=[2])
    assert client.post(url, filled(client, url) | {"way_usable": "fixed", "sure_usable": ""}).status_code == 302
    draft = saved()
    assert (draft.rule("usable"), draft.votes_usable) == (None, 2)
    assert (draft.sure_usable, draft.most_usable, draft.full_share_usable) == (None, None, 0)


def test_a_form_that_says_nothing_of_the_way_asks_a_fixed_number(client: Client, admin: User) -> None:
    data = {
        name: value for name, value in filled(client).items() if not name.startswith(("way", "sure", "most", "full"))
    }
    assert client.post(NEW, data).status_code == 302
    assert saved().rule("usable") is saved().rule("attributes") is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"sure_usable": ""}, "A rule needs this."),
        ({"most_usable": ""}, "A rule needs this."),
        ({"full_share_usable": ""}, "A rule needs this."),
        ({"votes_usable": "6"}, "There are at least as many as the fewest."),
        ({"most_usable": "10"}, "less than or equal to 9"),
        ({"sure_usable": "50"}, "greater than or equal to 50.01"),
        ({"sure_usable": "100"}, "less than or equal to 99.99"),
        ({"full_share_usable": "101"}, "less than or equal to 100"),
        ({"way_usable": "sometimes"}, "Select a valid choice."),
        ({"sure_usable": "surely"}, "Enter a number."),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(
    client: Client, admin: User, data: dict[str, Any], says: str
) -> None:
    response = client.post(NEW, filled(client) | RULE | data)
    assert response.status_code == 400
    assert says in response.content.decode()
    assert not Policy.objects.filter(activated_at=None).exists()


def test_a_draft_has_its_parents_sample(client: Client, admin: User) -> None:
    client.post(NEW, filled(client) | RULE)
    assert saved().sample_key == current_policy().sample_key
    assert Policy(version=9).sample_key != Policy(version=9).sample_key


def test_rules_in_words() -> None:
    made = p.draft(votes_usable=1, sure_usable=0.98, most_usable=3, full_share_usable=0.05)
    assert in_words(made, "attributes") == "2 answers"
    words = "1 answer, then one at a time until 98\xa0% sure, 3 at most"
    assert in_words(made, "usable") == f"{words}; 5\xa0% of all faces get 3"
    made.full_share_usable = 0
    assert in_words(made, "usable") == words
    made.sure_usable = 0.995
    assert "until 99.5\xa0% sure" in in_words(made, "usable")


def test_a_change_of_the_rule_is_told() -> None:
    made = p.draft(sure_usable=0.98, most_usable=5)
    words = "2 answers, then one at a time until 98\xa0% sure, 5 at most"
    what = "Answers wanted to “the right person, and a usable face?”"
    assert made.parent is not None
    assert [(c.what, c.was, c.now) for c in changes(made.parent, made)] == [(what, "2 answers", words)]


def test_the_policy_page_tells_the_rule_and_what_is_expected(client: Client, admin: User) -> None:
    o.adaptive(share=0.05)
    text = text_of(client, reverse("policy", args=[2]))
    assert "2 answers, then one at a time until 98 % sure, 5 at most; 5 % of all faces get 5" in text
    assert "Expected: about 2." in text
    assert "reviewers are supposed to be right in nine of ten" in text
    o.estimate({admin: 0.95})
    text = text_of(client, reverse("policy", args=[2]))
    assert "Drawn from error rates of 300 answers." in text


def test_reviewers_read_the_rule_alone() -> None:
    o.adaptive()
    client = Client()
    client.force_login(factories.reviewer())
    text = text_of(client, reverse("policy", args=[2]))
    assert "5 at most" in text
    assert "Expected:" not in text


def test_before_it_is_put_in_force_the_draft_says_what_is_expected(client: Client, admin: User) -> None:
    made = p.draft(sure_attributes=0.98, most_attributes=4)
    text = text_of(client, reverse("policy-activate", args=[made.version]))
    assert "To attributes" in text
    assert "Expected: about " in text
    assert "To “usable?”" not in text, "a fixed number needs no telling"


def test_a_rule_that_wants_more_people_than_there_are_is_warned_of(client: Client, admin: User) -> None:
    made = p.draft(sure_usable=0.98, most_usable=4)
    url = reverse("policy-activate", args=[made.version])
    factories.reviewers(2)
    factories.user(Role.ADJUDICATOR, Role.REVIEWER)
    assert "A face may want answers of 4 people, and 3 may review" in text_of(client, url)
    factories.reviewer()
    assert "may review:" not in text_of(client, url)
    assert "may review:" not in text_of(client, reverse("policy-activate", args=[p.draft(votes_usable=9).version]))


def test_fixed_numbers_look_nothing_up(client: Client, admin: User, django_assert_num_queries: Any) -> None:
    policy = current_policy()
    with django_assert_num_queries(0):
        found = asked(policy)
    assert [(one.question, one.words, one.expected) for one in found] == [
        ("usable", "2 answers", None),
        ("attributes", "2 answers", None),
    ]


def test_what_is_expected_is_drawn_once() -> None:
    policy = o.adaptive()
    first, again = asked(policy)[0].expected, asked(policy)[0].expected
    assert first is not None
    assert first is again
