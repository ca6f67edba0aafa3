"""Near-duplicates, from the look-up by bands to the groups that they come into."""

import random
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from demo.drawing import encode, portrait
from demo.people import PEOPLE
from ingest.detection import detect
from ingest.duplicates import group_duplicates, near_crops, near_photos
from ingest.hashes import distance, in_hex, perceptual_hash, signed
from ingest.models import Candidate, DuplicateGroup, Face, Identity, Photo, Tombstone
from ingest.pending import Refused
from ingest.tombstones import check_phash
from tests import factories
from tests.ingest.crawling import crawl, outcomes, picture
from tests.servers import Site

pytestmark = pytest.mark.django_db

BASE = 0x0123_4567_89AB_CDEF
FAR = 0x7EDC_BA98_7654_3210
BOX = {"x": 100, "y": 100, "width": 400, "height": 400}


def turned(value: int, bits: int) -> int:
    """With so many bits changed, spread over all of it."""
    return signed(value ^ sum(1 << n * 63 // max(bits, 1) for n in range(bits)))


def seen(person: Identity, photo_hash: int | None, crop_hash: int | None, **fields: Any) -> Face:
    """A face in a photo of this person, sorted into its group as detection does."""
    photo = factories.photo(phash=photo_hash)
    factories.candidate(person, photo)
    face = factories.face(photo, phash=crop_hash, **(BOX | fields))
    with transaction.atomic():
        group_duplicates(photo, [face])
    return face


def groups(*faces: Face) -> list[int | None]:
    return [Face.objects.get(pk=face.pk).duplicate_group_id for face in faces]


def are_together(*faces: Face) -> bool:
    found = groups(*faces)
    return found[0] is not None and len(set(found)) == 1


# ---- Look-up


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 11),
    st.lists(st.sets(st.integers(0, 63), max_size=14), min_size=1, max_size=12),
)
@example(2**63, 11, [set(), {63}])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_look_up_finds_what_counting_every_bit_finds(base: int, bits: int, changes: list[set[int]]) -> None:
    stored = [signed(base ^ sum(1 << bit for bit in change)) for change in changes]
    with transaction.atomic():
        photos = [factories.photo(phash=value) for value in stored]
        faces = [factories.face(photos[0], phash=value) for value in stored]
        near = [n for n, value in enumerate(stored) if distance(signed(base), value) <= bits]
        assert sorted(near_photos(signed(base), bits)) == [photos[n].pk for n in near]
        assert sorted(near_crops(signed(base), bits)) == [faces[n].pk for n in near]
        transaction.set_rollback(True)


def test_what_has_no_hash_is_near_nothing() -> None:
    factories.photo(phash=None)
    factories.photo(phash=signed(BASE))
    assert near_photos(None, 11) == []


def test_the_look_up_reads_the_indexes_and_not_the_table() -> None:
    dice = random.Random(4)
    rows = [Photo(sha256=factories.digest(f"many {n}"), file="f", size=1, mime="image/jpeg", width=9, height=9,
                  preview_sha256="p", phash=signed(dice.getrandbits(64))) for n in range(8000)]  # fmt: skip
    Photo.objects.bulk_create(rows)
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + sql, params)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ingest_photo")
    with connection.execute_wrapper(explain):
        near_photos(signed(BASE), 8)
    assert all(f"photo_by_band_{band}" in plans[0] for band in range(4))
    assert "Seq Scan" not in plans[0]


# ---- Who is a near-duplicate of whom


@pytest.mark.parametrize(("photo_bits", "crop_bits", "fields", "together"), [
    (8, 16, {}, True),
    (9, 16, {}, False),
    (8, 17, {}, False),
    (8, 16, {"x": 400}, False),  # at another place of the same picture: somebody else
    (40, 6, {"x": 700, "width": 120, "height": 120}, True),  # cut out of a larger photo
    (40, 7, {}, False),
    (16, 10, {}, True),  # both agree, if less
    (17, 10, {}, False),
    (16, 11, {}, False),
])  # fmt: skip
def test_of_one_person(photo_bits: int, crop_bits: int, fields: dict[str, int], together: bool) -> None:
    person = factories.identity()
    one = seen(person, signed(BASE), signed(FAR))
    other = seen(person, turned(BASE, photo_bits), turned(FAR, crop_bits), **fields)
    assert are_together(one, other) is together


def test_of_two_people_only_the_whole_photo_tells() -> None:
    one = seen(factories.identity(), signed(BASE), signed(FAR))
    stranger = seen(factories.identity(), turned(BASE, 40), signed(FAR), x=700)
    copy = seen(factories.identity(), turned(BASE, 2), turned(FAR, 2))
    assert groups(stranger) == [None]
    assert are_together(one, copy)


def test_flat_crops_and_photos_are_like_nothing() -> None:
    person = factories.identity()
    assert groups(seen(person, None, None), seen(person, None, None)) == [None, None]


def test_the_photos_size_does_not_matter_its_faces_place_does() -> None:
    person = factories.identity()
    large = seen(person, signed(BASE), signed(FAR))
    photo = factories.photo(phash=signed(BASE), width=600, height=450)
    half = factories.face(photo, x=50, y=50, width=200, height=200, phash=turned(FAR, 12))
    group_duplicates(photo, [half])
    assert are_together(large, half)


def test_two_faces_of_one_photo_are_never_duplicates() -> None:
    person = factories.identity()
    photo = factories.photo(phash=signed(BASE))
    factories.candidate(person, photo)
    twins = [factories.face(photo, phash=signed(FAR)) for _ in range(2)]
    group_duplicates(photo, twins)
    assert groups(*twins) == [None, None]


def test_who_is_like_two_groups_makes_one_of_them() -> None:
    person = factories.identity()
    left = [seen(person, None, turned(BASE, 0)) for _ in range(2)]
    right_hash = signed(BASE ^ 0b1111_1111_1111)
    right = [seen(person, None, right_hash) for _ in range(2)]
    assert len(set(groups(*left, *right))) == 2
    between = seen(person, None, signed(BASE ^ 0b11_1111))
    assert are_together(*left, *right, between)
    assert DuplicateGroup.objects.count() == 1


# ---- Through the pipeline


def near_copy(seed: int) -> bytes:
    image = portrait(PEOPLE[seed], seed, size=(480, 600))
    return encode(image.resize((432, 540), Image.Resampling.LANCZOS), quality=70)


def test_a_crawl_hashes_what_it_keeps_and_groups_the_copies(site: Site) -> None:
    factories.identity("Ada Marlow")
    site.pages["/copy.jpg"] = picture(near_copy(1))
    rows = [("Ada Marlow", f"/{name}.jpg", "/by") for name in ("ada", "copy", "two")]
    assert outcomes(crawl(site, *rows)) == [("done", "")] * 3
    first, copy, other = Face.objects.order_by("id")
    assert are_together(first, copy)
    assert other.duplicate_group_id is None
    assert None not in Photo.objects.values_list("phash", flat=True)
    assert None not in Face.objects.values_list("phash", flat=True)


def test_nothing_is_kept_of_what_looks_like_an_erased_picture(site: Site) -> None:
    factories.identity("Ada Marlow")
    erased = perceptual_hash(portrait(PEOPLE[1], 1, size=(480, 600)))
    assert erased is not None
    Tombstone.objects.create(kind="phash", value=in_hex(erased), reason="asked for it")
    site.pages["/copy.jpg"] = picture(near_copy(1))
    job = crawl(site, ("Ada Marlow", "/copy.jpg", "/by"), ("Ada Marlow", "/two.jpg", "/by"))
    assert outcomes(job) == [("refused", "near_duplicate_erased"), ("done", "")]
    assert Photo.objects.count() == 1


def test_a_tombstone_that_is_no_hash_stops_nothing(settings: Settings) -> None:
    settings.PHOTO_HASH_BITS = 8
    Tombstone.objects.create(kind="phash", value="not a hash", reason="typed by hand")
    check_phash(signed(BASE), 8)
    Tombstone.objects.create(kind="phash", value=in_hex(turned(BASE, 8)), reason="asked for it")
    check_phash(turned(BASE, 17), 8)
    with pytest.raises(Refused) as refusal:
        check_phash(signed(BASE), 8)
    assert refusal.value.code == "near_duplicate_erased"


@pytest.mark.django_db(transaction=True)
def test_two_copies_that_come_in_at_once_find_each_other(site: Site) -> None:
    factories.identity("Ada Marlow")
    site.pages["/copy.jpg"] = picture(near_copy(1))
    crawl(site, ("Ada Marlow", "/ada.jpg", "/by"), ("Ada Marlow", "/copy.jpg", "/by"))
    undo_detection(Face.objects.all())
    pair = list(Candidate.objects.order_by("id"))
    barrier = threading.Barrier(2)

    def work(candidate: Candidate) -> None:
        barrier.wait()
        detect(candidate)
        connection.close()

    threads = [threading.Thread(target=work, args=(candidate,)) for candidate in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Face.objects.count() == 2
    assert are_together(*Face.objects.all())


def undo_detection(faces: QuerySet[Face]) -> None:
    for face in faces:
        face.detections.all().delete()
    faces.delete()
    Candidate.objects.update(state="fetched", finished_at=None)
    for job in {candidate.job for candidate in Candidate.objects.all()}:
        type(job).objects.filter(pk=job.pk).update(state="running", finished_at=None)
