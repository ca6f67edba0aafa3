from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from curation.release.freezing import left_out_of_tasks
from curation.release.orders import Order
from curation.release.selection import NEXT, Triage, selected, triage
from ingest.models import DuplicateGroup, Erasure, Face, Identity, Photo, Tombstone
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()


def held_back() -> dict[str, int]:
    return {found.code: found.count for found in triage().held_back}


def test_accepted_faces_with_a_proved_licence_are_ready() -> None:
    made = r.accepted(factories.identity())
    r.claim(factories.identity())  # open
    assert triage() == Triage(1, ())
    assert [(s.claim, s.face, s.crop_sha256) for s in selected()] == [(made.pk, made.face_id, made.face.crop_sha256)]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"proof": "unproved"}, "licence_unproved"),
        ({"proof": ""}, "licence_unproved"),
        ({"licence": "CC-BY-NC-4.0"}, "licence_refused"),
        ({"licence": "CC-BY-ND-2.0"}, "licence_refused"),
        ({"licence": "OGL-UK-3.0"}, "licence_refused"),  # a person has to decide on that one
        ({"licence": ""}, "licence_refused"),
        ({"creator": " \n"}, "creator_missing"),
        ({"creator": "", "licence": "CC-BY-SA-4.0"}, "creator_missing"),
    ],
)
def test_a_face_of_doubtful_licence_is_held_back(source: dict[str, Any], reason: str) -> None:
    r.accepted(factories.identity(), **source)
    assert triage().ready == 0
    assert held_back() == {reason: 1}


@pytest.mark.parametrize("spdx", ["CC0-1.0", "CC-PDM-1.0"])
def test_a_public_domain_face_needs_no_creator(spdx: str) -> None:
    r.accepted(factories.identity(), licence=spdx, creator="")
    assert triage() == Triage(1, ())


def test_the_licence_of_a_relabelled_face_is_its_photos() -> None:
    made = r.accepted(factories.identity(), proof="unproved")
    proof = factories.candidate(factories.identity(), made.photo)
    (chosen,) = selected()
    assert (chosen.claim, chosen.candidate) == (made.pk, proof.pk)


def test_sources_that_contradict_each_other_hold_a_face_back() -> None:
    made = r.accepted(factories.identity())
    factories.candidate(factories.identity(), made.photo, licence="CC-BY-SA-4.0")
    assert held_back() == {"licences_differ": 1}


@pytest.mark.parametrize("decision", ["", "kept_out"])
def test_a_quarantined_face_is_held_back(decision: str) -> None:
    r.quarantine(r.accepted(factories.identity()), decision)
    assert held_back() == {"quarantined": 1}


@pytest.mark.parametrize("decision", ["released", "withdrawn"])
def test_a_face_out_of_quarantine_is_ready(decision: str) -> None:
    r.quarantine(r.accepted(factories.identity()), decision)
    assert triage() == Triage(1, ())


def test_an_identity_that_is_retired_is_held_back() -> None:
    r.accepted(factories.identity(state=Identity.State.RETIRED))
    assert held_back() == {"identity_not_approved": 1}


def test_an_identity_whose_slug_is_no_folder_name_is_held_back() -> None:
    r.accepted(factories.identity(slug="../etc"))
    assert held_back() == {"identity_slug": 1}


@pytest.mark.parametrize(
    ("born", "precision", "taken", "ready"),
    [
        (date(1990, 6, 15), "day", datetime(2008, 6, 15, tzinfo=UTC), True),
        (date(1990, 6, 15), "day", datetime(2008, 6, 14, 23, tzinfo=UTC), False),
        (date(1990, 1, 1), "year", datetime(2008, 12, 31, tzinfo=UTC), False),
        (date(1990, 1, 1), "year", datetime(2009, 1, 1, tzinfo=UTC), True),
        (date(1990, 6, 1), "month", datetime(2008, 6, 30, tzinfo=UTC), False),
        (date(1990, 6, 1), "month", None, True),
        (date(TODAY.year - 17, 1, 1), "day", None, False),  # no child was an adult before it was fetched
        (date(TODAY.year - 17, 1, 1), "day", datetime(TODAY.year + 5, 1, 1, tzinfo=UTC), False),  # a wrong clock
        (date(TODAY.year - 19, 1, 1), "day", None, True),
    ],
)
def test_a_face_taken_under_age_is_held_back(born: date, precision: str, taken: datetime | None, ready: bool) -> None:
    person = factories.identity(birth_date=born, birth_precision=precision)
    r.accepted(person, photo=factories.photo(taken_at=taken))
    assert held_back() == ({} if ready else {"under_age": 1})


def test_of_a_photo_without_a_date_the_day_counts_on_which_it_was_fetched() -> None:
    person = factories.identity(birth_date=date(2000, 1, 1), birth_precision="day")
    fetched = {2017: False, 2018: True}
    for year in fetched:
        photo = r.accepted(person).photo
        Photo.objects.filter(pk=photo.pk).update(created_at=datetime(year, 6, 1, tzinfo=UTC))
    assert [Photo.objects.get(pk=row.photo).created_at.year for row in selected()] == [2018]
    assert held_back() == {"under_age": 1}


# ---- Between an order to erase and the forgetting


def ordered(person: Identity) -> Erasure:
    return Erasure.objects.create(kind="identity", subject=person.pk, reason="asked for by letter")


@pytest.mark.parametrize("order", [NEXT, Order("0.0.0", selection="non-curated")])
def test_nobody_who_is_to_be_erased_is_ready(order: Order) -> None:
    person, other = factories.identity(), factories.identity()
    r.quarantine(r.accepted(person))  # of all reasons it is the first
    r.accepted(person)
    stays = r.accepted(other)
    erasing = ordered(person)
    assert [row.claim for row in selected(order)] == [stays.pk]
    (found,) = triage(order).held_back
    assert (found.code, found.text, found.count, found.blocks) == ("erased", "erased, or being erased", 2, False)
    Erasure.objects.filter(pk=erasing.pk).update(forgotten_at=timezone.now(), finished_at=timezone.now())
    assert "erased" not in held_back()


def test_nobody_is_ready_into_whom_somebody_was_merged_who_is_to_be_erased() -> None:
    heir = factories.identity()
    ordered(factories.identity(state="merged", merged_into=heir))
    r.accepted(heir)
    assert held_back() == {"erased": 1}


@pytest.mark.parametrize("what", ["photo", "crop"])
def test_a_face_with_a_tombstone_is_not_ready(what: str) -> None:
    made, stays = r.accepted(factories.identity()), r.accepted(factories.identity())
    value = made.photo.sha256 if what == "photo" else made.face.crop_sha256
    Tombstone.objects.create(kind="url", value=stays.photo.sha256, reason="another kind")
    Tombstone.objects.create(kind="sha256", value=value, reason="erasure 1")
    assert [row.claim for row in selected()] == [stays.pk]
    assert held_back() == {"erased": 1}


def test_a_photo_that_gave_its_picture_to_an_erasure_keeps_somebody_elses_face() -> None:
    made = r.accepted(factories.identity(), photo=factories.photo(file="photos/00/grey.jpg"))
    Tombstone.objects.create(kind="sha256", value=made.photo.sha256, reason="erasure 1")
    assert [row.claim for row in selected()] == [made.pk]


def test_the_same_crop_is_released_once() -> None:
    person, crop = factories.identity(), r.put_crop(1)
    first, _second = r.accepted(person, crop=crop), r.accepted(person, crop=crop)
    (chosen,) = selected()
    assert chosen.claim == first.pk
    assert held_back() == {"same_crop": 1}


def test_of_near_duplicates_the_one_accepted_first_is_released() -> None:
    person, group = factories.identity(), DuplicateGroup.objects.create()
    unproved = r.accepted(person, proof="unproved")
    first, second, other = (r.accepted(person) for _ in range(3))
    Face.objects.exclude(pk=other.face_id).update(duplicate_group=group)
    assert [row.claim for row in selected()] == [first.pk, other.pk]
    assert held_back() == {"licence_unproved": 1, "near_duplicate": 1}
    assert unproved.pk < first.pk < second.pk


def test_near_duplicates_of_two_identities_are_not_released() -> None:
    group = DuplicateGroup.objects.create()
    for _ in range(2):
        r.accepted(factories.identity())
    Face.objects.update(duplicate_group=group)
    assert triage().ready == 0
    assert held_back() == {"near_duplicates_of_two": 2}


def test_the_same_crop_of_two_identities_is_not_released() -> None:
    crop = r.put_crop(1)
    r.accepted(factories.identity(), crop=crop)
    r.accepted(factories.identity(), crop=crop)
    assert (triage().ready, held_back()) == (0, {"crop_of_two_identities": 2})


def test_a_crop_that_is_held_back_does_not_stand_in_the_way_of_its_copy() -> None:
    person, crop = factories.identity(), r.put_crop(1)
    r.accepted(person, crop=crop, proof="unproved")
    r.accepted(person, crop=crop)
    assert (triage().ready, held_back()) == (1, {"licence_unproved": 1})


def test_examples_are_few_and_say_whom_they_show() -> None:
    person = factories.identity("Ada Marlow")
    faces = [r.accepted(person, crop=factories.digest(str(n)), proof="unproved").face_id for n in range(7)]
    (found,) = triage().held_back
    assert found.count == 7
    assert found.examples == tuple(f"face {face} (Ada Marlow)" for face in faces[:5])


def test_unsettled_attributes_are_counted_by_task() -> None:
    made = r.accepted(factories.identity(), labels={"race": "0", "gender": "1"})
    r.settle(made, "age", "", state="disputed")
    assert left_out_of_tasks() == [("age", "disputed", 1), ("race", "cannot_tell", 1)]


def test_attributes_not_asked_yet_are_counted_by_task() -> None:
    r.accepted(factories.identity(), labels={})
    assert left_out_of_tasks() == [("age", "open", 1), ("gender", "open", 1), ("race", "open", 1)]
