"""Questions asked anew: what counts afterwards, what is left alone, and that twice is once."""

import pytest
from django.contrib.auth.models import User

from curation import requeues
from curation.adjudication import Decision, decide
from curation.models import Annotation, Claim, Consensus, Reopening, Requeue, Slot
from curation.policies import current_policy
from curation.quarantine import decide as decide_alarm
from curation.quarantine import open_quarantines
from curation.reopening import Outcome, outlook, reopen, reopen_all
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import consensus, lease, say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    return factories.user(Role.ADJUDICATOR)


def anew(*claims: Claim, by: User, question: str = "usable", fields: tuple[str, ...] = ()) -> Outcome:
    pks = [one.pk for one in claims]
    return reopen_all(claims=pks, question=question, fields=fields, cause="requeued", reason="bad light", by=by)


def judged() -> Claim:
    """Accepted, and two agree on its attributes."""
    claim = scenes.accepted()
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=3, gender=1, age=1)
    return claim


def test_an_accepted_face_is_open_again_and_its_earlier_answers_are_history(vera: User) -> None:
    claim = scenes.accepted()
    assert anew(claim, by=vera) == Outcome(1, {})
    assert (state(claim), waits(claim)) == ("open", 2)
    assert not Consensus.objects.filter(claim=claim, field="usable").exists()
    assert Annotation.objects.filter(claim=claim, superseded_by=None).count() == 2
    reopening = Reopening.objects.get()
    assert (reopening.round, reopening.reason, reopening.decided_by) == (1, "bad light", vera)
    for person in factories.reviewers(2):
        say(person, claim, "reject")
    assert (state(claim), consensus(claim)) == ("rejected", ("settled", "reject", "majority"))


def test_whoever_answered_before_may_answer_the_new_round(vera: User) -> None:
    claim, person = scenes.claim(), factories.reviewer()
    say(person, claim)
    anew(claim, by=vera)
    assert [slot.claim for slot in lease(person)] == [claim]
    assert say(person, claim, "reject")[0].status == "saved"


def test_twice_is_once(vera: User) -> None:
    claim = scenes.accepted()
    anew(claim, by=vera)
    assert anew(claim, by=vera) == Outcome(0, {"unanswered": 1})
    assert (Reopening.objects.count(), waits(claim)) == (1, 2)
    twice = [claim.pk, claim.pk]
    assert reopen(claims=twice, question="usable", fields=[], cause="requeued", reason="x", by=vera) == 0


def test_unanswered_places_of_the_earlier_round_are_gone_even_leased_ones(vera: User) -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, claim)
    assert lease(two)
    anew(claim, by=vera)
    assert list(Slot.objects.filter(claim=claim, annotation=None).values_list("round", flat=True)) == [1, 1]
    assert say(two, claim)[0].status == "saved", "the answer on its way counts in the new round"
    assert waits(claim) == 1


def test_a_decision_no_longer_counts_and_is_kept(vera: User) -> None:
    claim = scenes.accepted()
    decide(Decision(claim.pk, "usable", "reject", reason="other"), adjudicator=vera, policy=current_policy())
    assert outlook(Claim.objects.all(), "usable").decided == 1
    anew(claim, by=vera)
    assert state(claim) == "open"
    assert Annotation.objects.filter(claim=claim, mode="adjudication").count() == 1


def test_attributes_stay_when_the_first_question_is_reopened_and_the_other_way_round(vera: User) -> None:
    claim = judged()
    anew(claim, by=vera)
    assert consensus(claim, "race") == ("settled", "3", "majority")
    for person in factories.reviewers(2):
        say(person, claim)
    assert (state(claim), waits(claim, "attributes")) == ("accepted", 0)
    anew(claim, by=vera, question="attributes")
    assert (state(claim), consensus(claim)) == ("accepted", ("settled", "accept", "majority"))
    assert waits(claim, "attributes") == 2


def test_one_attribute_alone_is_asked_and_the_others_stay_settled(vera: User) -> None:
    claim = judged()
    anew(claim, by=vera, question="attributes", fields=("gender",))
    assert {tuple(slot.asks) for slot in Slot.objects.filter(claim=claim, round=1)} == {("gender",)}
    for person in factories.reviewers(2):
        say(person, claim, "attributes", gender=2)
    assert [consensus(claim, name)[1] for name in ("race", "gender", "age")] == ["3", "2", "1"]


def test_an_attribute_that_is_still_open_is_asked_along(vera: User) -> None:
    claim = scenes.accepted()
    say(factories.reviewer(), claim, "attributes", race=3, gender=1, age=1)
    anew(claim, by=vera, question="attributes", fields=("race",))
    assert {tuple(slot.asks) for slot in Slot.objects.filter(claim=claim, question="attributes", round=1)} == {()}
    assert not Consensus.objects.filter(claim=claim, field="age", state="settled").exists()


def test_what_cannot_be_asked_is_left_and_said_why(vera: User) -> None:
    fresh, alarmed, out = scenes.claims(3)
    for claim in (alarmed, out):
        say(factories.reviewer(), claim, "quarantine", reason="under_age")
    alarm = open_quarantines().get(face=out.face)
    decide_alarm(alarm, seen="", adjudicator=vera, release=False, note="")
    taken = scenes.claim()
    say(factories.reviewer(), taken)
    other = scenes.accepted(taken.identity, taken.photo)
    gone = scenes.accepted()
    heir = factories.identity()
    type(heir).objects.filter(pk=gone.identity_id).update(state="merged", merged_into=heir)
    before = Slot.objects.count()
    left = {"unanswered": 1, "quarantined": 1, "kept_out": 1, "taken": 1, "merged": 1}
    everything = Claim.objects.exclude(pk=other.pk)
    assert (outlook(everything, "usable").left, outlook(everything, "usable").reopened) == (left, 0)
    assert anew(fresh, alarmed, out, taken, gone, by=vera) == Outcome(0, left)
    assert Slot.objects.count() == before
    assert anew(taken, by=vera, question="attributes").left == {"taken": 1}
    assert anew(fresh, by=vera, question="attributes").left == {"not_accepted": 1}


def test_the_outlook_says_what_then_happens(vera: User) -> None:
    scenes.accepted()
    rejected = scenes.claim()
    for person in factories.reviewers(2):
        say(person, rejected, "reject")
    told = outlook(Claim.objects.all(), "usable")
    assert (told.states, told.reopened) == ({"accepted": 1, "rejected": 1}, 2)
    assert anew(*Claim.objects.all(), by=vera).reopened == 2


# ---- Orders


@pytest.mark.parametrize(("count", "served"), [(1, 0), (61, 61)], ids=["looked at", "unseen"])
def test_an_adjudicator_is_not_asked_what_they_saw_settled(count: int, served: int) -> None:
    senior, claims = factories.user(Role.ADJUDICATOR), scenes.claims(count)
    one, two = factories.reviewers(2)
    for claim in claims:
        say(one, claim), say(two, claim)
    requeues.order(Claim.objects.all(), question="usable", fields=[], reason="blur", by=senior)
    requeues.go_on()
    assert len(scenes.lease(senior, want=100)) == served
    assert len(scenes.lease(one, want=100)) == count


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requeues, "A_BATCH", 2)


def ordered(by: User, count: int = 3) -> Requeue:
    for _ in range(count):
        scenes.accepted()
    return requeues.order(Claim.objects.all(), question="usable", fields=[], reason="blur", by=by)


@pytest.mark.usefixtures("small_batches")
def test_an_order_is_done_in_batches(vera: User) -> None:
    order = ordered(vera)
    assert requeues.next_batch(order.pk)
    order.refresh_from_db()
    assert (order.done, order.reopened, order.is_over) == (2, 2, False)
    assert requeues.go_on() == 1
    order.refresh_from_db()
    assert (order.done, order.reopened, order.left, order.is_over) == (3, 3, {}, True)
    assert not requeues.next_batch(order.pk)
    assert Reopening.objects.count() == 3


@pytest.mark.usefixtures("small_batches")
def test_a_cancelled_order_stops_before_its_next_batch(vera: User) -> None:
    order = ordered(vera)
    requeues.next_batch(order.pk)
    assert requeues.cancel(order.pk, by=vera)
    assert not requeues.cancel(order.pk, by=vera)
    assert requeues.go_on() == 0
    order.refresh_from_db()
    assert (order.done, order.cancelled_by, Reopening.objects.count()) == (2, vera, 2)
