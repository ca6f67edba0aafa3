"""What the database holds of gold and pauses, tried from below; each fails when its constraint is dropped."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from curation.claims import beside
from curation.models import GoldItem, Pause, Slot, Standing
from tests import factories
from tests.curation import gold_scenes, scenes

pytestmark = pytest.mark.django_db


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


def gold_slot(**fields: Any) -> Slot:
    slot = Slot.objects.filter(claim=fields.pop("claim", None) or scenes.claim())[0]
    known = {"number": 1, "purpose": "gold", "question": "usable", "reviewer": factories.reviewer(), **beside(slot)}
    return Slot.objects.create(claim=slot.claim, **(known | fields))


def test_gold_is_somebodys() -> None:
    with refused("slot_gold_has_reviewer"):
        gold_slot(reviewer=None)


def test_the_numbers_of_gold_have_no_bound_and_those_of_votes_have_one() -> None:
    gold_slot(number=100)
    with refused("slot_number_in_range"):
        gold_slot(number=100, purpose="vote")


def test_a_reviewer_gets_a_piece_of_gold_once_whatever_the_round() -> None:
    first = gold_slot()
    with refused("slot_gold_once_per_reviewer"):
        gold_slot(claim=first.claim, reviewer=first.reviewer, round=1)


def test_a_claim_is_gold_once_a_question() -> None:
    claim = scenes.claim()
    gold_scenes.gold(claim)
    with refused("golditem_once"):
        gold_scenes.gold(claim)


@pytest.mark.parametrize(
    "fields",
    [{"retired_as": "worn"}, {"retired_at": timezone.now()}, {"retired_as": "worn", "retired_at": timezone.now()}],
)
def test_a_retired_item_says_who_and_when(fields: dict[str, Any]) -> None:
    item = gold_scenes.gold(scenes.claim())
    with refused("golditem_retired_is_complete"):
        GoldItem.objects.filter(pk=item.pk).update(**fields)


@pytest.mark.parametrize(
    "change", [{"answer": {"usable": "reject"}}, {"question": "attributes"}, {"chosen": "adjudicated"}]
)
def test_what_an_item_answers_never_changes(change: dict[str, Any]) -> None:
    item = gold_scenes.gold(scenes.claim())
    with pytest.raises(ProgrammingError, match="golditem"):
        GoldItem.objects.filter(pk=item.pk).update(**change)


def test_an_item_is_kept_and_retired_for_good() -> None:
    item = gold_scenes.gold(scenes.claim())
    with pytest.raises(ProgrammingError, match="golditem"), transaction.atomic():
        GoldItem.objects.filter(pk=item.pk).delete()
    retired = {"retired_as": "worn", "retired_at": timezone.now(), "retired_by": factories.user()}
    GoldItem.objects.filter(pk=item.pk).update(**retired)
    with pytest.raises(ProgrammingError, match="golditem"):
        GoldItem.objects.filter(pk=item.pk).update(retired_as="", retired_at=None, retired_by=None)


def pause(**fields: Any) -> Pause:
    known = {"question": "usable", "evidence": {"value": 200}}
    return Pause.objects.create(reviewer=fields.pop("reviewer", None) or factories.reviewer(), **(known | fields))


def test_a_reviewer_is_paused_once_at_a_time() -> None:
    first = pause()
    pause(reviewer=first.reviewer, question="attributes")
    with refused("pause_one_in_force"):
        pause(reviewer=first.reviewer)


@pytest.mark.parametrize("fields", [{"evidence": {}}, {"evidence": {}, "by": True}, {"evidence": {}, "reason": "why"}])
def test_a_pause_rests_on_evidence_or_on_an_admin_with_a_reason(fields: dict[str, Any]) -> None:
    by = factories.user() if fields.pop("by", False) else None
    with refused("pause_has_evidence_or_author"):
        pause(paused_by=by, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"ended_at": timezone.now() + timedelta(days=1)},
        {"ended": "lifted", "ended_at": timezone.now() + timedelta(days=1), "end_reason": "why"},
        {"ended": "practised"},
    ],
)
def test_an_end_says_how_when_and_by_whom(fields: dict[str, Any]) -> None:
    one = pause()
    with refused("pause_end_is_complete"):
        Pause.objects.filter(pk=one.pk).update(**fields)


def test_a_lift_wants_a_reason() -> None:
    one, end = pause(), {"ended": "lifted", "ended_at": timezone.now() + timedelta(days=1)}
    with refused("pause_end_is_complete"):
        Pause.objects.filter(pk=one.pk).update(**end, ended_by=factories.user())


def test_nothing_ends_before_it_began() -> None:
    one = pause()
    with refused("pause_ends_after_it_began"):
        Pause.objects.filter(pk=one.pk).update(ended="practised", ended_at=one.paused_at - timedelta(seconds=1))


def test_a_pause_is_kept_ends_once_and_changes_in_nothing_else() -> None:
    one = pause()
    with pytest.raises(ProgrammingError, match="pause"), transaction.atomic():
        Pause.objects.filter(pk=one.pk).delete()
    with pytest.raises(ProgrammingError, match="pause"), transaction.atomic():
        Pause.objects.filter(pk=one.pk).update(evidence={"value": 1})
    Pause.objects.filter(pk=one.pk).update(ended="practised", ended_at=timezone.now())
    with pytest.raises(ProgrammingError, match="pause"):
        Pause.objects.filter(pk=one.pk).update(ended="", ended_at=None)


def test_a_reviewer_has_one_standing_a_question() -> None:
    person = factories.reviewer()
    known = {"reviewer": person, "question": "usable", "evidence": {}, "value": 1, "judged_at": timezone.now()}
    Standing.objects.create(**known)
    with refused("standing_once"):
        Standing.objects.create(**known)


def test_gold_counts_in_no_k() -> None:
    """A claim with two votes and any gold has no place left, and one more vote gets the third number."""
    from curation.quarantine import add_slot

    claim = scenes.claim()
    for number in (1, 2, 12):
        gold_slot(claim=claim, number=number)
    added = add_slot(Slot.objects.filter(claim=claim, purpose="vote")[0])
    assert added is not None
    assert added.number == 3
