"""Reviewers with new answers are looked at; who does not judge the faces is paused, and nobody else."""

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from pytest_django import Settings

from curation import judging, pauses, queue, tasks
from curation.accuracy import on_gold, shares
from curation.models import Annotation, Pause, PersonEvent, Slot, Standing
from curation.people import PersonRefused
from mtf_site.roles import Role
from tests import factories
from tests.curation import gold_scenes, releases, scenes

pytestmark = pytest.mark.django_db

TRUTHS = ["accept", "reject"] * 8


def wrong(truths: list[str]) -> list[str]:
    return ["reject" if true == "accept" else "accept" for true in truths]


def test_wrong_answers_to_gold_pause_and_right_ones_do_not() -> None:
    claims = gold_scenes.known(TRUTHS)
    good, bad = factories.reviewers(2)
    gold_scenes.answers(good, claims, TRUTHS, number=1)
    gold_scenes.answers(bad, claims, wrong(TRUTHS), number=2)
    tasks.judge()
    paused = Pause.objects.get()
    assert (paused.reviewer, paused.question, paused.paused_by) == (bad, "usable", None)
    assert paused.evidence["value"] > 100
    assert paused.evidence["fields"]["usable"]["gold"] == 16
    assert Standing.objects.get(reviewer=good).value < 1


def test_always_the_same_answer_is_found_with_the_votes_of_others() -> None:
    """Six pieces of gold, as many right as wrong, and forty votes in which nobody else said the same."""
    constant, *others = factories.reviewers(4)
    for claim in gold_scenes.known(["accept", "reject"] * 3):
        gold_scenes.answers(constant, [claim], ["accept"])
        gold_scenes.answers(others[0], [claim], [claim.gold_items.get().answer["usable"]], number=2)
    for place in range(40):
        claim = releases.claim(factories.identity(), state="open")
        verdict = {"verdict": "accept"} if place % 2 else {"verdict": "reject", "reason": "wrong_person"}
        for number, person in enumerate(others, 2):
            releases.vote(claim, person, number, **verdict)
        releases.vote(claim, constant, 1)
    judging.judge()
    assert [one.reviewer for one in Pause.objects.all()] == [constant]
    told = Pause.objects.get().evidence["fields"]["usable"]
    assert (told["answers"], told["gold"]) == (46, 6)


def test_copying_what_the_list_says_is_found_in_race() -> None:
    copier, *others = factories.reviewers(4)
    for place in range(48):
        person = factories.identity(claimed_race=1 + place % 4)
        claim = releases.claim(person, state="accepted")
        true = 1 + (place // 4) % 4
        is_gold = place % 4 == 0
        if is_gold:
            gold_scenes.attributes(claim, race=str(true), gender="1", age="1")
        for number, reviewer in enumerate(others, 2):
            releases.attribute_vote(claim, reviewer, number, race=true, gender=1, age=1)
        fields = {"question": "attributes", "verdict": "attributes", "race": 1 + place % 4, "gender": 1, "age": 1}
        releases.vote(claim, copier, 1, purpose="gold" if is_gold else "vote", **fields)
    judging.judge()
    paused = Pause.objects.get()
    assert (paused.reviewer, paused.question) == (copier, "attributes")
    assert paused.evidence["fields"]["race"]["value"] > 100


def test_answers_to_a_wrong_item_speak_against_nobody() -> None:
    claims = gold_scenes.known(TRUTHS)
    bad = factories.reviewer()
    gold_scenes.answers(bad, claims, wrong(TRUTHS))
    from curation import gold

    for claim in claims:
        gold.retire(claim.gold_items.get(), retired_as="wrong", by=factories.user())
    judging.judge()
    assert not Pause.objects.exists()


def test_nobody_is_looked_at_without_new_answers_nor_where_gold_is_off(settings: Settings) -> None:
    bad = factories.reviewer()
    gold_scenes.answers(bad, gold_scenes.known(TRUTHS), wrong(TRUTHS))
    settings.GOLD_EVERY = 0
    assert judging.judge() == []
    assert not Standing.objects.exists()
    settings.GOLD_EVERY = 10
    Standing.objects.create(reviewer=bad, question="usable", evidence={}, value=1, judged_at="2999-01-01T00:00Z")
    assert judging.judge() == []


def test_paused_once_and_not_again() -> None:
    bad = factories.reviewer()
    gold_scenes.answers(bad, gold_scenes.known(TRUTHS), wrong(TRUTHS))
    assert len(judging.judge()) == 1
    assert judging.judge() == []
    assert pauses.pause_for(bad.pk, "usable", evidence={"value": 1000}) is None


def test_after_a_lift_the_evidence_begins_anew() -> None:
    bad, admin = factories.reviewer(), factories.user(Role.ADMIN)
    gold_scenes.answers(bad, gold_scenes.known(TRUTHS), wrong(TRUTHS))
    judging.judge()
    pauses.lift(Pause.objects.get(), reason="they had misread the guideline", by=admin)
    gold_scenes.answers(bad, gold_scenes.known(["accept"]), ["accept"])
    judging.judge()
    assert Pause.objects.filter(ended_at=None).count() == 0
    assert Standing.objects.get().evidence["fields"]["usable"]["answers"] == 1


def paused_with_leases() -> tuple[User, list[Slot]]:
    scenes.claims(6)
    person = factories.reviewer()
    held = scenes.lease(person, want=3)
    pauses.pause(person, question="usable", reason="they asked for a break", by=factories.user(Role.ADMIN))
    return person, held


def test_a_pause_gives_leases_back_and_gives_no_more_of_that_question() -> None:
    accepted = scenes.accepted()
    person, held = paused_with_leases()
    assert Slot.objects.filter(pk__in=[slot.pk for slot in held], reviewer=None, leased_until=None).count() == 3
    assert scenes.lease(person) == []
    assert [slot.claim_id for slot in scenes.lease(person, "attributes")] == [accepted.pk]


def test_answers_on_their_way_are_kept_but_do_not_count() -> None:
    person, held = paused_with_leases()
    assert scenes.say(person, held[0].claim)[0].status == "late"
    assert scenes.say(person, held[1].claim, "relabel", identity=factories.identity())[0].status == "late"
    assert Annotation.objects.filter(reviewer=person, late=True).count() == 2


def test_a_lease_taken_while_the_pause_was_written_goes_back() -> None:
    person, held = paused_with_leases()
    Slot.objects.filter(pk=held[0].pk).update(reviewer=person, leased_until="2999-01-01T00:00Z")
    queue.free_expired_leases()
    assert Slot.objects.get(pk=held[0].pk).reviewer is None


def test_a_lift_is_written_down_and_ends_once() -> None:
    person, _held = paused_with_leases()
    admin, pause = factories.user(Role.ADMIN), Pause.objects.get()
    pauses.lift(pause, reason="talked it over", by=admin)
    pause.refresh_from_db()
    assert (pause.ended, pause.ended_by, pause.end_reason) == ("lifted", admin, "talked it over")
    assert len(scenes.lease(person, want=3)) == 3
    with pytest.raises(PersonRefused, match="ended already"):
        pauses.lift(pause, reason="again", by=admin)
    kinds = PersonEvent.objects.filter(person=person).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["paused", "resumed"]


def test_who_is_paused_is_not_paused_again() -> None:
    person, _held = paused_with_leases()
    with pytest.raises(PersonRefused, match="paused already"):
        pauses.pause(person, question="usable", reason="again", by=factories.user(Role.ADMIN))


def test_practice_passed_ends_a_pause_of_the_first_question_alone() -> None:
    person, _held = paused_with_leases()
    assert not pauses.pass_practice(person, "usable", agreeing=7, total=10)
    assert not pauses.pass_practice(person, "usable", agreeing=0, total=0)
    assert pauses.pass_practice(person, "usable", agreeing=8, total=10)
    assert Pause.objects.get().ended == "practised"
    pauses.pause(person, question="attributes", reason="why", by=factories.user(Role.ADMIN))
    assert not pauses.pass_practice(person, "usable", agreeing=10, total=10)


def test_accuracy_by_class_of_each_reviewer() -> None:
    claims = gold_scenes.known(["accept", "accept", "reject", "reject"])
    person = factories.reviewer()
    gold_scenes.answers(person, claims, ["accept", "reject", "reject", "reject"])
    found = shares(on_gold([person.pk], "usable"))["usable"]
    assert {name: (one.right, one.n) for name, one in found.items()} == {"": (3, 4), "accept": (1, 2), "reject": (2, 2)}


def test_gold_taken_back_counts_for_no_accuracy() -> None:
    claim = gold_scenes.known(["accept"])[0]
    person = factories.reviewer()
    [given] = gold_scenes.answers(person, [claim], ["reject"])
    scenes.undo(person, given.pk)
    assert on_gold([person.pk], "usable") == []
    assert Slot.objects.filter(purpose="gold", reviewer=F("reviewer"), waiting=True).count() == 1
