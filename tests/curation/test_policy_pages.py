import json
import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation import activation
from curation.models import Activation, Policy, Reopening
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.ADMIN, username="hana")
    client.force_login(person)
    return person


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


# ---- Reading


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_admins_and_auditors_read_every_version_and_draft(role: Role) -> None:
    p.put_in_force(p.draft(votes_usable=3))
    p.draft(guideline="Only this.\n\nAnd that.")
    client = signed_in(role)
    text = text_of(client, reverse("policies"))
    assert "Version 1" in text
    assert "in force" in text
    assert "because it is finer" in text
    assert ("Begin a draft" in text) is (role == Role.ADMIN)
    for version in (1, 2, 3):
        assert "Guideline" in text_of(client, reverse("policy", args=[version]))
    assert "<p>Only this.</p><p>And that.</p>" in text_of(client, reverse("policy", args=[3]))


def test_a_version_says_what_became_of_the_answers_before_it(client: Client, admin: User) -> None:
    finer = p.fields(age=p.BANDS, gender=[{"code": 1, "label": "woman"}, {"code": 2, "label": "male"}])
    p.put_in_force(p.draft(fields=finer), {"age": {"1": None, "2": "5"}, "gender": {"1": "1", "2": "2"}})
    page = client.get(reverse("policy", args=[2]))
    told = [(row.field_label, row.label, row.now) for row in page.context["carried"]]
    assert told == [
        ("Perceived gender", "female", "woman"),
        ("Age in this picture", "young, 18–49", None),
        ("Age in this picture", "old, 50+", "50–69"),
    ]
    text = " ".join(page.content.decode().split())
    assert "What became of earlier answers" in text
    assert 'young, 18–49 <span aria-hidden="true">→</span> <span class="warn-text">asked anew</span>' in text
    assert 'old, 50+ <span aria-hidden="true">→</span> counted as “50–69”' in text
    p.put_in_force(p.draft(votes_usable=3))
    assert "What became of earlier answers" not in text_of(client, reverse("policy", args=[3]))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADJUDICATOR])
def test_who_judges_reads_the_one_in_force_only(role: Role) -> None:
    p.put_in_force(p.draft())
    p.draft()
    client = signed_in(role)
    assert client.get(reverse("policies")).headers["Location"] == reverse("policy", args=[2])
    text = text_of(client, reverse("policy", args=[2]))
    assert "Reasons to reject" in text
    assert "What is different" not in text
    assert [client.get(reverse("policy", args=[n])).status_code for n in (1, 3, 9)] == [404, 404, 404]


NAMES = ("policies", "policy-new")
OF_ONE = ("policy", "policy-edit", "policy-delete", "policy-activate", "policy-compare", "policy-progress")


def urls() -> list[str]:
    return [*(reverse(name) for name in NAMES), *(reverse(name, args=[2]) for name in OF_ONE)]


@pytest.mark.parametrize("roles", [(), (Role.RELEASE_MANAGER,)])
def test_policies_are_closed_to_others(roles: tuple[Role, ...]) -> None:
    p.draft()
    client = signed_in(*roles)
    for url in urls():
        assert (client.get(url).status_code, client.post(url).status_code) == (403, 403), url


def test_policies_ask_strangers_to_sign_in() -> None:
    for url in urls():
        assert Client().get(url)["Location"].startswith(reverse("login")), url


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.ADJUDICATOR])
def test_only_admins_change_anything(role: Role) -> None:
    p.draft()
    client = signed_in(role)
    for url in urls():
        assert client.post(url).status_code in (403, 405), url
    assert client.get(reverse("policy-edit", args=[2])).status_code == 403
    assert list(Policy.objects.filter(activated_at=None).values_list("version", flat=True)) == [2]


@pytest.mark.parametrize(("name", "method"), [("policies", "post"), ("policy", "post"), ("policy-compare", "get")])
def test_the_wrong_method_is_refused(client: Client, admin: User, name: str, method: str) -> None:
    p.draft()
    url = reverse(name, args=[] if name == "policies" else [2])
    assert getattr(client, method)(url).status_code == 405


def test_a_version_in_force_is_not_edited_deleted_or_put_in_force_again(client: Client, admin: User) -> None:
    current_policy()
    for name in ("policy-edit", "policy-delete", "policy-activate"):
        url = reverse(name, args=[1])
        assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)


def test_the_list_counts_the_answers_under_each_version(client: Client, admin: User) -> None:
    scenes.accepted()
    p.put_in_force(p.draft())
    scenes.say(factories.reviewer(), scenes.claim())
    text = text_of(client, reverse("policies"))
    assert "1 answer given under it" in text
    assert "2 answers given under it" in text


# ---- Putting it in force


def finer() -> Policy:
    return p.draft(fields=p.fields(age=p.BANDS))


def test_the_preview_tells_what_then_happens(client: Client, admin: User) -> None:
    people = factories.reviewers(2)
    for ages in ((1, 1), (1, 1), (2, 2), (1, 2)):
        p.judged(people, *ages)
    p.judged(people, 1)
    url = reverse("policy-activate", args=[finer().version])
    response = client.get(url, {"age_1": "anew", "age_2": "5"})
    found = response.context["found"]
    assert (found.stay, found.renamed, found.reopen, found.reopened_claims, found.open_anew) == (9, 1, 2, 2, 2)
    response = client.post(url, {"age_1": "anew", "age_2": "5", "note": "finer bands"})
    assert response.status_code == 302
    row = Activation.objects.get()
    assert row.reopened == found.reopened_claims + found.open_anew == Reopening.objects.count()
    policy = current_policy()
    assert (policy.version, policy.note, policy.activated_by) == (2, "finer bands", admin)
    assert policy.carry == {"age": {"1": None, "2": "5"}}


def test_the_figures_wait_for_what_is_not_chosen_yet(client: Client, admin: User) -> None:
    p.judged(factories.reviewers(2), 1, 1)
    text = text_of(client, reverse("policy-activate", args=[finer().version]))
    assert "Choose for every class that changed" in text
    assert "This field is required" not in text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"age_1": "anew", "age_2": "5"}, "This field is required."),
        ({"age_1": "anew", "note": "why"}, "Say what becomes of the answers."),
        ({"age_1": "anew", "age_2": "77", "note": "why"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_put_in_force(
    client: Client, admin: User, data: dict[str, str], says: str
) -> None:
    response = client.post(reverse("policy-activate", args=[finer().version]), data)
    assert (response.status_code, current_policy().version) == (400, 1)
    assert says in response.content.decode()
    assert response.context["form"]["age_1"].value() == "anew"


def test_a_draft_of_an_older_version_is_compared_first(client: Client, admin: User) -> None:
    old = finer()
    p.put_in_force(p.draft(votes_usable=3))
    url = reverse("policy-activate", args=[old.version])
    assert "Version 3 came in between" in text_of(client, url)
    response = client.post(url, {"age_1": "anew", "age_2": "anew", "note": "why"})
    assert (response.status_code, current_policy().version) == (400, 3)
    client.post(reverse("policy-compare", args=[old.version]))
    old.refresh_from_db()
    assert old.parent == current_policy()


def test_an_activation_while_another_is_under_way_says_so(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation, "AT_ONCE", 0)
    p.judged(factories.reviewers(2), 1, 1)
    first = finer()
    client.post(reverse("policy-activate", args=[first.version]), {"age_1": "anew", "age_2": "5", "note": "why"})
    text = text_of(client, reverse("policy", args=[first.version]))
    assert "0 of 1 faces looked at anew" in text
    assert "hx-get" in text_of(client, reverse("policy-progress", args=[first.version]))
    response = client.post(reverse("policy-activate", args=[p.draft().version]), {"note": "why"})
    assert "still being applied" in response.content.decode()
    while activation.go_on(Activation.objects.get().pk):
        pass
    text = text_of(client, reverse("policy-progress", args=[first.version]))
    assert "1 of them is asked anew" in text
    assert "hx-get" not in text


def test_open_questions_are_heeded_when_ticked(client: Client, admin: User) -> None:
    claim = scenes.claim()
    url = reverse("policy-activate", args=[p.draft(votes_usable=3).version])
    assert client.get(url, {"heeds_open": "on"}).context["found"].raised == 1
    client.post(url, {"heeds_open": "on", "note": "three are better"})
    assert scenes.waits(claim) == 3


# ---- Deleting


def test_a_draft_is_deleted_once_that_is_confirmed(client: Client, admin: User) -> None:
    draft = p.draft(votes_usable=3)
    url = reverse("policy-delete", args=[draft.version])
    assert "does not come back" in text_of(client, url)
    assert Policy.objects.filter(pk=draft.pk).exists()
    assert client.post(url)["Location"] == reverse("policies")
    assert not Policy.objects.filter(pk=draft.pk).exists()


# ---- Answers from a page that shows the policy before


@pytest.mark.parametrize(("said", "kept"), [(1, 1), (None, 2), (99, 2), ("1", 2), (2, 2)])
def test_an_answer_is_read_by_the_policy_that_was_shown(client: Client, said: object, kept: int) -> None:
    person = factories.reviewer()
    client.force_login(person)
    claim = scenes.claim()
    p.put_in_force(p.draft())
    when = "2026-05-04T09:30:00Z"
    entry = {"id": str(uuid.uuid4()), "kind": "answer", "claim": claim.pk, "question": "usable", "verdict": "accept"}
    entry |= {"shown_at": when, "decided_at": when, "mode": "single", "policy": said}
    payload = {"user": person.pk, "question": "usable", "want": 0, "have": [], "entries": [entry]}
    response = client.post(reverse("review-sync"), {"payload": json.dumps(payload)})
    assert response.json()["results"][0]["status"] == "saved"
    assert claim.annotations.get().policy.version == kept
