"""What an answer to gold counts for, and what else a reviewer does with it."""

import pytest
from pytest_django import Settings

from curation import queue, serving
from curation.models import Claim, Consensus, Skip
from curation.policies import current_policy
from tests import factories
from tests.curation import scenes
from tests.curation.gold_scenes import gold, gold_slots, served_gold, some_gold

pytestmark = pytest.mark.django_db


@pytest.fixture
def every_third(settings: Settings) -> None:
    settings.GOLD_EVERY = 3


def test_an_answer_to_gold_changes_neither_claim_nor_consensus(every_third: None) -> None:
    some_gold(5)
    scenes.claims(10)
    reviewer = factories.reviewer()
    slot = served_gold(reviewer)
    before = list(Consensus.objects.filter(claim=slot.claim).values())
    result, number = scenes.say(reviewer, slot.claim, "reject")
    assert result.status == "saved"
    slot.refresh_from_db()
    assert (slot.annotation_id, slot.waiting, slot.why) == (number, False, "gold")
    assert (scenes.state(slot.claim), list(Consensus.objects.filter(claim=slot.claim).values())) == ("accepted", before)
    assert serving.answered_today(reviewer) == 1


def test_a_relabel_of_gold_is_carried_nowhere(every_third: None) -> None:
    some_gold(5)
    scenes.claims(10)
    reviewer, other = factories.reviewer(), factories.identity()
    slot = served_gold(reviewer)
    assert scenes.say(reviewer, slot.claim, "relabel", identity=other)[0].status == "saved"
    assert not Claim.objects.filter(identity=other).exists()


def test_gold_is_taken_back_and_answered_anew_like_a_vote(every_third: None) -> None:
    some_gold(5)
    scenes.claims(10)
    reviewer = factories.reviewer()
    slot = served_gold(reviewer)
    _result, number = scenes.say(reviewer, slot.claim, "reject")
    assert scenes.undo(reviewer, number).status == "saved"
    assert slot.claim_id in [one.claim_id for one in scenes.lease(reviewer, want=10)]
    assert scenes.say(reviewer, slot.claim)[0].status == "saved"
    slot.refresh_from_db()
    assert slot.annotation is not None
    assert slot.annotation.verdict == "accept"


def test_taking_gold_back_after_a_decision_tells_nobody(every_third: None) -> None:
    from curation.models import Flag

    claim = scenes.claim()
    one, two = factories.reviewers(2)
    scenes.say(one, claim)
    scenes.say(two, claim, "reject")
    decide(claim)
    gold(claim)
    scenes.claims(10)
    reviewer = factories.reviewer()
    slot = served_gold(reviewer)
    _result, number = scenes.say(reviewer, slot.claim)
    scenes.undo(reviewer, number)
    assert not Flag.objects.exists()


def decide(claim: Claim) -> None:
    from curation.adjudication import Decision
    from curation.adjudication import decide as settle
    from mtf_site.roles import Role

    settle(
        Decision(claim=claim.pk, question="usable", verdict="accept"),
        adjudicator=factories.user(Role.ADJUDICATOR),
        policy=current_policy(),
    )


def test_skipped_gold_stays_away_until_skips_are_brought_back(every_third: None) -> None:
    some_gold(1)
    scenes.claims(10)
    reviewer = factories.reviewer()
    slot = served_gold(reviewer)
    assert scenes.skip(reviewer, slot.claim).status == "saved"
    assert slot.claim_id not in [one.claim_id for one in scenes.lease(reviewer, want=10)]
    queue.bring_back_skipped(reviewer=reviewer, question="usable")
    assert slot.claim_id in [one.claim_id for one in scenes.lease(reviewer, want=10)]
    assert not Skip.objects.exists()


def test_a_heartbeat_and_a_closed_page_count_gold_like_votes(every_third: None) -> None:
    some_gold(5)
    scenes.claims(20)
    reviewer = factories.reviewer()
    page = scenes.lease(reviewer, want=40)
    votes = [slot for slot in page if slot.purpose == "vote"]
    assert len(votes) < len(page)
    assert queue.extend(reviewer=reviewer, question="usable") == len(page)
    claims = [slot.claim_id for slot in page]
    assert queue.give_back(reviewer=reviewer, question="usable", claims=claims) == len(page)


def test_gold_for_attributes_is_answered_blind_like_others(every_third: None) -> None:
    for _ in range(3):
        claim = scenes.accepted()
        for person in factories.reviewers(2):
            scenes.say(person, claim, "attributes", race=1, gender=1, age=1)
        gold(claim, "attributes", race="1", gender="1", age="1")
        scenes.accepted()
    for _ in range(3):  # as many as the longest gap wants
        scenes.accepted()
    reviewer = factories.reviewer()
    page = serving.batch(reviewer=reviewer, question="attributes", policy=current_policy())
    hidden = {slot.claim_id for slot in gold_slots(reviewer)}
    assert hidden
    assert [item["identity"] for item in page["items"]] == [None] * len(page["items"])
    claim = Claim.objects.get(pk=hidden.pop())
    assert scenes.say(reviewer, claim, "attributes", race=2, gender=1, age=1)[0].status == "saved"
    assert scenes.consensus(claim, "race") == ("settled", "1", "majority")


def test_an_adjudicator_may_decide_although_gold_of_the_claim_waits_for_them(every_third: None) -> None:
    from mtf_site.roles import Role

    some_gold(2)
    scenes.claims(10)
    person = factories.user(Role.ADJUDICATOR, Role.REVIEWER)
    slot = served_gold(person)
    from curation.adjudication import Decision
    from curation.adjudication import decide as settle

    settle(
        Decision(claim=slot.claim_id, question="usable", verdict="reject", reason="other"),
        adjudicator=person,
        policy=current_policy(),
    )
    assert scenes.state(slot.claim) == "rejected"
