import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from curation.adjudication import Decision, ask_for_one_more_vote, decide, disputes, often_skipped, voted
from curation.claims import open_claims
from curation.models import Annotation, Claim, Flag, Slot
from curation.policies import current_policy
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import consensus, lease, say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR)


def rule(senior: User, claim: Claim, verdict: str = "accept", question: str = "usable", **fields: object) -> Annotation:
    if verdict == "reject":
        fields.setdefault("reason", "wrong_person")
    decision = Decision(claim.pk, question, verdict, **fields)  # type: ignore[arg-type]
    return decide(decision, adjudicator=senior, policy=current_policy())


def disputed(identity: Identity | None = None) -> Claim:
    claim = scenes.claim(identity)
    one, two = factories.reviewers(2)
    say(one, claim)
    say(two, claim, "reject")
    return claim


# ---- Deciding


def test_decide_accepts_and_asks_attributes(senior: User) -> None:
    claim = disputed()
    assert [row.claim for row in disputes("usable")] == [claim]
    rule(senior, claim, note="the same scar")
    assert (state(claim), consensus(claim)) == ("accepted", ("settled", "accept", "adjudication"))
    assert waits(claim, "attributes") == 2
    assert not disputes("usable").exists()


def test_decide_rejects(senior: User) -> None:
    claim = disputed()
    rule(senior, claim, "reject", reason="too_small")
    assert (state(claim), consensus(claim)) == ("rejected", ("settled", "reject", "adjudication"))


def test_decide_relabel_opens_and_accepts_the_other_claim(senior: User) -> None:
    claim, other = disputed(), factories.identity()
    rule(senior, claim, "relabel", identity=other.pk)
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert (state(claim), moved.state, moved.origin) == ("rejected", "accepted", "relabel")
    assert consensus(moved) == ("settled", "accept", "adjudication")


def test_relabel_is_carried_though_the_adjudicator_holds_a_lease_there(senior: User) -> None:
    """The two claims are of one face: the one for the other person was crawled as well."""
    claim, other = disputed(), factories.identity()
    factories.candidate(other, claim.photo)
    open_claims()
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert moved.pk in {slot.claim_id for slot in lease(senior)}
    rule(senior, claim, "relabel", identity=other.pk)
    assert (state(claim), state(moved)) == ("rejected", "accepted")


def test_decide_settles_only_the_attributes_it_names(senior: User) -> None:
    claim = scenes.accepted()
    one, two = factories.reviewers(2)
    say(one, claim, "attributes", race=3, gender=1, age=1)
    say(two, claim, "attributes", race=4, gender=1, age=2)
    assert [row.claim for row in disputes("attributes")] == [claim]
    rule(senior, claim, "attributes", "attributes", race=0)
    assert consensus(claim, "race") == ("settled", "0", "adjudication")
    assert consensus(claim, "gender") == ("settled", "1", "majority")
    assert consensus(claim, "age") == ("disputed", "", "majority")


def test_decide_settles_what_everybody_skipped(senior: User) -> None:
    claim = scenes.claim()
    for person in factories.reviewers(3):
        scenes.skip(person, claim)
    assert [(row["claim"], row["skips"]) for row in often_skipped()] == [(claim.pk, 3)]  # type: ignore[index]
    rule(senior, claim, "cannot_tell")
    assert (state(claim), list(often_skipped())) == ("rejected", [])


def test_a_question_never_asked_cannot_be_decided(senior: User) -> None:
    claim = scenes.claim()
    with pytest.raises(ValidationError):
        rule(senior, claim, "attributes", "attributes", race=1)
    assert not Annotation.objects.exists()


# ---- Who may


def test_a_voter_may_not_decide() -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, claim)
    say(two, claim, "reject")
    with pytest.raises(PermissionDenied):
        rule(two, claim)
    assert state(claim) == "disputed"


def test_a_late_voter_may_not_decide() -> None:
    claim, late = disputed(), factories.reviewer()
    assert say(late, claim)[0].status == "late"
    with pytest.raises(PermissionDenied):
        rule(late, claim)


def test_who_took_the_vote_back_may_decide(senior: User) -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    _, answer = say(senior, claim)
    scenes.undo(senior, answer)
    say(one, claim)
    say(two, claim, "reject")
    assert not voted(claim, "usable", senior)
    rule(senior, claim)
    assert state(claim) == "accepted"


def test_the_database_keeps_voter_and_adjudicator_apart() -> None:
    claim = scenes.claim()
    voter = factories.reviewer()
    say(voter, claim)
    slot = Slot.objects.get(claim=claim, reviewer=voter)
    place = {"block": slot.block, "shuffle": slot.shuffle, "number": 1, "purpose": "adjudication"}
    with pytest.raises(IntegrityError, match="slot_reviewer_once_per_question"), transaction.atomic():
        Slot.objects.create(claim=claim, identity=claim.identity, question="usable", reviewer=voter, **place)


# ---- Deciding anew


def test_a_second_decision_supersedes_the_first(senior: User) -> None:
    claim, other_senior = disputed(), factories.user(Role.ADJUDICATOR)
    first = rule(senior, claim)
    second = rule(other_senior, claim, "reject")
    assert second.supersedes == first
    assert (state(claim), waits(claim, "attributes")) == ("rejected", 0)
    assert Annotation.objects.filter(mode="adjudication").count() == 2, "both are kept"


def test_deciding_anew_takes_a_relabel_back(senior: User) -> None:
    claim, other = disputed(), factories.identity()
    rule(senior, claim, "relabel", identity=other.pk)
    rule(senior, claim, "accept")
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert (state(claim), moved.state) == ("accepted", "closed")


def test_deciding_to_and_fro_ends_where_the_last_decision_says(senior: User) -> None:
    claim, other = disputed(), factories.identity()
    for verdict in ("relabel", "accept", "relabel"):
        rule(senior, claim, verdict, identity=other.pk if verdict == "relabel" else None)
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert (state(claim), moved.state) == ("rejected", "accepted")
    assert not Flag.objects.exists()


# ---- One more vote


def test_one_more_vote_goes_to_somebody_new_and_settles(senior: User) -> None:
    claim, third = disputed(), factories.reviewer()
    ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=senior)
    assert (state(claim), waits(claim)) == ("open", 1)
    voters = [a.reviewer for a in Annotation.objects.all()]
    assert [lease(voter) for voter in voters] == [[], []]
    assert [slot.claim_id for slot in lease(third)] == [claim.pk]
    say(third, claim)
    assert consensus(claim) == ("settled", "accept", "majority")


def test_one_more_vote_is_asked_once(senior: User) -> None:
    claim = disputed()
    ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=senior)
    with pytest.raises(ValidationError, match="already"):
        ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=senior)
    assert waits(claim) == 1


def test_a_voter_may_not_ask_for_one_more_vote() -> None:
    claim = disputed()
    voter = Annotation.objects.all()[0].reviewer
    with pytest.raises(PermissionDenied):
        ask_for_one_more_vote(claim_id=claim.pk, question="usable", adjudicator=voter)
    assert state(claim) == "disputed"
