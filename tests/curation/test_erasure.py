"""A person is erased between two releases: nothing is left of them but hashes, and nobody else loses anything."""

import pytest
from django.conf import settings

from curation.erasure import erasing
from curation.erasure.subjects import ErasureRefused, find_identity
from curation.models import Annotation, Claim, Release, ReleaseFace, Requeue, RevokedImage, Withdrawal
from curation.release import comparing, revoked
from curation.release.errors import ReleaseRefused
from curation.release.withdrawn import check_not_withdrawn
from ingest import access, store
from ingest.buckets import connected
from ingest.models import Candidate, Erasure, Face, Identity, Photo, Tombstone
from tests import factories
from tests.curation import erasure_scenes as scenes
from tests.curation import releases
from tests.curation.scenes import lease, say

pytestmark = pytest.mark.django_db

# Hashes that stay on purpose: that nothing of it enters again, and that holders of copies find theirs.
KEPT_HASHES = {("ingest_tombstone", "value"), ("curation_revokedimage", "crop_sha256")}


class World:
    def __init__(self) -> None:
        voters = factories.reviewers(2)
        self.ada, self.bo = scenes.ada(), factories.identity("Bo Lindqvist")
        tones = [releases.YOUNG_BLACK_WOMAN, releases.YOUNG_BLACK_WOMAN | {"race": "1"}]
        self.hers = [scenes.shown(self.ada, voters, labels=tones[0]) for _ in range(3)]
        self.his = [scenes.shown(self.bo, voters, labels=tones[1]) for _ in range(3)]
        scenes.written_about(self.ada, self.hers[0], self.his[0])
        self.names, self.marks = scenes.known_of(self.ada)

    def left(self) -> tuple[set[tuple[str, str]], set[str]]:
        """Where anything of her is found."""
        by_name = scenes.found_in_database(self.names)
        by_mark = scenes.found_in_database(self.marks) - KEPT_HASHES
        return by_name | by_mark, scenes.found_in_storage(self.names, self.marks)


@pytest.fixture
def world() -> World:
    return World()


def test_the_search_finds_a_person_who_is_there(world: World) -> None:
    in_database, in_storage = world.left()
    assert len(in_database) > 25
    assert len(in_storage) > 12


def test_nothing_is_left_but_hashes(world: World) -> None:
    done = scenes.erase_identity(world.ada)
    assert world.left() == (set(), set())
    assert not Identity.objects.filter(pk=world.ada.pk).exists()
    assert (done.forgotten_at is not None, done.finished_at is not None, done.files) == (True, True, [])
    assert (done.counts["faces"], done.counts["claims"], done.counts["identities"]) == (3, 3, 1)


def test_others_lose_nothing(world: World) -> None:
    scenes.erase_identity(world.ada)
    assert set(Claim.objects.values_list("pk", "state")) == {(one.pk, "accepted") for one in world.his}
    assert set(Photo.objects.values_list("pk", flat=True)) == {one.photo_id for one in world.his}
    for claim in world.his:
        scenes.crop_of(claim.face).load()
        assert store.has(claim.photo.file)
    assert not Photo.objects.exclude(candidates__licence_evidence__says="CC-BY-4.0").exists()
    flag = world.his[0].flags.get()
    assert (flag.comment, flag.answer) == ("is this [erased]?", "yes, [erased]")
    answers = world.his[0].annotations.filter(verdict="reject").order_by("reason")
    assert [(one.reason, one.relabel_to, one.note) for one in answers] == [
        ("other", None, "[erased], surely"),
        ("wrong_person", None, ""),
    ]
    order = Requeue.objects.get()
    assert (order.claims, order.done) == ([world.his[0].pk], 0)


def test_releases_that_held_a_face_are_withdrawn_and_name_their_successor(world: World) -> None:
    first = releases.frozen("1.0.0")
    known = (first.digest, first.faces_count, first.frozen_at)
    scenes.erase_identity(world.ada)
    assert world.left() == (set(), set())
    first.refresh_from_db()
    assert (first.digest, first.faces_count, first.frozen_at) == known
    with pytest.raises(ReleaseRefused, match="freeze one"):
        check_not_withdrawn(first)
    second = releases.frozen("1.1.0")
    check_not_withdrawn(second)
    with pytest.raises(ReleaseRefused, match=r"1\.1\.0"):
        check_not_withdrawn(first)
    assert Withdrawal.objects.get().release == first


def test_no_face_changes_sides_and_the_next_release_lacks_only_hers(world: World) -> None:
    first = releases.frozen("1.0.0")
    before = {one.image_id: (one.face_id, one.record["places"]) for one in first.faces.all()}
    hers = set(first.faces.filter(claim__in=world.hers).values_list("image_id", flat=True))
    scenes.erase_identity(world.ada)
    second = releases.frozen("1.1.0")
    after = {one.image_id: (one.face_id, one.record["places"]) for one in second.faces.all()}
    assert after == {name: what for name, what in before.items() if name not in hers}
    kept = {one.image_id: (one.face_id, one.record["places"]) for one in ReleaseFace.objects.filter(release=first)}
    assert kept == after


def test_the_difference_says_exactly_what_left(world: World) -> None:
    first = releases.frozen("1.0.0")
    hers = sorted(first.faces.filter(claim__in=world.hers).values_list("image_id", flat=True))
    scenes.erase_identity(world.ada)
    second = releases.frozen("1.1.0")
    for changes in (comparing.compare(first, second), comparing.since(first, second.pk)):
        assert (list(changes.removed), list(changes.erased)) == (hers, hers)
        assert (list(changes.added), list(changes.moved), list(changes.changed)) == ([], [], [])
        assert (changes.counts.images_before, changes.counts.images_after) == (6, 3)
        assert changes.parent_withdrawn
    assert "marlow" not in str(changes).lower()


def test_revoked_images_are_told_by_hash_alone(world: World) -> None:
    assert revoked.lines() == ["sha256,image_id,revoked_on,releases\n"]
    releases.frozen("1.0.0")
    releases.frozen("1.0.1")
    crops = sorted(one.face.crop_sha256 for one in world.hers)
    done = scenes.erase_identity(world.ada)
    day = done.started_at.date().isoformat()
    told = [line.rstrip("\n").split(",") for line in revoked.lines()[1:]]
    assert [line[0] for line in told] == crops
    assert {(len(line[1]), line[2], line[3]) for line in told} == {(20, day, "1.0.0;1.0.1")}
    assert RevokedImage.objects.filter(erasure=done).count() == 3


def test_an_image_that_no_release_held_is_not_told_of(world: World) -> None:
    scenes.erase_identity(world.ada)
    assert revoked.lines() == ["sha256,image_id,revoked_on,releases\n"]
    assert not Withdrawal.objects.exists()


def test_tombstones_hold_hashes_alone(world: World) -> None:
    scenes.erase_identity(world.ada)
    kinds = dict.fromkeys(Tombstone.objects.values_list("kind", flat=True), True)
    assert kinds == {"identity": True, "phash": True, "sha256": True, "url": True}
    for stone in Tombstone.objects.all():
        assert set(stone.value) <= set("0123456789abcdef")
        assert stone.reason.startswith("erasure ")


@pytest.mark.parametrize(
    "reason", ["Ada Marlow asked", "ada  marlow asked", "the Countess of Code wrote", "Q7259123", "Adelchen asked", " "]
)
def test_a_reason_must_not_name_the_person(world: World, reason: str) -> None:
    with pytest.raises(ErasureRefused):
        erasing.order(find_identity(world.ada.slug), reason=reason)
    assert not Erasure.objects.exists()
    assert not Tombstone.objects.exists()


def test_a_namesake_keeps_the_name(world: World) -> None:
    namesake = factories.identity("Ada Marlow", wikidata_id="Q1", about="Ada Marlow the younger")
    scenes.erase_identity(world.ada)
    namesake.refresh_from_db()
    assert (namesake.name, namesake.about) == ("Ada Marlow", "Ada Marlow the younger")
    assert Tombstone.objects.filter(kind="identity").count() == 4  # slug, Wikidata id, two aliases


def test_who_was_merged_into_the_person_goes_with_them(world: World) -> None:
    old = factories.identity("Ada M. Byron", state="merged", merged_into=world.ada)
    with pytest.raises(ErasureRefused, match=str(world.ada.pk)):
        find_identity(old.slug)
    scenes.erase_identity(world.ada)
    assert not Identity.objects.filter(pk=old.pk).exists()
    assert scenes.found_in_database({"Ada M. Byron"}) == set()


def test_a_host_named_for_the_person_is_forgotten_in_redis(world: World) -> None:
    redis = connected(settings.REDIS_URL)
    redis.set(f"{access.KEYS}:robots:https://ada-marlow.example", b"+", ex=60)
    redis.set(f"{access.KEYS}:robots:https://x.example", b"+Disallow: /ada_marlow/", ex=60)
    redis.hset(f"{access.KEYS}:bucket:ada-marlow.example:443", "full_at", "1")
    redis.set(f"{access.KEYS}:robots:https://bo.example", b"+", ex=60)
    scenes.erase_identity(world.ada)
    assert scenes.found_in_redis(world.names | {"ada-marlow", "ada_marlow"}) == set()
    assert redis.exists(f"{access.KEYS}:robots:https://bo.example")


def test_the_other_release_is_withdrawn_too_where_only_a_paper_names_the_person(world: World) -> None:
    scenes.erase_identity(world.ada)
    second = factories.identity("Cy Noor")
    untouched = releases.frozen("1.0.0")
    named = Release.objects.create(
        version="1.1.0", policy=untouched.policy, papers={"README.md": "thanks to Cy Noor\n"}, digest="sha256:1",
        faces_count=0, frozen_at=untouched.frozen_at,
    )  # fmt: skip
    scenes.erase_identity(second)
    assert list(Withdrawal.objects.values_list("release__version", flat=True)) == ["1.1.0"]
    named.refresh_from_db()
    assert named.papers == {"README.md": "thanks to [erased]\n"}


def test_counts_before_and_after_agree(world: World) -> None:
    outlook = erasing.look(find_identity(world.ada.slug))
    assert Face.objects.count() == 6
    done = scenes.erase_identity(world.ada)
    assert outlook.counts.items() <= done.counts.items()
    assert Candidate.objects.filter(identity=world.ada.pk).count() == 0


def test_an_answer_that_comes_too_late_is_told_so(world: World) -> None:
    """A reviewer had the face before them when it was erased."""
    late = world.hers[0]
    scenes.erase_identity(world.ada)
    accepted, _id = say(factories.reviewer(), late)
    described, _id = say(factories.reviewer(), late, "attributes", race=1, gender=1, age=1)
    assert (accepted.status, described.status) == ("gone", "gone")
    assert not Annotation.objects.filter(claim=late.pk).exists()


def test_whoever_has_a_claim_that_was_erased_is_given_others(world: World) -> None:
    open_one = releases.claim(world.ada, scenes.stored_photo(42))
    factories.candidate(world.ada, open_one.photo)
    releases.slot(open_one, "usable", 1, waiting=True)
    theirs = releases.claim(world.bo, scenes.stored_photo(43))
    factories.candidate(world.bo, theirs.photo)
    releases.slot(theirs, "usable", 1, waiting=True)
    reviewer = factories.reviewer()
    assert {slot.claim_id for slot in lease(reviewer)} >= {open_one.pk, theirs.pk}
    scenes.erase_identity(world.ada)
    given = {slot.claim_id for slot in lease(reviewer)}
    assert theirs.pk in given
    assert open_one.pk not in given
