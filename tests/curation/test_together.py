"""Where two parts of reviewing meet: what one of them does while the other is under way."""

import pytest

from curation import queue, reopening
from curation.merging import merge
from curation.models import Annotation, Claim, Profile, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import consensus, lease, say, skip, waits

pytestmark = pytest.mark.django_db


def reopen(claim: Claim, question: str = "usable", *fields: str) -> None:
    by = factories.user(Role.ADJUDICATOR)
    done = reopening.reopen(
        claims=[claim.pk], question=question, fields=fields, cause="requeued", reason="bad light", by=by
    )
    assert done == 1


def judged() -> Claim:
    """Accepted, and two agree on its attributes."""
    claim = scenes.accepted()
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=3, gender=1, age=1)
    return claim


# ---- Merged identities


def test_what_was_merged_is_asked_and_reopened_under_the_identity_that_took_it_over() -> None:
    loser, heir, limited = factories.identity(), factories.identity(), factories.reviewer()
    Profile.objects.create(user=limited).limited_to.add(heir)
    waiting, accepted = scenes.claim(loser), scenes.accepted(loser)
    merge(loser=loser, heir=heir, by=factories.user(Role.ADMIN), why="one person, two spellings")
    assert set(Slot.objects.values_list("identity", flat=True)) == {heir.pk}
    assert [slot.claim for slot in lease(limited)] == [waiting]
    reopen(accepted)
    assert waits(accepted) == 2


def test_who_was_limited_to_a_merged_identity_works_on_the_one_that_took_it_over() -> None:
    loser, heir, limited = factories.identity(), factories.identity(), factories.reviewer()
    Profile.objects.create(user=limited).limited_to.add(loser)
    claim, _elsewhere = scenes.claim(loser), scenes.claim()
    merge(loser=loser, heir=heir, by=factories.user(Role.ADMIN), why="one person, two spellings")
    assert queue.limited_to(limited) == [heir.pk]
    assert [slot.claim for slot in lease(limited)] == [claim]


# ---- Rounds


def test_who_skipped_a_face_is_asked_when_it_is_reopened() -> None:
    claim, person = scenes.claim(), factories.reviewer()
    skip(person, claim)
    for other in factories.reviewers(2):
        say(other, claim)
    assert lease(person) == []
    reopen(claim)
    assert [slot.claim for slot in lease(person)] == [claim]


def test_an_answer_to_the_fields_of_an_earlier_round_is_kept_though_another_round_asks_more() -> None:
    claim, slow = judged(), factories.reviewer()
    reopen(claim, "attributes", "race")
    lease(slow, "attributes")
    for other in factories.reviewers(1):
        say(other, claim, "attributes", race=2)
    reopen(claim, "attributes", "gender")
    assert {tuple(slot.asks) for slot in Slot.objects.filter(claim=claim, round=2)} == {("race", "gender")}
    result, number = say(slow, claim, "attributes", race=2)
    assert (result.status, Annotation.objects.get(pk=number).late) == ("late", True)
    assert waits(claim, "attributes") == 2
    assert [slot.claim for slot in lease(slow, "attributes")] == [claim]


def test_an_answer_to_one_field_is_kept_though_others_took_its_places() -> None:
    claim, slow = judged(), factories.reviewer()
    reopen(claim, "attributes", "race")
    lease(slow, "attributes")
    queue.release(reviewer=slow)
    for other in factories.reviewers(2):
        say(other, claim, "attributes", race=2)
    assert say(slow, claim, "attributes", race=3)[0].status == "late"
    assert consensus(claim, "race") == ("settled", "2", "majority")


def test_an_answer_that_leaves_a_field_of_ones_own_place_out_is_refused() -> None:
    claim, person = scenes.accepted(), factories.reviewer()
    lease(person, "attributes")
    assert say(person, claim, "attributes", race=3)[0].status == "refused"
    assert say(factories.reviewer(), claim, "attributes")[0].status == "refused"
    assert not Annotation.objects.filter(question="attributes").exists()
