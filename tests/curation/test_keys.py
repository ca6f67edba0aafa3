import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation.keys import (
    ACTIONS,
    DISPUTE_KEYS,
    changed_keys,
    check_keys,
    dispute_table,
    grid_table,
    key_table,
    read_keys,
    write_keys,
)  # fmt: skip
from curation.models import Profile
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

DEFAULTS = {action.code: write_keys(action.keys) for action in ACTIONS}


def test_the_reasons_digits_come_from_the_policy_and_own_keys_stand_in_for_the_defaults() -> None:
    table = key_table({"accept": ["j"]}, [{"code": "wrong_person", "key": "1"}, {"code": "occluded", "key": "4"}])
    assert table["accept"] == ["j"]
    assert table["reject:wrong_person"] == ["x", "arrowleft", "1"]
    assert table["reject:occluded"] == ["4"]
    assert table["undo"] == ["z", "backspace"]


def test_what_is_written_is_read_again() -> None:
    for action in ACTIONS:
        assert read_keys(write_keys(action.keys)) == list(action.keys)
    assert read_keys("j Right j space") == ["j", "arrowright", " "]


@pytest.mark.parametrize(
    ("own", "complaint"),
    [
        ({"accept": ["x"]}, "X cannot mean both “accept” and “reject: wrong person”."),
        ({"accept": ["4"]}, "4 is taken"),
        ({"accept": ["0"]}, "0 is taken"),
        ({"accept": ["enter"]}, "“enter” cannot be a key here"),
        ({"accept": [""]}, "cannot be a key here"),
        ({"accept": ["j", "k", "m", "n"]}, "more than 3 keys"),
        ({"accept": "a"}, "must be a list"),
        ({"jump": ["j"]}, "no action “jump”"),
        ([], "Keys are a table"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_in_a_sentence(own: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        check_keys(own)


def test_two_actions_may_change_places_and_one_may_have_no_key() -> None:
    check_keys({"accept": ["x"], "reject:wrong_person": ["a"], "grid": []})
    assert changed_keys({"accept": ["a", "arrowright"], "grid": []}) == {"grid": []}


# ---- The page


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


@pytest.mark.django_db
def test_the_page_is_for_those_who_review(client: Client) -> None:
    url = reverse("profile-keys")
    assert client.get(url).headers["Location"].startswith(reverse("login"))
    for role, status in [(Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]:
        client.force_login(factories.user(role))
        assert client.get(url).status_code == status, role
    client.force_login(factories.reviewer())
    assert client.put(url).status_code == 405


@pytest.mark.django_db
def test_own_keys_are_kept_shown_on_the_review_page_and_reset(client: Client, reviewer: User) -> None:
    url = reverse("profile-keys")
    assert client.post(url, {**DEFAULTS, "accept": "J Right", "keys_off": ""}).status_code == 302
    assert Profile.objects.get(user=reviewer).keys == {"accept": ["j", "arrowright"]}
    page = client.get(reverse("review"))
    assert page.context["profile"]["keys"]["accept"] == ["j", "arrowright"]
    assert '<span>✓ Accept</span> <kbd class="needs-js">J</kbd>' in page.content.decode()
    assert client.post(url, {"reset": "1"}).status_code == 302
    assert Profile.objects.get(user=reviewer).keys == {}


@pytest.mark.django_db
def test_shortcuts_can_be_switched_off_and_no_hint_is_left(client: Client, reviewer: User) -> None:
    client.post(reverse("profile-keys"), {**DEFAULTS, "keys_off": "on"})
    page = client.get(reverse("review"))
    assert page.context["profile"]["keys_off"] is True
    assert '<kbd class="needs-js">' not in page.content.decode()
    assert current_policy().reasons


@pytest.mark.django_db
def test_a_clash_is_named_and_what_was_typed_stays(client: Client, reviewer: User) -> None:
    response = client.post(reverse("profile-keys"), {**DEFAULTS, "accept": "Z"})
    assert response.status_code == 400
    assert "Z cannot mean both “accept” and “undo, twenty deep”." in response.content.decode()
    assert response.context["form"]["accept"].value() == "Z"
    assert not Profile.objects.exists()


def test_a_grid_keeps_its_own_keys_and_gives_way_to_those_of_a_person() -> None:
    table = grid_table(key_table({"accept": ["arrowup", "m"], "skip": ["s"]}))
    assert (table["accept"], table["skip"], table["menu"]) == (["m"], ["s"], [])
    assert grid_table(key_table({}))["menu"] == ["m"]
    assert grid_table(key_table({}))["undo"] == ["z"]


def test_no_key_means_on_a_dispute_what_it_does_not_mean_on_the_review_page() -> None:
    usual = {key for keys in key_table({}).values() for key in keys}
    assert not usual & set(DISPUTE_KEYS.values())
    table = dispute_table(key_table({"accept": ["j"], "photo": ["o", "c"]}))
    assert (table["accept"], table["next"], table["photo"], table["unclear"]) == (["j"], [], ["o", "c"], [])
    assert table["before"] == ["k"]


@pytest.mark.django_db
def test_the_grid_hints_at_the_persons_own_keys(client: Client, reviewer: User) -> None:
    scenes.claims(2)
    client.post(reverse("profile-keys"), {**DEFAULTS, "grid": "T", "reject:wrong_person": "N"})
    page = client.get(reverse("grid"))
    assert page.context["profile"]["keys"]["grid"] == ["t"]
    text = page.content.decode()
    assert 'data-action="single"><kbd class="needs-js">T</kbd>' in text
    assert 'arrows and <kbd class="needs-js">N</kbd>' in text
    assert "<kbd>V</kbd>" not in text
    assert "<kbd>X</kbd>" not in text


@pytest.mark.django_db
def test_a_grid_without_shortcuts_hints_at_none(client: Client, reviewer: User) -> None:
    scenes.claims(2)
    client.post(reverse("profile-keys"), {**DEFAULTS, "keys_off": "on"})
    text = client.get(reverse("grid")).content.decode()
    assert not re.search(r"<kbd[^>]*>[A-Z0-9?]</kbd>", text)
    assert "by a click; arrows and Enter work too" in text
