"""A person refused a photo's licence: its faces leave the queue, and come back if another source is taken."""

import pytest
from django.contrib.auth.models import User

from curation.adjudication import disputes
from curation.claims import EVER, open_claims
from curation.models import Claim, Slot
from curation.queue import heed_refused_photos
from curation.tasks import open_claims as open_claims_task
from ingest.decisions import Decision, decide, newest, said_of
from ingest.models import Candidate, DuplicateGroup, Photo
from mtf_site.roles import Role
from tests import factories
from tests.curation.scenes import accepted, claim, lease, say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


def refuse(photo: Photo, by: User) -> None:
    """As it comes about: another source of the same photo names another licence."""
    other = factories.candidate(
        factories.identity(), photo, state="held", refusal="licence_sources_differ", licence="CC-BY-SA-4.0"
    )
    seen = newest(said_of([other])[other.pk])
    assert decide(other.pk, Decision("", "It is stolen.", by), seen=seen) == []


def test_open_claims_leave_the_queue_with_their_leases_and_no_new_one_is_opened(admin: User) -> None:
    made, other = claim(), claim()
    person = factories.reviewer()
    assert {slot.claim_id for slot in lease(person)} == {made.pk, other.pk}
    refuse(made.photo, admin)
    factories.face(made.photo)
    open_claims_task()
    assert {slot.claim_id for slot in lease(person)} == {other.pk}
    assert (waits(made), waits(other)) == (0, 2)
    assert open_claims(EVER) == 0
    assert heed_refused_photos() == 0


def test_attributes_of_an_accepted_face_are_no_longer_asked(admin: User) -> None:
    made = accepted()
    assert waits(made, "attributes") > 0
    refuse(made.photo, admin)
    heed_refused_photos()
    assert (state(made), waits(made, "attributes")) == ("accepted", 0)


def test_a_dispute_about_a_refused_photo_is_nobodys_work(admin: User) -> None:
    made = claim()
    say(factories.reviewer(), made)
    say(factories.reviewer(), made, "reject")
    assert [row.claim for row in disputes("usable")] == [made]
    refuse(made.photo, admin)
    assert not disputes("usable").exists()


def test_an_answer_that_was_under_way_opens_nothing_again(admin: User) -> None:
    made, person = claim(), factories.reviewer()
    lease(person)
    refuse(made.photo, admin)
    heed_refused_photos()
    say(person, made)
    assert waits(made) == 0


def test_they_come_back_when_another_source_came_all_the_way(admin: User) -> None:
    made = claim()
    refuse(made.photo, admin)
    heed_refused_photos()
    factories.candidate(made.identity, made.photo)
    assert (heed_refused_photos(), waits(made), heed_refused_photos()) == (1, 2, 0)


def test_a_near_duplicate_takes_the_place(admin: User) -> None:
    group, person = DuplicateGroup.objects.create(), factories.identity()
    photos = [factories.photo(), factories.photo()]
    best, next_best = (
        factories.face(photo, duplicate_group=group, crop_side=side)
        for photo, side in zip(photos, (400, 300), strict=True)
    )
    for photo in photos:
        factories.candidate(person, photo)
    open_claims()
    assert Claim.objects.get().face == best
    refuse(photos[0], admin)
    heed_refused_photos()
    assert open_claims() == 1
    assert set(Slot.objects.filter(waiting=True).values_list("claim__face", flat=True)) == {next_best.pk}
    assert Candidate.objects.filter(photo=photos[0], state="done").count() == 0
