"""The review screen as a plain form, for whoever has no JavaScript."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation.models import Annotation, Claim, Flag, Skip
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db

SHOWN = "2026-05-04T09:30:00.250Z"


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


def form(claim: Claim, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "claim": claim.pk, "question": "usable", "shown_at": SHOWN, **fields}


@pytest.mark.parametrize(
    ("press", "verdict", "reason"),
    [
        ("accept", "accept", ""),
        ("reject:occluded", "reject", "occluded"),
        ("cannot_tell", "cannot_tell", ""),
        ("quarantine:under_age", "quarantine", "under_age"),
    ],
)
def test_the_screen_works_as_a_form(client: Client, reviewer: User, press: str, verdict: str, reason: str) -> None:
    claim = scenes.claim()
    response = client.post(reverse("review-answer"), form(claim, answer=press))
    assert response.headers["Location"] == reverse("review")
    saved = Annotation.objects.get()
    assert (saved.verdict, saved.reason, saved.reviewer) == (verdict, reason, reviewer)


def test_the_form_relabels_skips_and_undoes(client: Client, reviewer: User) -> None:
    claim, other = scenes.claim(), factories.identity("Bo Lindqvist")
    client.post(reverse("review-answer"), form(claim, answer="relabel", identity_name="bo lindqvist"))
    assert Annotation.objects.get().relabel_to == other
    client.post(reverse("review-answer"), form(claim, answer="undo"))
    assert Annotation.objects.filter(verdict="withdrawn").count() == 1
    client.post(reverse("review-answer"), form(claim, answer="skip"))
    assert Skip.objects.get().reviewer == reviewer


def test_the_form_flags_with_a_comment_and_says_where_there_is_none(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    done = client.post(reverse("review-answer"), form(claim, answer="flag", note="two of this name"), follow=True)
    assert (Flag.objects.get().claim, Flag.objects.get().comment) == (claim, "two of this name")
    assert "Flagged" in str(next(iter(done.context["messages"])))
    refused = client.post(reverse("review-answer"), form(claim, answer="flag", note=" "), follow=True)
    assert "comment" in str(next(iter(refused.context["messages"])))
    assert Flag.objects.count() == 1


def test_the_form_answers_attributes(client: Client, reviewer: User) -> None:
    claim = scenes.accepted()
    fields = {"question": "attributes", "answer": "attributes", "race": 0, "gender": 2, "age": 1}
    assert client.post(reverse("review-answer"), form(claim, **fields)).headers["Location"] == reverse("attributes")
    saved = Annotation.objects.get(question="attributes")
    assert (saved.race, saved.gender, saved.age) == (0, 2, 1)


def test_the_form_says_what_was_wrong(client: Client, reviewer: User) -> None:
    response = client.post(reverse("review-answer"), form(scenes.claim(), answer="reject:"), follow=True)
    assert "no such reason" in str(next(iter(response.context["messages"])))


def test_a_zero_byte_is_nobodys_name(client: Client, reviewer: User) -> None:
    assert client.get(reverse("review-identities"), {"q": "a\0"}).status_code == 400
    response = client.post(reverse("review-answer"), form(scenes.claim(), answer="relabel", identity_name="a\0"))
    assert response.status_code == 302
    assert not Annotation.objects.exists()
