"""One face's page: all that was said of it, and to whom it is told."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation.adjudication import Decision, answer_flag, decide
from curation.models import Claim, Flag, Quarantine, Release, ReleaseFace, Slot
from curation.policies import current_policy
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.quality_scenes import signed_in
from tests.curation.scenes import say, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def test_a_face_tells_its_whole_history(admin: Client) -> None:
    claim = scenes.judged()
    vera, other = factories.user(Role.ADJUDICATOR, username="vera"), factories.reviewer()
    scenes.skip(other, claim)
    scenes.flag(other, claim, "is it her sister?")
    flag = Flag.objects.get()
    answer_flag(flag, "It counts.", adjudicator=vera)
    Flag.objects.update(answer="no, see the photo")
    decide(
        Decision(claim.pk, "usable", "reject", reason="other", note="seen"), adjudicator=vera, policy=current_policy()
    )
    frozen = Release.objects.create(
        version="1.2.3", policy=current_policy(), papers={}, digest="sha256:0", faces_count=1, frozen_at=timezone.now()
    )
    ReleaseFace.objects.create(
        release=frozen, face=claim.face, claim=claim, image_id="i", crop_sha256=claim.face.crop_sha256, record={}
    )
    page = admin.get(f"/faces/{claim.face_id}/")
    history = page.context["dossier"].history
    words = " | ".join(f"{one.words} {one.note} {one.who} {' '.join(one.remarks)}" for one in history)
    for told in (
        "photo found for", "crawl job", "face cut out", "claim opened", "accepted", "single", "policy 1",
        "skipped", "is it her sister?", "flag answered no, see the photo", "decision", "seen", "vera",
        "frozen in release 1.2.3", other.username,
    ):  # fmt: skip
        assert told in words, told
    assert [one.at for one in history] == sorted(one.at for one in history)
    assert page.context["dossier"].releases == ["1.2.3"]


def test_adjudicators_see_names_only_when_asked_and_why_it_was_served_is_for_admins(admin: Client) -> None:
    claim = scenes.claim()
    person = factories.reviewer()
    Slot.objects.filter(claim=claim, number=1).update(why="pair", reviewer=person)
    say(person, claim)
    say(factories.reviewer(), claim)
    url, senior = f"/faces/{claim.face_id}/", signed_in(Role.ADJUDICATOR)
    assert person.username not in senior.get(url).content.decode()
    assert "Reviewer 1" in senior.get(url).content.decode()
    assert person.username in senior.get(f"{url}?names=1").content.decode()
    assert "two reviewers can be compared" not in senior.get(f"{url}?names=1").content.decode()
    assert "two reviewers can be compared" not in signed_in(Role.AUDITOR).get(url).content.decode()
    assert person.username in signed_in(Role.AUDITOR).get(url).content.decode()
    assert "two reviewers can be compared" in admin.get(url).content.decode()


def test_whoever_may_still_be_asked_sees_no_answer_of_others(admin: Client) -> None:
    claim = scenes.claim()
    say(factories.reviewer(), claim, "reject", reason="occluded")
    url, both = f"/faces/{claim.face_id}/", signed_in(Role.ADMIN, Role.REVIEWER)
    text = both.get(url).content.decode()
    assert ("occluded" in text, "1 answer is not shown" in text) == (False, True)
    assert "occluded" in admin.get(url).content.decode()
    person = User.objects.get(pk=both.session["_auth_user_id"])
    say(person, claim, "reject")
    assert "occluded" in both.get(url).content.decode()


def test_taken_back_late_carried_and_set_aside_are_marked(admin: Client) -> None:
    heir = factories.identity("Bo")
    claim = scenes.claim()
    one, two, three = factories.reviewers(3)
    undo(one, say(one, claim)[1])
    say(one, claim, "relabel", identity=heir)
    say(two, claim, "relabel", identity=heir)
    say(three, claim)
    remarks = {
        remark for row in admin.get(f"/faces/{claim.face_id}/").context["dossier"].history for remark in row.remarks
    }
    assert {"taken back", "late, not counted", f"carried from {claim.identity.name}"} <= remarks


def test_an_alarm_and_its_decision_are_told(admin: Client) -> None:
    claim = scenes.claim()
    say(factories.reviewer(), claim, "quarantine", reason="under_age")
    text = admin.get(f"/faces/{claim.face_id}/").content.decode()
    assert "put in quarantine" in text
    Quarantine.objects.update(
        decision="kept_out", decided_by=factories.user(Role.ADJUDICATOR), decided_at=timezone.now(), note="a child"
    )
    text = admin.get(f"/faces/{claim.face_id}/").content.decode()
    assert "kept out for good" in text
    assert "a child" in text


def test_links_lead_to_the_face(admin: Client) -> None:
    claim: Claim = scenes.accepted(Identity.objects.first())
    assert f"/faces/{claim.face_id}/" in admin.get(f"/photos/{claim.photo_id}/").content.decode()
    senior = signed_in(Role.ADJUDICATOR)
    assert f"/faces/{claim.face_id}/" in senior.get(f"/disputes/{claim.pk}/usable/").content.decode()
