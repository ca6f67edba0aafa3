"""Each rule of merging two identities that turn out to be one person."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from curation.claims import EVER, open_claims
from curation.merging import MergeRefused, merge, preview
from curation.models import Claim, Release, ReleaseFace
from curation.policies import current_policy
from ingest.models import Candidate, Identity, IdentityEvent, Tombstone
from ingest.tombstones import mark
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Identity:
    return factories.identity("Ada Marlow", aliases=["A. Marlow"])


@pytest.fixture
def countess() -> Identity:
    return factories.identity("The Countess", aliases=["Ada M", "ada marlow"])


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


def merged(loser: Identity, heir: Identity, by: User) -> None:
    merge(loser=loser, heir=heir, by=by, why="the same woman")
    before = list(Claim.objects.order_by("id").values_list("id", "identity", "state"))
    call_command("rebuild_consensus", stdout=io.StringIO())
    assert list(Claim.objects.order_by("id").values_list("id", "identity", "state")) == before


def holder(claim: Claim) -> tuple[str, str]:
    found = Claim.objects.select_related("identity").get(pk=claim.pk)
    return found.identity.name, found.state


def test_everything_goes_over_with_the_names(ada: Identity, countess: Identity, admin: User) -> None:
    accepted, waiting = scenes.accepted(countess), scenes.claim(countess)
    merged(countess, ada, admin)
    assert (holder(accepted), holder(waiting)) == (("Ada Marlow", "accepted"), ("Ada Marlow", "open"))
    assert set(Candidate.objects.values_list("identity__name", flat=True)) == {"Ada Marlow"}
    ada.refresh_from_db()
    countess.refresh_from_db()
    assert ada.aliases == ["A. Marlow", "The Countess", "Ada M"]
    assert (countess.state, countess.merged_into) == ("merged", ada)
    events = IdentityEvent.objects.filter(by=admin).order_by("id").values_list("identity__name", "kind", "note")
    assert list(events) == [
        ("The Countess", "merged", "into Ada Marlow: the same woman"),
        ("Ada Marlow", "absorbed", "The Countess: the same woman"),
    ]


@pytest.mark.parametrize("state", ["proposed", "retired", "merged"])
def test_only_an_approved_identity_takes_over(ada: Identity, countess: Identity, admin: User, state: str) -> None:
    heir = ada if state == "merged" else None
    Identity.objects.filter(pk=countess.pk).update(state=state, merged_into=heir)
    with pytest.raises(MergeRefused, match="merged itself" if state == "merged" else "only an approved"):
        merge(loser=factories.identity(), heir=countess, by=admin, why="one")
    assert not IdentityEvent.objects.exists()


def test_nobody_is_merged_twice_or_into_themselves_or_without_a_reason(
    ada: Identity, countess: Identity, admin: User
) -> None:
    for heir, why, says in ((ada, "one", "into itself"), (countess, " ", "Say why")):
        with pytest.raises(MergeRefused, match=says):
            merge(loser=ada, heir=heir, by=admin, why=why)
    merge(loser=countess, heir=ada, by=admin, why="one")
    with pytest.raises(MergeRefused, match="merged already"):
        merge(loser=countess, heir=factories.identity(), by=admin, why="one")


def test_what_was_merged_into_the_merged_goes_on_to_the_heir(ada: Identity, countess: Identity, admin: User) -> None:
    first = factories.identity("First")
    merge(loser=first, heir=countess, by=admin, why="one")
    merge(loser=countess, heir=ada, by=admin, why="one")
    first.refresh_from_db()
    assert first.merged_into == ada


def test_the_erased_are_not_merged(ada: Identity, countess: Identity, admin: User) -> None:
    Tombstone.objects.create(kind="identity", value=mark("The Countess"), reason="asked for")
    with pytest.raises(MergeRefused, match="erased"):
        merge(loser=countess, heir=ada, by=admin, why="one")


def test_two_accepted_in_one_photo_are_two_people(ada: Identity, countess: Identity, admin: User) -> None:
    photo = factories.photo()
    faces = [factories.face(photo), factories.face(photo)]
    for identity in (ada, countess):
        factories.candidate(identity, photo)
    open_claims()
    for identity, face in zip((ada, countess), faces, strict=True):
        for person in factories.reviewers(2):
            scenes.say(person, Claim.objects.get(face=face, identity=identity))
    assert preview(loser=countess, heir=ada).together == (photo,)
    with pytest.raises(MergeRefused, match="two people") as refusal:
        merge(loser=countess, heir=ada, by=admin, why="one")
    assert refusal.value.photos == (photo,)
    assert Claim.objects.filter(identity=countess, state="accepted").count() == 1


def test_of_two_claims_on_a_face_the_accepted_one_is_the_heirs(ada: Identity, countess: Identity, admin: User) -> None:
    mine, theirs = claims_of_both(ada, countess)
    for person in factories.reviewers(2):
        scenes.say(person, theirs, "reject")
    for person in factories.reviewers(2):
        scenes.say(person, mine)
    merged(countess, ada, admin)
    assert (holder(mine), holder(theirs)) == (("Ada Marlow", "accepted"), ("The Countess", "rejected"))


def claims_of_both(ada: Identity, countess: Identity) -> tuple[Claim, Claim]:
    photo = factories.photo()
    face = factories.face(photo)
    factories.candidate(ada, photo)
    factories.candidate(countess, photo)
    open_claims()
    return Claim.objects.get(face=face, identity=countess), Claim.objects.get(face=face, identity=ada)


def test_of_two_open_claims_on_a_face_the_one_with_answers_goes_on(
    ada: Identity, countess: Identity, admin: User
) -> None:
    mine, theirs = claims_of_both(ada, countess)
    scenes.say(factories.reviewer(), mine)
    merged(countess, ada, admin)
    assert (holder(mine), holder(theirs)) == (("Ada Marlow", "open"), ("The Countess", "closed"))
    assert (scenes.waits(mine), scenes.waits(theirs)) == (1, 0)
    scenes.say(factories.reviewer(), mine)
    assert scenes.state(mine) == "accepted"


def test_of_two_equal_claims_the_heirs_own_stays(ada: Identity, countess: Identity, admin: User) -> None:
    mine, theirs = claims_of_both(ada, countess)
    merged(countess, ada, admin)
    assert (holder(mine), holder(theirs)) == (("The Countess", "closed"), ("Ada Marlow", "open"))


def test_nothing_is_opened_again_for_the_merged(ada: Identity, countess: Identity, admin: User) -> None:
    claims_of_both(ada, countess)
    merged(countess, ada, admin)
    factories.candidate(countess, scenes.claim(ada).photo)
    assert open_claims(EVER) == 0


def test_an_accepted_face_closes_the_other_faces_of_the_photo(ada: Identity, countess: Identity, admin: User) -> None:
    photo = factories.photo()
    first, second = factories.face(photo), factories.face(photo)
    factories.candidate(countess, photo)
    open_claims()
    accepted = Claim.objects.get(face=first)
    for person in factories.reviewers(2):
        scenes.say(person, accepted)
    factories.candidate(ada, photo)
    open_claims()
    other = Claim.objects.get(face=second, identity=ada)
    merged(countess, ada, admin)
    assert (holder(accepted), scenes.state(other)) == (("Ada Marlow", "accepted"), "closed")


def test_a_vote_that_named_the_merged_counts_as_yes(ada: Identity, countess: Identity, admin: User) -> None:
    claim = scenes.claim(ada)
    one, other = factories.reviewers(2)
    scenes.say(one, claim, "relabel", identity=countess)
    merged(countess, ada, admin)
    assert scenes.state(claim) == "open"
    scenes.say(other, claim)
    assert scenes.state(claim) == "accepted"


def test_a_vote_that_named_the_merged_is_carried_to_the_heir(ada: Identity, countess: Identity, admin: User) -> None:
    claim = scenes.claim()
    one, other = factories.reviewers(2)
    scenes.say(one, claim, "relabel", identity=countess)
    merged(countess, ada, admin)
    scenes.say(other, claim, "relabel", identity=ada)
    assert scenes.state(Claim.objects.get(identity=ada)) == "accepted"
    assert not Claim.objects.filter(identity=countess).exists()


@pytest.mark.parametrize(
    ("state", "other", "goes_over"), [("done", "failed", True), ("found", "done", False), ("found", "found", False)]
)
def test_of_two_hits_by_one_address_the_further_one_is_the_heirs(
    ada: Identity, countess: Identity, admin: User, state: str, other: str, goes_over: bool
) -> None:
    key = {"url_key": factories.digest("one address")}
    mine = factories.candidate(countess, factories.photo(), **key, **in_state(state))
    theirs = factories.candidate(ada, factories.photo(), **key, **in_state(other))
    merged(countess, ada, admin)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.identity == ada, theirs.identity == ada) == (goes_over, not goes_over)
    stayed = theirs if goes_over else mine
    assert (stayed.state, stayed.refusal) == (
        ("failed", "timeout") if goes_over else ("refused", "identity_merged")
    )  # fmt: skip


def in_state(state: str) -> dict[str, Any]:
    return {"state": state, "refusal": "timeout" if state == "failed" else "", "finished_at": None}


def test_what_was_still_to_be_asked_ends(ada: Identity, countess: Identity, admin: User) -> None:
    job = factories.job([ada, countess])
    merged(countess, ada, admin)
    states = dict(job.discoveries.values_list("identity__name", "state"))
    assert states == {"Ada Marlow": "waiting", "The Countess": "failed"}
    assert "merged into Ada Marlow" in job.discoveries.get(identity=countess).error


def test_a_frozen_release_stays_as_it_is(ada: Identity, countess: Identity, admin: User) -> None:
    claim = scenes.accepted(countess)
    release = Release.objects.create(
        version="1.0.0", policy=current_policy(), papers={}, digest="sha256:1", faces_count=1, frozen_at=timezone.now()
    )
    record = {"columns": {"identity": "The Countess"}, "places": []}
    row = {"face": claim.face, "claim": claim, "image_id": "x", "crop_sha256": claim.face.crop_sha256}
    ReleaseFace.objects.create(release=release, record=record, **row)
    merged(countess, ada, admin)
    frozen = ReleaseFace.objects.get()
    assert (frozen.claim_id, frozen.face_id, frozen.record) == (claim.pk, claim.face_id, record)


def test_preview_counts_what_will_happen(ada: Identity, countess: Identity) -> None:
    claims_of_both(ada, countess)
    scenes.accepted(countess)
    told = preview(loser=countess, heir=ada)
    assert (told.candidates, told.claims, told.claims_in_both, told.accepted, told.together) == (2, 2, 1, 1, ())
