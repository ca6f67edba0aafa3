"""Decisions on splits as rows: what the database holds of them, and that what is stored is read again."""

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from curation.models import Claim, FaceSide, IdentitySide, Release
from curation.models.splits import Part, Split
from curation.policies import current_policy
from curation.release import splitting
from curation.release.errors import ReleaseRefused
from curation.release.naming import PARTS, image_id
from curation.release.splits import DISJOINT, SHARED, SPLITS, Decisions, Item
from ingest.models import DuplicateGroup, Face, Identity
from tests import factories
from tests.curation import releases

pytestmark = pytest.mark.django_db
CELL = ("White", "Female", "Young")


def release(version: str = "1.0.0", **fields: Any) -> Release:
    known = {"papers": {}, "digest": factories.digest(version), "faces_count": 0, "frozen_at": "2026-01-01T00:00Z"}
    return Release.objects.create(version=version, policy=current_policy(), **(known | fields))


def item(face: Face, identity: Identity) -> Item:
    return Item(face.pk, identity.pk, face.photo_id, face.duplicate_group_id, CELL)


def people(count: int = 4, faces: int = 5) -> list[Item]:
    known = [factories.identity() for _ in range(count)]
    return [item(factories.face(), person) for person in known for _ in range(faces)]


def side(**fields: Any) -> IdentitySide:
    known = {"identity": fields.pop("identity", None) or factories.identity(), "part": "train"}
    return IdentitySide.objects.create(release=fields.pop("release", None) or release(), **(known | fields))


def placed(**fields: Any) -> FaceSide:
    known = {"face": fields.pop("face", None) or factories.face(), "split": SHARED, "part": "train"}
    return FaceSide.objects.create(release=fields.pop("release", None) or release(), **(known | fields))


def stored() -> dict[str, dict[int, str]]:
    return {split: dict(FaceSide.objects.filter(split=split).values_list("face", "part")) for split in SPLITS}


def decided(items: list[Item], version: str = "1.0.0") -> Decisions:
    decisions = splitting.decide(items)
    splitting.store(decisions, release(version).pk)
    return decisions


# ---- What the database holds


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


def test_a_person_has_one_side() -> None:
    known = side()
    with refused("identity_id"):
        side(identity=known.identity, part="val", release=known.release)


def test_a_face_has_one_part_in_each_split() -> None:
    known = placed()
    placed(face=known.face, split=DISJOINT, release=known.release)
    with refused("faceside_once_per_split"):
        placed(face=known.face, part="val", release=known.release)


def test_a_side_is_a_part() -> None:
    with refused("identityside_part_is_known"):
        side(part="both")


def test_a_part_is_one_of_three() -> None:
    with refused("faceside_part_is_known"):
        placed(part="both")


def test_a_split_is_one_of_two() -> None:
    with refused("faceside_split_is_known"):
        placed(split="other")


@pytest.mark.parametrize("make", [side, placed])
def test_nobody_moves(make: Any) -> None:
    row = make()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        type(row).objects.filter(pk=row.pk).update(part="test")


@pytest.mark.parametrize("make", [side, placed])
def test_no_decision_is_taken_back(make: Any) -> None:
    row = make()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        type(row).objects.filter(pk=row.pk).delete()


def test_the_tables_know_the_parts_and_splits_that_are_decided_on() -> None:
    assert (tuple(Part.values), tuple(Split.values)) == (PARTS, SPLITS)


# ---- Stored and read


def test_deciding_writes_nothing() -> None:
    splitting.decide(people())
    assert not FaceSide.objects.exists()
    assert not IdentitySide.objects.exists()


def test_what_is_decided_is_stored_with_the_release_that_decided() -> None:
    decisions = decided(people())
    assert stored() == {SHARED: dict(decisions.shared), DISJOINT: dict(decisions.disjoint)}
    assert dict(IdentitySide.objects.values_list("identity", "part")) == dict(decisions.sides)
    assert decisions.sides
    assert {*FaceSide.objects.values_list("release__version", flat=True)} == {"1.0.0"}
    assert {*IdentitySide.objects.values_list("release__version", flat=True)} == {"1.0.0"}


def test_storing_twice_is_storing_once() -> None:
    decisions, number = splitting.decide(people()), release().pk
    splitting.store(decisions, number)
    before = stored()
    splitting.store(decisions, number)
    assert stored() == before


def test_a_later_release_reads_what_stands() -> None:
    items = people()
    first = decided(items)
    more = [item(factories.face(), Identity.objects.get(pk=items[0].identity)) for _ in range(5)]
    second = decided([*items, *more, *people(2)], "1.1.0")
    assert first.shared.items() <= second.shared.items()
    assert first.disjoint.items() <= second.disjoint.items()
    assert {second.disjoint[one.face] for one in more} == {first.sides[items[0].identity]}
    assert second.report.splits[SHARED].kept == len(first.shared)
    assert second.report.splits[DISJOINT].kept == len(first.disjoint)
    assert FaceSide.objects.filter(release__version="1.1.0", split=SHARED).count() == len(second.shared) - len(items)


def test_people_keep_their_side_though_all_their_faces_are_new() -> None:
    items = people(8)
    first = decided(items)
    new = [item(factories.face(), Identity.objects.get(pk=one.identity)) for one in items if one.face % 2]
    assert len({*first.sides.values()}) == 3
    assert splitting.decide(new).sides == first.sides


def test_a_newcomer_goes_where_faces_of_its_photo_were_that_have_left() -> None:
    items = people()
    first = decided(items)
    gone = next(one for one in items if first.shared[one.face] == "test")
    beside = item(factories.face(Face.objects.get(pk=gone.face).photo), Identity.objects.get(pk=gone.identity))
    second = splitting.decide([beside, *(one for one in items if one != gone)])
    assert second.shared[beside.face] == "test"


def test_the_duplicate_group_of_a_face_that_has_left_is_that_of_today() -> None:
    items = people()
    first = decided(items)
    gone = next(one for one in items if first.shared[one.face] == "test")
    group = DuplicateGroup.objects.create()
    Face.objects.filter(pk=gone.face).update(duplicate_group=group)
    alike = item(factories.face(duplicate_group=group), Identity.objects.get(pk=gone.identity))
    second = splitting.decide([alike, *(one for one in items if one != gone)])
    assert second.shared[alike.face] == "test"


def test_photos_with_near_duplicates_stand_together_whichever_faces_are_released() -> None:
    items = people(2, 12)
    parts = splitting.decide(items).shared
    one, other = (next(item for item in items if parts[item.face] == part) for part in ("train", "val"))
    group = DuplicateGroup.objects.create()
    for photo in (one.photo, other.photo):
        factories.face(Face.objects.get(photo=photo).photo, duplicate_group=group)
    joined = splitting.decide(items).shared
    assert joined[one.face] == joined[other.face]


def store_and_fail(decisions: Decisions, number: int) -> None:
    with transaction.atomic():
        splitting.store(decisions, number)
        raise ReleaseRefused("a crop is missing")


def test_a_freeze_that_fails_decides_nothing() -> None:
    decisions, number = splitting.decide(people()), release().pk
    with pytest.raises(ReleaseRefused, match="crop"):
        store_and_fail(decisions, number)
    assert not FaceSide.objects.exists()


@pytest.mark.parametrize("change", ["sides", "shared", "disjoint"])
def test_decisions_on_what_another_release_decided_since_are_refused(change: str) -> None:
    items = people()
    decisions = splitting.decide(items)
    face, person = items[0].face, items[0].identity
    parts = {"sides": decisions.sides[person], "shared": decisions.shared[face], "disjoint": decisions.disjoint[face]}
    other = next(part for part in PARTS if part != parts[change])
    if change == "sides":
        side(identity=Identity.objects.get(pk=person), part=other)
    else:
        placed(face=Face.objects.get(pk=face), split=change, part=other)
    with pytest.raises(ReleaseRefused, match="meanwhile"):
        splitting.store(decisions, release("1.1.0").pk)
    assert FaceSide.objects.count() + IdentitySide.objects.count() == 1


def test_decisions_that_leak_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the splits were made wrongly: the report, which counts anew, stops them."""
    items = people()
    decisions = splitting.decide(items)
    figures = decisions.report.splits[SHARED]
    monkeypatch.setitem(figures.leaks, "photos", 1)
    with pytest.raises(ReleaseRefused, match="not sound"):
        splitting.store(decisions, release().pk)
    assert not FaceSide.objects.exists()


def test_rows_are_stored_before_the_release_has_its_own(django_assert_num_queries: Any) -> None:
    """Its number is known first; the foreign key is looked at when the transaction ends."""
    decisions = splitting.decide(people())
    with django_assert_num_queries(8):  # with the two of the savepoint, however many faces
        splitting.store(decisions, 77)
    release(pk=77)
    assert FaceSide.objects.filter(release=77).exists()


# ---- What was released before there were decisions


def frozen(version: str, claim: Claim, **columns: str) -> None:
    known = {"face": claim.face, "claim": claim, "crop_sha256": claim.face.crop_sha256}
    row = {"columns": columns, "places": []}
    release(version).faces.create(image_id=image_id(claim.face.crop_sha256), record=row, **known)


def adopt() -> None:
    migration = import_module("curation.migrations.0017_splits")
    with connection.cursor() as cursor:
        cursor.execute(migration.FACES)
        cursor.execute(migration.SIDES)


def test_earlier_releases_count_as_decisions() -> None:
    claim = releases.claim(factories.identity())
    frozen("0.1.0", claim, split_identity="val", split_race="", split_gender="test", split_age="test")
    frozen("0.2.0", claim, split_identity="train", split_race="train", split_gender="", split_age="")
    adopt()
    assert stored() == {SHARED: {claim.face_id: "val"}, DISJOINT: {claim.face_id: "test"}}
    assert list(IdentitySide.objects.values_list("identity", "part")) == [(claim.identity_id, "test")]


def test_an_image_that_stood_nowhere_has_no_decision() -> None:
    claim = releases.claim(factories.identity())
    frozen("0.1.0", claim, split_identity="val", split_race="", split_gender="", split_age="")
    adopt()
    assert stored() == {SHARED: {claim.face_id: "val"}, DISJOINT: {}}
    assert not IdentitySide.objects.exists()
