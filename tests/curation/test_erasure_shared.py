"""Photos of several people: the picture goes, and with it all of the erased; another's face stays with its proof."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from curation.models import Claim, Quarantine, ReleaseFace
from ingest import store
from ingest.models import Candidate, Detection, DuplicateGroup, Face, Identity, Photo, Tombstone
from ingest.tombstones import is_erased_address
from mtf_site.roles import Role
from tests import factories
from tests.curation import erasure_scenes as scenes
from tests.curation import releases

pytestmark = pytest.mark.django_db


class Together:
    """Ada and Bo in one photo; found for whom `found_for` says."""

    def __init__(self, *found_for: str) -> None:
        self.voters = factories.reviewers(2)
        self.people = {"ada": scenes.ada(), "bo": factories.identity("Bo Lindqvist")}
        self.ada, self.bo = self.people.values()
        self.photo = scenes.stored_photo(901)
        self.hers, self.his = self.face(self.ada), self.face(self.bo)
        for name in found_for:
            factories.candidate(self.people[name], self.photo, query=f'"{self.people[name].name}"')
        Detection.objects.create(
            photo=self.photo, detector="haar", version="1", x=1, y=1, width=9, height=9, score=1, refusal="too_small"
        )

    def face(self, person: Identity) -> Claim:
        claim = releases.claim(person, self.photo, crop=releases.put_crop(factories.number()), state="accepted")
        releases.settle(claim, "usable", "accept")
        for field, value in releases.YOUNG_BLACK_WOMAN.items():
            releases.settle(claim, field, value)
        for number, voter in enumerate(self.voters, 1):
            releases.vote(claim, voter, number)
            releases.attribute_vote(claim, voter, number, race=3, gender=1, age=1)
        return claim


@pytest.mark.parametrize("found_for", [("ada", "bo"), ("bo",), ("ada",)])
def test_the_others_face_stays_with_its_proof(found_for: tuple[str, ...]) -> None:
    both = Together(*found_for)
    shown = (both.photo.file, store.name_of("previews", both.photo.preview_sha256))
    names = {both.ada.name, both.ada.slug, *both.ada.aliases}
    first = releases.frozen("1.0.0")
    scenes.erase_identity(both.ada)
    assert scenes.found_in_database(names) == set()
    assert [store.has(name) for name in shown] == [False, False]
    assert not store.has(store.name_of("crops", both.hers.face.crop_sha256))
    assert list(Face.objects.values_list("pk", flat=True)) == [both.his.face_id]
    assert list(Claim.objects.values_list("pk", "state")) == [(both.his.pk, "accepted")]
    proof = Candidate.objects.get(photo=both.photo)
    assert (proof.identity, proof.proof, proof.licence) == (both.bo, "proved", "CC-BY-4.0")
    assert proof.licence_evidence.exists()
    assert not Detection.objects.exists()
    second = releases.frozen("1.1.0")
    kept = ReleaseFace.objects.get(release=second)
    before, after = ReleaseFace.objects.get(release=first).record["columns"], kept.record["columns"]
    assert after["identity"] == "Bo Lindqvist"
    told = ("id", "sha256", "image_url", "source_page", "creator", "licence", "votes_usable", "votes_race")
    assert [after[name] for name in told] == [before[name] for name in told]


def test_the_photo_itself_may_not_enter_again() -> None:
    both = Together("ada", "bo")
    candidate = both.photo.candidates.filter(identity=both.bo).get()
    scenes.erase_identity(both.ada)
    assert Tombstone.objects.filter(kind="sha256", value=both.photo.sha256).exists()
    assert Tombstone.objects.filter(kind="url", value=candidate.url_key).exists()


def test_pages_show_a_grey_picture_in_its_place(client: Client) -> None:
    both = Together("bo")
    scenes.erase_identity(both.ada)
    client.force_login(factories.user(Role.ADMIN, Role.ADJUDICATOR))
    photo = Photo.objects.get()
    for address in (f"/photos/{photo.pk}/", f"/faces/{both.his.face_id}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert photo.preview_sha256 in answer.content.decode()
    with Image.open(io.BytesIO(store.read(photo.file))) as grey:
        assert {pixel for _count, pixel in grey.convert("L").getcolors() or ()} == {128}


def test_a_face_that_may_be_the_persons_goes() -> None:
    """Two are asked about one face: nobody knows yet whose it is."""
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    photo = scenes.stored_photo(902)
    claim = releases.claim(ada, photo)
    Claim.objects.create(face=claim.face, photo=photo, identity=bo, origin="crawl")
    factories.candidate(bo, photo)
    scenes.erase_identity(ada)
    assert not Photo.objects.exists()
    assert not Candidate.objects.exists()


def test_a_face_that_reviewers_gave_to_somebody_else_stays() -> None:
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    photo = scenes.stored_photo(903)
    wrong = releases.claim(ada, photo, crop=releases.put_crop(5), state="closed")
    right = Claim.objects.create(face=wrong.face, photo=photo, identity=bo, origin="relabel", state="accepted")
    releases.settle(right, "usable", "accept")
    vote = releases.vote(wrong, factories.reviewer(), verdict="relabel", relabel_to=bo)
    releases.vote(right, vote.reviewer, carried_from=vote)
    factories.candidate(ada, photo)
    scenes.erase_identity(ada)
    assert Claim.objects.get().pk == right.pk
    assert right.annotations.get().carried_from is None
    assert Candidate.objects.get().identity == bo


def test_an_alarmed_face_goes_with_its_alarm() -> None:
    both = Together("bo")
    releases.quarantine(both.his)
    scenes.erase_identity(both.ada)
    assert not Photo.objects.exists()
    assert not Quarantine.objects.exists()


def test_near_duplicates_of_the_persons_faces_go() -> None:
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    hers = scenes.shown(ada, factories.reviewers(2))
    copy = scenes.stored_photo(905)
    again = releases.claim(bo, copy, crop=releases.put_crop(6))
    factories.candidate(bo, copy)

    Face.objects.filter(pk__in=[hers.face_id, again.face_id]).update(duplicate_group=DuplicateGroup.objects.create())
    scenes.erase_identity(ada)
    assert not Face.objects.exists()
    assert not DuplicateGroup.objects.exists()


def test_files_that_somebody_else_needs_stay() -> None:
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    voters = factories.reviewers(2)
    hers, his = scenes.shown(ada, voters), scenes.shown(bo, voters)
    page = b"<p>a gallery of many"
    evidence = [scenes.keep_evidence(one, page) for one in (hers, his)]
    scenes.erase_identity(ada)
    assert store.read(evidence[1].snapshot_file) == page
    evidence[1].refresh_from_db()
    assert evidence[1].snapshot_file


def test_a_page_that_shows_others_too_is_not_shut() -> None:
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    voters = factories.reviewers(2)
    page: dict[str, Any] = {"page_url": "https://photos.example.org/gallery"}
    hers, his = scenes.shown(ada, voters), scenes.shown(bo, voters)
    Candidate.objects.filter(photo__in=[hers.photo, his.photo]).update(**page)
    scenes.erase_identity(ada)

    assert not is_erased_address(page["page_url"])
    assert Candidate.objects.get().page_url == page["page_url"]


# ---- A photo alone


def test_a_photo_goes_with_all_its_faces_and_nobody_else() -> None:
    both = Together("ada", "bo")
    marks = scenes.known_of_photo(both.photo)
    alone = scenes.shown(both.ada, both.voters)
    releases.frozen("1.0.0")
    done = scenes.erase_photo(both.photo)
    kept = {("ingest_tombstone", "value"), ("curation_revokedimage", "crop_sha256")}
    assert scenes.found_in_database(marks) - kept == set()
    assert scenes.found_in_storage(set(), marks) == set()
    assert list(Face.objects.values_list("pk", flat=True)) == [alone.face_id]
    assert Identity.objects.count() == 2
    assert not Tombstone.objects.filter(kind="identity").exists()
    assert (done.counts["faces"], done.counts["images revoked"]) == (2, 2)


def test_a_photo_of_which_nothing_was_made_goes() -> None:
    photo = scenes.stored_photo(906)
    factories.candidate(factories.identity("Bo Lindqvist"), photo)
    scenes.erase_photo(photo)
    assert not Photo.objects.exists()
    assert list(scenes.stored_files()) == []
