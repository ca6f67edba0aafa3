"""Pictures by their hashes: who gets them, and what nobody but those in charge gets."""

import pytest
from django.test import Client

from curation.claims import open_claims
from curation.models import Claim
from curation.policies import current_policy
from curation.serving import recent
from ingest import store
from mtf_site.roles import Role
from tests import factories
from tests.curation.scenes import say

pytestmark = pytest.mark.django_db
IN_CHARGE = [Role.ADJUDICATOR, Role.ADMIN, Role.AUDITOR]
OTHERS = [Role.REVIEWER, Role.RELEASE_MANAGER]


@pytest.fixture
def claim() -> Claim:
    crop, preview = store.put("crops", b"crop"), store.put("previews", b"preview")
    identity, photo = factories.identity(), factories.photo(preview_sha256=preview)
    factories.candidate(identity, photo)
    factories.face(photo, crop_sha256=crop)
    open_claims()
    return Claim.objects.get()


def statuses(claim: Claim, role: Role) -> set[int]:
    client = Client()
    client.force_login(factories.user(role))
    urls = f"/crops/{claim.face.crop_sha256}.jpg", f"/photos/{claim.photo.preview_sha256}.jpg"
    return {_status(client, url) for url in urls}


def _status(client: Client, url: str) -> int:
    answer = client.get(url)
    assert list(answer)  # read to its end, which closes the file
    return answer.status_code


@pytest.mark.parametrize("role", [*IN_CHARGE, *OTHERS])
def test_whoever_has_a_role_sees_what_circulates(claim: Claim, role: Role) -> None:
    assert statuses(claim, role) == {200}


@pytest.mark.parametrize("kind", ["under_age", "licence"])
def test_what_is_in_quarantine_is_there_for_those_in_charge_alone(claim: Claim, kind: str) -> None:
    say(factories.reviewer(), claim, "quarantine", reason=kind)
    assert [statuses(claim, role) for role in IN_CHARGE] == [{200}] * 3
    assert [statuses(claim, role) for role in OTHERS] == [{404}] * 2


def test_the_last_answers_show_no_picture_that_is_in_quarantine(claim: Claim) -> None:
    one, two = factories.reviewers(2)
    say(one, claim)
    assert recent(one, current_policy())[0]["crop"] == f"/crops/{claim.face.crop_sha256}.jpg"
    say(two, claim, "quarantine", reason="under_age")
    assert [mark["crop"] for person in (one, two) for mark in recent(person, current_policy())] == ["", ""]
