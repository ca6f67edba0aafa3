"""What the database itself holds. Each rule is tried from below, past all Python."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from curation.claims import beside
from curation.models import (
    Annotation,
    BalanceTarget,
    BothStand,
    Claim,
    Consensus,
    Contradiction,
    DisputeView,
    Policy,
    Quarantine,
    Release,
    Slot,
)
from curation.policies import current_policy
from ingest.models import IdentityEvent
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def annotation(claim: Claim, **fields: Any) -> Annotation:
    known = {
        "question": "usable",
        "verdict": "accept",
        "policy": current_policy(),
        "shown_at": timezone.now(),
        "decided_at": timezone.now(),
    }
    reviewer = fields.pop("reviewer", None) or factories.reviewer()
    return Annotation.objects.create(claim=claim, reviewer=reviewer, **(known | fields))


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


def test_a_slot_number_stands_once() -> None:
    slot = Slot.objects.filter(claim=scenes.claim())[0]
    with refused("slot_once_per_number"):
        Slot.objects.create(claim=slot.claim, question="usable", number=slot.number, **beside(slot))


def test_the_number_of_a_slot_has_a_bound() -> None:
    slot = Slot.objects.filter(claim=scenes.claim())[0]
    with refused("slot_number_in_range"):
        Slot.objects.create(claim=slot.claim, question="usable", number=100, **beside(slot))


def test_a_slot_counts_one_annotation_and_an_annotation_one_slot() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    answer = annotation(claim, reviewer=one)
    first, second = Slot.objects.filter(claim=claim)
    Slot.objects.filter(pk=first.pk).update(annotation=answer, reviewer=one, waiting=False)
    with refused("annotation_id"):
        Slot.objects.filter(pk=second.pk).update(annotation=answer, reviewer=one, waiting=False)


def test_a_reviewer_holds_one_slot_of_a_question() -> None:
    one, claim = factories.reviewer(), scenes.claim()
    with refused("slot_reviewer_once_per_question"):
        Slot.objects.filter(claim=claim).update(reviewer=one)


def test_a_slot_counts_only_its_reviewers_answer_to_its_question() -> None:
    claim, other = scenes.claim(), scenes.claim()
    slot = Slot.objects.filter(claim=claim)[0]
    one, two = factories.reviewers(2)
    for answer, person in [
        (annotation(other, reviewer=one), one),
        (annotation(claim, reviewer=two), one),
        (annotation(claim, reviewer=one, late=True), one),
    ]:
        with refused("is not an answer of its reviewer"), transaction.atomic():
            Slot.objects.filter(pk=slot.pk).update(annotation=answer, reviewer=person, waiting=False)


def test_an_answered_slot_does_not_wait() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    slot, answer = Slot.objects.filter(claim=claim)[0], annotation(claim, reviewer=one)
    with refused("slot_answered_is_not_waiting"):
        Slot.objects.filter(pk=slot.pk).update(annotation=answer, reviewer=one)


def test_a_lease_has_a_reviewer() -> None:
    with refused("slot_lease_has_reviewer"):
        Slot.objects.filter(claim=scenes.claim()).update(leased_until=timezone.now())


def test_annotations_are_append_only() -> None:
    answer = annotation(scenes.claim())
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        Annotation.objects.filter(pk=answer.pk).update(verdict="reject", reason="other")
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        Annotation.objects.filter(pk=answer.pk).delete()


def test_an_annotation_is_superseded_once() -> None:
    claim = scenes.claim()
    answer = annotation(claim)
    annotation(claim, verdict="withdrawn", supersedes=answer)
    with refused("supersedes_id"):
        annotation(claim, verdict="withdrawn", supersedes=answer)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"race": 1}, "annotation_verdict_fits_question"),
        ({"verdict": "attributes"}, "annotation_verdict_fits_question"),
        ({"question": "attributes"}, "annotation_verdict_fits_question"),
        ({"verdict": "relabel"}, "annotation_relabel_names_identity"),
        ({"verdict": "reject"}, "annotation_reject_has_reason"),
        ({"verdict": "withdrawn"}, "annotation_withdrawn_supersedes"),
    ],
)
def test_an_annotation_makes_sense(fields: dict[str, Any], name: str) -> None:
    claim = scenes.claim()
    with refused(name):
        annotation(claim, **fields)


def test_a_face_has_one_accepted_claim() -> None:
    face = factories.face()
    for n in range(2):
        with transaction.atomic():
            if n:
                with refused("claim_one_accepted_per_face"):
                    _claim(face, state="accepted")
            else:
                _claim(face, state="accepted")


def _claim(face: Any, **fields: Any) -> Claim:
    known = {
        "identity": fields.pop("identity", None) or factories.identity(),
        "photo": face.photo,
        "origin": "crawl",
    }
    return Claim.objects.create(face=face, **(known | fields))


def test_a_person_is_in_a_photo_once() -> None:
    photo, person = factories.photo(), factories.identity()
    _claim(factories.face(photo), identity=person, state="accepted")
    with refused("claim_one_accepted_per_photo_and_identity"):
        _claim(factories.face(photo), identity=person, state="accepted")


def test_a_claim_is_made_once() -> None:
    face, person = factories.face(), factories.identity()
    _claim(face, identity=person)
    with refused("claim_once_per_face_and_identity"):
        _claim(face, identity=person)


def test_a_claims_photo_is_its_faces() -> None:
    with refused("is not the photo of face"):
        _claim(factories.face(), photo=factories.photo())


def test_a_consensus_stands_once_a_field_and_has_a_value_when_settled() -> None:
    claim = scenes.accepted()
    with refused("consensus_once_per_field"), transaction.atomic():
        Consensus.objects.create(claim=claim, field="usable", state="open", support=0, votes=0, method="majority")
    with refused("consensus_settled_has_value"):
        Consensus.objects.create(claim=claim, field="race", state="settled", support=1, votes=1, method="majority")


def test_a_decided_quarantine_names_who_and_when() -> None:
    claim = scenes.claim()
    scenes.say(factories.reviewer(), claim, "quarantine", reason="under_age")
    with refused("quarantine_decision_is_complete"):
        Quarantine.objects.update(decision="released")


def test_an_activated_policy_never_changes() -> None:
    policy = current_policy()
    with pytest.raises(ProgrammingError, match="activated_never_changes"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(votes_usable=1)


def test_a_frozen_release_never_changes() -> None:
    release = Release.objects.create(
        version="1.0.0",
        policy=current_policy(),
        papers={},
        digest="sha256:0",
        faces_count=0,
        frozen_at=timezone.now(),
    )
    for change in (lambda: Release.objects.update(faces_count=1), lambda: Release.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="frozen"), transaction.atomic():
            change()
    assert Release.objects.get() == release


def test_a_crop_never_changes() -> None:
    face = factories.face()
    with pytest.raises(ProgrammingError, match="crop_never_changes"):
        type(face).objects.filter(pk=face.pk).update(crop_sha256=factories.digest("another"))


def test_skips_and_candidates_and_evidence_stand_once() -> None:
    claim, one = scenes.claim(), factories.reviewer()
    claim.skips.create(reviewer=one, question="usable")
    with refused("skip_once_per_reviewer"), transaction.atomic():
        claim.skips.create(reviewer=one, question="usable", id=uuid.uuid4())
    hit = claim.photo.candidates.get()
    hit.pk = None
    with refused("candidate_once_per_identity_and_url"):
        hit.save(force_insert=True)


def test_a_cell_has_one_target() -> None:
    BalanceTarget.objects.create(race=3, gender=2, age=1, wanted=40)
    with refused("balancetarget_once_per_cell"):
        BalanceTarget.objects.create(race=3, gender=2, age=1, wanted=50)


@pytest.mark.parametrize("cell", [{"race": 0}, {"race": 5}, {"gender": 3}, {"age": 0}])
def test_a_target_is_for_a_class(cell: dict[str, int]) -> None:
    with refused("balancetarget_cell_is_a_class"):
        BalanceTarget.objects.create(**({"race": 3, "gender": 2, "age": 1, "wanted": 40} | cell))


@pytest.mark.parametrize("change", [{"note": "another"}, None])
def test_the_history_of_an_identity_is_append_only(change: dict[str, str] | None) -> None:
    event = IdentityEvent.objects.create(identity=factories.identity(), kind="retired", by=factories.user(), note="x")
    rows = IdentityEvent.objects.filter(pk=event.pk)
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        rows.update(**change) if change else rows.delete()
    assert rows.get().note == "x"


def test_the_votes_are_noted_as_opened_once() -> None:
    seen = {"adjudicator": factories.user(), "claim": scenes.claim(), "question": "usable"}
    DisputeView.objects.create(**seen)
    with refused("disputeview_once_per_adjudicator"):
        DisputeView.objects.create(**seen)


def test_an_identity_contradicts_itself_once_a_field() -> None:
    found = {"identity": factories.identity(), "field": "race", "values": ["3", "4"], "faces": 2, "fewest": 1}
    Contradiction.objects.create(**found)
    with refused("contradiction_once_per_field"):
        Contradiction.objects.create(**found)


def test_both_stand_once_and_is_never_rewritten() -> None:
    seen = {"identity": factories.identity(), "field": "race", "values": ["3", "4"], "decided_by": factories.user()}
    stands = BothStand.objects.create(**seen, note="of two parents")
    with refused("bothstand_once"), transaction.atomic():
        BothStand.objects.create(**seen, note="again")
    with pytest.raises(ProgrammingError, match="Cannot update"):
        BothStand.objects.filter(pk=stands.pk).update(note="another")
