import pytest

from curation.adjudication import Decision, decide
from curation.models import Annotation, Claim, Consensus, Flag, Quarantine, Slot
from curation.policies import current_policy
from curation.settling import lock_photo, settle
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import consensus, say, state, undo, waits

pytestmark = pytest.mark.django_db


def test_two_accepts_settle_and_open_attributes() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, claim)
    assert (state(claim), waits(claim)) == ("open", 1)
    say(two, claim)
    assert state(claim) == "accepted"
    assert consensus(claim) == ("settled", "accept", "majority")
    assert (waits(claim), waits(claim, "attributes")) == (0, 2)


def test_two_rejects_with_different_reasons_settle() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, claim, "reject", reason="too_small")
    say(two, claim, "reject", reason="occluded")
    assert state(claim) == "rejected"
    assert waits(claim, "attributes") == 0


def test_accept_and_reject_dispute() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, claim)
    say(two, claim, "reject")
    assert state(claim) == "disputed"
    assert consensus(claim) == ("disputed", "", "majority")
    assert waits(claim) == 0


def test_accepting_one_face_closes_the_others_claims_to_the_person() -> None:
    person, photo = factories.identity(), factories.photo()
    first, second = scenes.claim(person, photo), scenes.claim(person, photo)
    for reviewer in factories.reviewers(2):
        say(reviewer, first)
    assert state(first) == "accepted"
    assert (state(second), waits(second)) == ("closed", 0)


def test_undoing_an_accept_reopens_the_claim_and_those_it_closed() -> None:
    person, photo = factories.identity(), factories.photo()
    first, second = scenes.claim(person, photo), scenes.claim(person, photo)
    one, two = factories.reviewers(2)
    say(one, first)
    _, last = say(two, first)
    assert undo(two, last).status == "saved"
    assert (state(first), waits(first), waits(first, "attributes")) == ("open", 1, 0)
    assert (state(second), waits(second)) == ("open", 2)
    slot = Slot.objects.get(claim=first, reviewer=two)
    assert slot.leased_until is not None, "what was taken back stays with its reviewer"


def test_relabel_by_both_accepts_the_other_claim() -> None:
    claim, other = scenes.claim(), factories.identity("Bo Lindqvist")
    for reviewer in factories.reviewers(2):
        say(reviewer, claim, "relabel", identity=other)
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert (state(claim), moved.state, moved.origin) == ("rejected", "accepted", "relabel")
    carried = Annotation.objects.filter(claim=moved)
    assert {a.carried_from.claim_id for a in carried if a.carried_from} == {claim.pk}
    assert carried.count() == 2


def test_relabel_and_wrong_person_leave_the_other_claim_one_vote_short() -> None:
    claim, other = scenes.claim(), factories.identity()
    one, two, three = factories.reviewers(3)
    say(one, claim, "relabel", identity=other)
    assert not Claim.objects.filter(identity=other).exists(), "one voice alone moves nothing"
    say(two, claim, "reject", reason="wrong_person")
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert (moved.state, waits(moved)) == ("open", 1)
    assert [s.claim_id for s in scenes.lease(one)] == [], "their relabel was their answer"
    say(three, moved)
    assert state(moved) == "accepted"


def test_a_reject_for_the_pictures_sake_goes_along_with_a_relabel() -> None:
    claim, other = scenes.claim(), factories.identity()
    one, two = factories.reviewers(2)
    say(one, claim, "relabel", identity=other)
    say(two, claim, "reject", reason="too_small")
    assert Claim.objects.get(face=claim.face, identity=other).state == "disputed"


def test_undoing_a_relabel_closes_the_claim_it_had_opened() -> None:
    claim, other = scenes.claim(), factories.identity()
    one, two = factories.reviewers(2)
    _, first = say(one, claim, "relabel", identity=other)
    say(two, claim, "reject", reason="wrong_person")
    moved = Claim.objects.get(face=claim.face, identity=other)
    undo(one, first)
    assert (state(claim), state(moved), waits(moved)) == ("open", "closed", 0)
    say(one, claim, "relabel", identity=other)
    assert (state(claim), state(moved), waits(moved)) == ("rejected", "open", 1)


def test_attributes_settle_field_by_field() -> None:
    claim = scenes.accepted()
    one, two = factories.reviewers(2)
    say(one, claim, "attributes", race=3, gender=1, age=0)
    say(two, claim, "attributes", race=3, gender=2, age=0)
    assert consensus(claim, "race") == ("settled", "3", "majority")
    assert consensus(claim, "gender") == ("disputed", "", "majority")
    assert consensus(claim, "age") == ("settled", "0", "majority")
    assert state(claim) == "accepted"


@pytest.mark.parametrize(("reason", "others_too"), [("under_age", False), ("licence", True)])
def test_quarantine_takes_the_face_out_at_once(reason: str, others_too: bool) -> None:
    photo = factories.photo()
    claim, beside = scenes.claim(photo=photo), scenes.claim(photo=photo)
    one, two = factories.reviewers(2)
    say(one, claim, "quarantine", reason=reason)
    served = {slot.claim_id for slot in scenes.lease(two)}
    assert claim.pk not in served
    assert (beside.pk in served) is not others_too
    assert Quarantine.objects.filter(decision="").count() == (2 if others_too else 1)


def test_undone_quarantine_brings_the_face_back() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    _, alarm = say(one, claim, "quarantine", reason="under_age")
    undo(one, alarm)
    assert [slot.claim_id for slot in scenes.lease(two)] == [claim.pk]
    assert Quarantine.objects.get().decision == "withdrawn"


def test_undo_after_adjudication_leaves_the_decision_and_a_flag() -> None:

    claim = scenes.claim()
    one, two, senior = factories.reviewers(3)
    _, first = say(one, claim)
    say(two, claim, "reject")
    decide(Decision(claim.pk, "usable", "accept"), adjudicator=senior, policy=current_policy())
    undo(one, first)
    assert state(claim) == "accepted"
    assert consensus(claim) == ("settled", "accept", "adjudication")
    assert Flag.objects.get().reviewer == one


def test_settling_again_changes_nothing() -> None:
    claim, other = scenes.claim(), factories.identity()
    for reviewer in factories.reviewers(2):
        say(reviewer, claim, "relabel", identity=other)
    before = (list(Claim.objects.values()), list(Consensus.objects.values()), list(Slot.objects.values()))
    photo = lock_photo(claim.photo_id)
    assert photo is not None
    settle(photo)
    assert (
        list(Claim.objects.values()),
        list(Consensus.objects.values()),
        list(Slot.objects.values()),
    ) == before
