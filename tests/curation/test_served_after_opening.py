"""An adjudicator is not asked, as a reviewer, about a face whose votes they have opened."""

import pytest
from django.test import Client

from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute_of

pytestmark = pytest.mark.django_db


def test_who_opened_the_votes_is_not_served_that_face(client: Client) -> None:
    person = factories.user(Role.REVIEWER, Role.ADJUDICATOR)
    opened, other = scenes.claims(2)
    client.force_login(person)
    assert client.get(dispute_of(opened)).status_code == 200
    assert [slot.claim_id for slot in scenes.lease(person)] == [other.pk]
    assert {slot.claim_id for slot in scenes.lease(factories.reviewer())} == {opened.pk, other.pk}


def test_an_answer_of_one_who_opened_the_votes_is_kept_and_not_counted(client: Client) -> None:
    person = factories.user(Role.REVIEWER, Role.ADJUDICATOR)
    opened = scenes.claim()
    client.force_login(person)
    client.get(dispute_of(opened))
    assert scenes.say(person, opened)[0].status == "late"
    assert scenes.waits(opened) == 2
