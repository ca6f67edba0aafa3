import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation.models import Annotation, Claim, Skip
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db

SHOWN = "2026-05-04T09:30:00.250Z"


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


def plain(claims: list[Claim], **answers: str) -> dict[str, Any]:
    """What the form posts without scripts: `c0`, `c1` … name the claims in turn."""
    data: dict[str, Any] = {"claim": [claim.pk for claim in claims], "shown_at": SHOWN}
    for n, claim in enumerate(claims):
        data |= {f"answer-{claim.pk}": answers.get(f"c{n}", "accept"), f"id-{claim.pk}": str(uuid.uuid4())}
    return data


@pytest.mark.parametrize("name", ["grid", "grid-next"])
def test_the_grid_is_for_reviewers(client: Client, name: str) -> None:
    url = reverse(name)
    assert client.get(url).headers["Location"].startswith(reverse("login"))
    for role, status in [(Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]:
        client.force_login(factories.user(role))
        assert client.get(url).status_code == status, role
    client.force_login(factories.reviewer())
    assert client.post(url).status_code == 405


@pytest.mark.parametrize("name", ["grid-answer", "grid-undo"])
def test_what_changes_something_is_posted_by_reviewers(client: Client, name: str) -> None:
    client.force_login(factories.reviewer())
    assert client.get(reverse(name)).status_code == 405
    client.force_login(factories.user(Role.AUDITOR))
    assert client.post(reverse(name)).status_code == 403


def test_the_page_shows_the_faces_of_one_identity(client: Client, reviewer: User) -> None:
    claims = scenes.claims(6, factories.identity("Ada Marlow"))
    page = client.get(reverse("grid"))
    assert {item["claim"] for item in page.context["batch"]["items"]} == {claim.pk for claim in claims}
    assert "Ada Marlow" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_the_next_grid_is_without_what_is_on_hand(client: Client, reviewer: User) -> None:
    scenes.claims(6), scenes.claims(6)
    first = [item["claim"] for item in client.get(reverse("grid")).context["batch"]["items"]]
    more = client.get(reverse("grid-next"), {"have": ",".join(map(str, first))}).json()
    assert len(more["items"]) == 6
    assert not set(first) & {item["claim"] for item in more["items"]}
    assert "purpose" not in json.dumps(more)


@pytest.mark.parametrize("have", ["x", "1,,2", "-1", ",".join(["7"] * 201), "9" * 30])
def test_a_list_that_cannot_be_read_is_refused(client: Client, reviewer: User, have: str) -> None:
    answer = client.get(reverse("grid-next"), {"have": have})
    assert answer.status_code == 400
    assert "have" in answer.json()["error"]


def test_answers_of_a_grid_are_told_apart(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    entry = {"kind": "answer", "id": str(uuid.uuid4()), "claim": claim.pk, "question": "usable", "verdict": "accept"}
    for mode, saved in [("grid", "saved"), ("adjudication", "refused")]:
        sent = {**entry, "mode": mode, "shown_at": SHOWN, "id": str(uuid.uuid4())}
        payload = {"user": reviewer.pk, "question": "usable", "want": 0, "have": [], "entries": [sent]}
        body = client.post(reverse("review-sync"), {"payload": json.dumps(payload)}).json()
        assert [result["status"] for result in body["results"]] == [saved]
    assert Annotation.objects.get().mode == "grid"


def test_attributes_have_no_grid(client: Client, reviewer: User) -> None:
    claim = scenes.accepted()
    entry = {"kind": "answer", "id": str(uuid.uuid4()), "claim": claim.pk, "question": "attributes"}
    sent = {**entry, "verdict": "attributes", "race": 1, "gender": 1, "age": 1, "mode": "grid", "shown_at": SHOWN}
    payload = {"user": reviewer.pk, "question": "attributes", "want": 0, "have": [], "entries": [sent]}
    body = client.post(reverse("review-sync"), {"payload": json.dumps(payload)}).json()
    assert body["results"][0]["status"] == "refused"
    assert not Annotation.objects.filter(reviewer=reviewer).exists()


def test_the_plain_form_answers_skips_and_is_taken_back(client: Client, reviewer: User) -> None:
    claims = scenes.claims(5)
    data = plain(claims, c1="reject:wrong_person", c2="skip", c3="quarantine:under_age")
    assert client.post(reverse("grid-answer"), data).headers["Location"] == reverse("grid")
    client.post(reverse("grid-answer"), data)  # pressed twice
    said = {row.claim_id: (row.verdict, row.reason, row.mode) for row in Annotation.objects.all()}
    assert said == {
        claims[0].pk: ("accept", "", "grid"),
        claims[1].pk: ("reject", "wrong_person", "grid"),
        claims[3].pk: ("quarantine", "under_age", "grid"),
        claims[4].pk: ("accept", "", "grid"),
    }
    assert Skip.objects.get().claim == claims[2]
    page = client.post(reverse("grid-undo"), follow=True)
    assert "4 answers are taken back" in page.content.decode()
    assert Annotation.objects.filter(verdict="withdrawn").count() == 4
    page = client.post(reverse("grid-undo"), follow=True)
    assert "There is no grid to take back" in page.content.decode()


def test_one_bad_answer_does_not_stop_the_others(client: Client, reviewer: User) -> None:
    claims = scenes.claims(5)
    page = client.post(reverse("grid-answer"), plain(claims, c1="reject:ugly", c2="nonsense"), follow=True)
    assert Annotation.objects.count() == 3
    assert "2 answers were not taken" in page.content.decode()


def test_an_empty_form_says_so(client: Client, reviewer: User) -> None:
    page = client.post(reverse("grid-answer"), {"claim": ["x", "²"]}, follow=True)
    assert "There is no face in this grid" in page.content.decode()
    assert not Annotation.objects.exists()


def test_an_empty_grid_says_what_to_do(client: Client, reviewer: User) -> None:
    scenes.claims(2)
    page = client.get(reverse("grid")).content.decode()
    assert "No identity has 5 faces waiting for you" in page
    assert f'href="{reverse("review")}"' in page
    assert current_policy()
