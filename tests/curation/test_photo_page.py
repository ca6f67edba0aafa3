"""All that is known of one photo, and what the page keeps to itself."""

import pytest
from django.test import Client

from curation import adjudication
from curation.models import Claim
from curation.photo_page import dossier
from curation.policies import current_policy
from ingest.models import Detection, DuplicateGroup, Face, LicenceEvidence, Photo
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def shown(photo: Photo) -> str:
    return signed_in(Role.ADMIN).get(f"/photos/{photo.pk}/").content.decode()


def words(photo: Photo) -> list[str]:
    return [happening.words for happening in dossier(photo).history]


def test_admins_and_auditors_look_and_nobody_else() -> None:
    where = f"/photos/{factories.photo().pk}/"
    assert signed_in(Role.ADMIN).get(where).status_code == 200
    assert signed_in(Role.AUDITOR).get(where).status_code == 200
    assert signed_in(Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER).get(where).status_code == 403
    assert Client().get(where).status_code == 302
    assert signed_in(Role.ADMIN).post(where).status_code == 405
    assert signed_in(Role.ADMIN).get("/photos/999/").status_code == 404


def test_every_box_is_drawn_and_those_not_kept_say_why() -> None:
    face = factories.face(quality={"sharpness": 182.53, "eyes": True}, concerns=["blurred"])
    place = {"detector": "haar", "version": "1", "y": 10, "width": 50, "height": 50, "score": 4.5}
    Detection.objects.create(photo=face.photo, face=face, x=face.x, **place)
    Detection.objects.create(photo=face.photo, x=700, refusal="face_too_small", **place)
    text = shown(face.photo)
    assert text.count('<rect class="box"') == 1
    assert text.count('<rect class="box refused"') == 1
    assert 'x="700"' in text
    for said in ("face too small", "haar", "4.5", "sharpness <b>183</b>", "eyes <b>yes</b>", "blurred"):
        assert said in text, said
    assert "style=" not in text


def test_large_pictures_keep_plain_numbers_in_the_drawing() -> None:
    face = factories.face(factories.photo(width=12345, height=9876), x=1234)
    assert 'viewBox="0 0 12345 9876"' in shown(face.photo)
    assert 'x="1234"' in shown(face.photo)


def test_near_duplicates_lead_to_their_photos() -> None:
    one, other = factories.face(), factories.face()
    Face.objects.update(duplicate_group=DuplicateGroup.objects.create())
    assert f'href="/photos/{other.photo_id}/"' in shown(one.photo)
    assert dossier(one.photo).faces[0].twins == [other]


def test_where_it_comes_from_with_evidence_and_attribution() -> None:
    ada, photo = factories.identity("Ada"), factories.photo()
    hit = factories.candidate(
        ada, photo, title="Ada in Rome", query="Ada", query_filter="commercial,modify", rank=7,
        evidence={"purl": "<script>"},
    )  # fmt: skip
    LicenceEvidence.objects.create(
        candidate=hit,
        kind="embedded",
        says="CC-BY-4.0",
        place="EXIF Copyright",
        words="© J. Okafor",
        snapshot_sha256="b" * 64,
    )
    text = shown(photo)
    for said in ("Ada in Rome", "filter commercial,modify", "rank 7", "EXIF Copyright", "© J. Okafor", "b" * 12):
        assert said in text, said
    assert "<script>&#x27" not in text
    assert "&lt;script&gt;" in text
    credit = dossier(photo).credit
    assert credit.endswith("CC BY 4.0</a>, cropped")
    for part in ("Ada in Rome", "by J. Okafor", 'href="https://creativecommons.org/licenses/by/4.0/"'):
        assert part in credit


def test_a_licence_that_asks_for_no_credit_gets_no_line() -> None:
    photo = factories.photo()
    factories.candidate(factories.identity(), photo, licence="CC0-1.0")
    assert dossier(photo).credit == ""


def test_history_runs_in_time_from_hit_to_decision() -> None:
    claim = scenes.claim(factories.identity("Ada"))
    one, other = factories.reviewers(2)
    scenes.say(one, claim)
    scenes.say(other, claim)
    found = words(claim.photo)
    assert found[-1] == "face 1 accepted for Ada"
    assert {"fetched", "found for Ada", "licence: CC BY 4.0, says the source page", "face 1 found"} <= set(found)
    assert dossier(claim.photo).history[-1].detail == "2 votes"
    times = [happening.at for happening in dossier(claim.photo).history]
    assert times == sorted(times)


def test_votes_are_counted_only_where_they_have_settled_the_claim() -> None:
    claim = scenes.claim(factories.identity("Ada"))
    one, other = factories.reviewers(2)
    before = shown(claim.photo)
    scenes.say(one, claim)
    assert (in_review(claim), words(claim.photo)) == ((None, "in review"), words(claim.photo))
    scenes.say(other, claim, "reject")
    claim.refresh_from_db()
    assert claim.state == "disputed"
    assert in_review(claim) == (None, "in review")
    after = shown(claim.photo)
    assert "vote" not in after.split("<main")[1]
    assert before.count("in review") == after.count("in review") == 1


def in_review(claim: Claim) -> tuple[int | None, str]:
    told = dossier(claim.photo).faces[0].claims[0]
    return told.votes, told.words


def test_no_name_of_a_reviewer_is_told() -> None:
    claim = scenes.accepted()
    names = claim.annotations.values_list("reviewer__username", flat=True)
    text = shown(claim.photo)
    assert len(names) == 2
    assert not any(name in text for name in names)


def test_perceived_attributes_are_told_once_all_three_are_settled() -> None:
    claim = scenes.accepted()
    for person, age in zip(factories.reviewers(2), (1, 2), strict=True):
        scenes.say(person, claim, "attributes", race=3, gender=2, age=age)
    assert dossier(claim.photo).faces[0].claims[0].perceived == ()
    settled = scenes.accepted()
    for person in factories.reviewers(2):
        scenes.say(person, settled, "attributes", race=3, gender=2, age=1)
    assert dossier(settled.photo).faces[0].claims[0].perceived == ("Black", "male", "young, 18–49")


def test_a_quarantine_is_marked_and_told() -> None:
    claim = scenes.claim()
    scenes.say(factories.reviewer(), claim, "quarantine", reason="licence")
    assert dossier(claim.photo).faces[0].barred
    assert "put in quarantine" in words(claim.photo)
    assert "in quarantine" in shown(claim.photo)


def test_a_decision_is_told_without_a_name() -> None:
    claim = scenes.claim(factories.identity("Ada"))
    for person, verdict in zip(factories.reviewers(2), ("accept", "reject"), strict=True):
        scenes.say(person, claim, verdict)
    vera = factories.user(Role.ADJUDICATOR, username="vera")
    decision = adjudication.Decision(claim=claim.pk, question="usable", verdict="accept")
    adjudication.decide(decision, adjudicator=vera, policy=current_policy())
    told = {happening.words: happening.detail for happening in dossier(claim.photo).history}
    assert told["face 1 accepted for Ada"] == "by adjudication, 2 votes"
    assert "an adjudicator decided about Ada" in told
    assert "vera" not in shown(claim.photo)
