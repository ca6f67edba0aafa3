import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Flag
from curation.quarantine import IN_FORCE
from curation.replies import unseen_replies
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def flag(reviewer: User, **fields: Any) -> Flag:
    known: dict[str, Any] = {"question": "usable", "comment": "a wig?", "answer": "Accept it."}
    known["resolved_at"] = timezone.now()
    return Flag.objects.create(claim=scenes.claim(), reviewer=reviewer, **(known | fields))


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


def test_the_review_page_tells_of_answers_until_they_are_seen(client: Client, reviewer: User) -> None:
    answered, _open, _others = flag(reviewer), flag(reviewer, answer=""), flag(factories.reviewer())
    assert [reply["id"] for reply in client.get(reverse("review")).context["replies"]] == [answered.pk]
    response = client.post(reverse("flag-seen", args=[answered.pk]), {"question": "attributes"})
    assert response.headers["Location"] == reverse("attributes")
    answered.refresh_from_db()
    assert answered.answer_seen_at is not None
    assert client.get(reverse("review")).context["replies"] == []


def test_a_face_out_of_circulation_is_told_of_without_its_picture(reviewer: User) -> None:
    row = flag(reviewer)
    assert unseen_replies(reviewer)[0]["crop"].endswith(f"{row.claim.face.crop_sha256}.jpg")
    scenes.say(factories.reviewer(), row.claim, "quarantine", reason="under_age")
    assert "" in IN_FORCE
    assert unseen_replies(reviewer)[0]["crop"] == ""


def test_flags_of_others_open_ones_and_none_are_not_there(client: Client, reviewer: User) -> None:
    for pk in (flag(factories.reviewer()).pk, flag(reviewer, answer="").pk, uuid.uuid4()):
        assert client.post(reverse("flag-seen", args=[pk])).status_code == 404
    assert client.get(reverse("flag-seen", args=[uuid.uuid4()])).status_code == 405
    assert not Flag.objects.exclude(answer_seen_at=None).exists()
