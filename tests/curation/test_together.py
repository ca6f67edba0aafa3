"""Where two parts of reviewing meet: what one of them does while the other is under way."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation import adjudication, exclusions, face_page, queue, reopening
from curation.adjudication import Decision
from curation.merging import merge
from curation.models import Annotation, Claim, Consensus, Profile, Slot
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import consensus, lease, say, skip, undo, waits

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


def test_what_was_merged_is_as_urgent_as_the_identity_that_took_it_over(client: Client) -> None:
    loser, heir, admin = factories.identity(priority=9), factories.identity(), factories.user(Role.ADMIN)
    came, own = scenes.claim(loser), scenes.claim(heir)
    client.force_login(admin)
    client.post(f"/identities/{loser.pk}/merge/", {"into": heir.pk, "why": "one person"})
    assert set(Slot.objects.values_list("claim", "priority")) == {(came.pk, 0), (own.pk, 0)}


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


def test_who_answered_an_earlier_round_does_not_see_the_answers_to_the_one_that_waits() -> None:
    claim, person, other = scenes.claim(), factories.user(Role.REVIEWER, Role.ADJUDICATOR), factories.reviewer()
    say(person, claim)
    reopen(claim)
    say(other, claim, "reject")
    assert answers_shown(claim, person) == 0
    say(person, claim)
    assert answers_shown(claim, person) == 3


def answers_shown(claim: Claim, person: User) -> int:
    found = face_page.dossier(claim.face, person=person, is_asked=True, names=True, whys=False)
    return sum(1 for one in found.history if one.words.startswith("usable face: "))


# ---- Votes that no longer count, of a round before the last


def test_a_field_of_an_earlier_round_that_lost_a_vote_by_exclusion_is_asked_anew() -> None:
    claim, other, zoe = scenes.accepted(), factories.reviewer(), factories.reviewer()
    for person in (other, zoe):
        say(person, claim, "attributes", race=3, gender=1, age=1)
    reopen(claim, "attributes", "race")
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=2)
    exclude(zoe, "attributes")
    assert consensus(claim, "race") == ("settled", "2", "majority")
    assert [consensus(claim, name)[0] for name in ("gender", "age")] == ["open", "open"]
    asked_again(claim, ["gender", "age"])
    assert [consensus(claim, name)[1] for name in ("race", "gender", "age")] == ["2", "2", "4"]


def test_votes_of_an_earlier_round_that_are_all_excluded_do_not_bring_back_those_before() -> None:
    claim, people = judged(), factories.reviewers(2)
    reopen(claim, "attributes", "gender")
    for person in people:
        say(person, claim, "attributes", gender=2)
    reopen(claim, "attributes", "race")
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=2)
    for person in people:
        exclude(person, "attributes")
    assert not Consensus.objects.filter(claim=claim, field="gender").exists()
    asked_again(claim, ["gender"])


def test_a_field_of_an_earlier_round_is_asked_anew_when_a_vote_is_taken_back() -> None:
    claim, person = scenes.accepted(), factories.reviewer()
    _result, number = say(person, claim, "attributes", race=3, gender=1, age=1)
    say(factories.reviewer(), claim, "attributes", race=3, gender=1, age=1)
    reopen(claim, "attributes", "race")
    assert undo(person, number).status == "saved"
    queue.release(reviewer=person)
    assert {tuple(slot.asks) for slot in Slot.objects.filter(claim=claim, waiting=True)} == {("race",)}
    for other in factories.reviewers(2):  # what is being asked is asked to its end
        say(other, claim, "attributes", race=2)
    asked_again(claim, ["gender", "age"])


def test_a_field_that_lost_a_vote_in_quarantine_is_asked_anew_when_the_face_is_back() -> None:
    claim, zoe, anxious = scenes.accepted(), factories.reviewer(), factories.reviewer()
    for person in (zoe, factories.reviewer()):
        say(person, claim, "attributes", race=3, gender=1, age=1)
    reopen(claim, "attributes", "race")
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=2)
    _result, alarm = say(anxious, claim, "quarantine", reason="under_age")
    exclude(zoe, "attributes")
    assert waits(claim, "attributes") == 0
    undo(anxious, alarm)
    asked_again(claim, ["gender", "age"])


def exclude(person: User, question: str) -> None:
    meant = exclusions.Range(person, question, None, timezone.now())
    exclusions.carry_out(exclusions.decide(meant, reason="one key all day", by=factories.user(Role.ADMIN)))


def asked_again(claim: Claim, fields: list[str]) -> None:
    """Of these fields alone, by two others, whose answers then count."""
    waiting = Slot.objects.filter(claim=claim, question="attributes", waiting=True)
    assert [slot.asks for slot in waiting] == [fields, fields]
    for person in factories.reviewers(2):
        say(person, claim, "attributes", gender=2, age=4 if "age" in fields else None)
    assert waits(claim, "attributes") == 0
    assert consensus(claim, "gender") == ("settled", "2", "majority")


# ---- Decisions


def test_a_decision_on_one_field_stands_when_another_is_decided_in_a_later_round() -> None:
    claim, senior = scenes.accepted(), factories.user(Role.ADJUDICATOR)
    for person, gender in zip(factories.reviewers(2), (1, 2), strict=True):
        say(person, claim, "attributes", race=3, gender=gender, age=1)
    decide(claim, senior, gender=2)
    assert consensus(claim, "gender") == ("settled", "2", "adjudication")
    reopen(claim, "attributes", "race")
    for person, race in zip(factories.reviewers(2), (1, 2), strict=True):
        say(person, claim, "attributes", race=race)
    decide(claim, senior, race=1)
    assert consensus(claim, "race") == ("settled", "1", "adjudication")
    assert consensus(claim, "gender") == ("settled", "2", "adjudication")


def decide(claim: Claim, senior: User, **fields: int) -> None:
    decision = Decision(claim.pk, "attributes", "attributes", **fields)  # type: ignore[arg-type]
    adjudication.decide(decision, adjudicator=senior, policy=current_policy())
