import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from curation.annotations import record
from curation.entries import Undo
from curation.models import Annotation, Claim, Skip, Slot
from curation.policies import current_policy
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say, state, undo

pytestmark = pytest.mark.django_db


def test_the_same_entry_twice_is_one_annotation() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    first, number = say(one, claim)
    again, _ = say(one, claim, id=number)
    assert (first.status, again.status) == ("saved", "known")
    assert Annotation.objects.count() == 1


def test_the_same_id_with_other_content_is_a_conflict() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    _, number = say(one, claim)
    result, _ = say(one, claim, "reject", id=number)
    assert (result.status, result.code) == ("conflict", 409)
    assert Annotation.objects.get().verdict == "accept"


def test_anothers_id_is_a_conflict() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    _, number = say(one, claim)
    assert say(two, claim, id=number)[0].code == 409


def test_an_answer_to_a_vanished_face_is_gone() -> None:
    ghost = Claim(pk=987654321)
    assert say(factories.reviewer(), ghost)[0].code == 410


def test_a_lease_that_ran_out_still_counts_while_the_slot_is_free() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    lease(one)
    Slot.objects.filter(reviewer=one).update(leased_until=timezone.now() - timedelta(hours=1))
    assert say(one, claim)[0].status == "saved"


def test_an_answer_after_others_took_the_slots_is_kept_but_not_counted() -> None:
    claim = scenes.claim()
    slow, one, two = factories.reviewers(3)
    say(one, claim)
    say(two, claim)
    result, number = say(slow, claim, "reject")
    assert result.status == "late"
    assert Annotation.objects.get(pk=number).late
    assert state(claim) == "accepted"


def test_a_second_answer_of_one_reviewer_is_not_counted() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    say(one, claim)
    assert say(one, claim)[0].status == "late"
    assert state(claim) == "open"
    assert Slot.objects.filter(annotation__isnull=False).count() == 1


def test_an_alarm_counts_even_when_late() -> None:
    claim = scenes.accepted()
    say(factories.reviewer(), claim, "quarantine", reason="under_age")
    assert claim.face.quarantines.filter(decision="").exists()
    assert scenes.waits(claim, "attributes") == 0


def test_undo_supersedes_and_deletes_nothing() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    _, number = say(one, claim)
    assert undo(one, number).status == "saved"
    assert Annotation.objects.count() == 2
    assert say(one, claim, "reject")[0].status == "saved"


def test_undo_under_an_id_that_is_an_answers_is_a_conflict() -> None:
    one, two = scenes.claims(2)
    person = factories.reviewer()
    _, first = say(person, one)
    _, second = say(person, two)
    assert record(Undo(second, first), reviewer=person, policy=current_policy()).code == 409
    assert not Annotation.objects.filter(verdict="withdrawn").exists()


def test_only_the_reviewer_takes_an_answer_back() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    _, number = say(one, claim)
    assert undo(two, number).code == 410
    assert Slot.objects.filter(annotation=number).exists()


def test_taking_back_twice_is_a_conflict() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    _, number = say(one, claim)
    undo(one, number)
    assert undo(one, number).code == 409


def test_undo_of_a_skip_brings_the_face_back() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    lease(one)
    scenes.skip(one, claim)
    assert undo(one, Skip.objects.get().pk).status == "saved"
    assert [slot.claim_id for slot in lease(one)] == [claim.pk]


def test_relabel_to_an_unapproved_identity_is_refused() -> None:
    claim = scenes.claim()
    stranger = factories.identity(state="proposed")
    result, _ = say(factories.reviewer(), claim, "relabel", identity=stranger)
    assert (result.code, "not an approved identity" in result.message) == (400, True)
    assert not Annotation.objects.exists()


def test_undo_of_nothing_is_gone() -> None:
    assert undo(factories.reviewer(), uuid.uuid4()).code == 410
