"""Which claims become gold, by the function and by the command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from curation import gold
from curation.models import Claim, Consensus, GoldItem
from curation.policy_maps import Maps
from tests import factories
from tests.curation import gold_scenes, releases, scenes

pytestmark = pytest.mark.django_db


def settled(value: str, *, votes: int = 2, support: int | None = None, method: str = "majority") -> Claim:
    claim = releases.claim(factories.identity(), state="accepted" if value == "accept" else "rejected")
    Consensus.objects.create(
        claim=claim,
        field="usable",
        state="settled",
        value=value,
        votes=votes,
        support=votes if support is None else support,
        method=method,
    )
    return claim


def chosen(votes: int = 2) -> set[int]:
    return {item.claim_id for item in gold.choose(question="usable", count=100, votes=votes)}


def test_agreed_and_adjudicated_claims_are_chosen_and_no_others() -> None:
    agreed = settled("accept")
    decided = settled("reject", votes=3, support=1, method="adjudication")
    settled("accept", votes=3, support=2)
    settled("accept", votes=1)
    settled("cannot_tell")
    scenes.claim()
    items = {item.claim_id: item.chosen for item in gold.choose(question="usable", count=9)}
    assert items == {agreed.pk: "agreed", decided.pk: "adjudicated"}


def test_more_agreement_may_be_asked_for() -> None:
    settled("accept")
    three = settled("accept", votes=3)
    assert chosen(votes=3) == {three.pk}


def test_answers_are_chosen_in_equal_parts() -> None:
    for _ in range(8):
        settled("accept")
    for _ in range(3):
        settled("reject")
    values = [item.answer["usable"] for item in gold.choose(question="usable", count=6)]
    assert (values.count("accept"), values.count("reject")) == (3, 3)


def test_nothing_is_chosen_twice_nor_what_is_still_asked_barred_or_of_nobody() -> None:
    once, asked, barred, unknown = (settled("accept") for _ in range(4))
    gold_scenes.gold(once)
    releases.slot(asked, "usable", 3, waiting=True)
    releases.quarantine(barred)
    unknown.identity.state = "retired"
    unknown.identity.save()
    assert chosen() == set()


def test_attributes_are_gold_where_all_three_are_sure() -> None:
    ready, half, unsure = (releases.accepted(factories.identity(), crop="0" * 63 + str(n)) for n in range(3))
    Consensus.objects.filter(claim__in=[ready, half, unsure]).update(votes=2, support=2)
    Consensus.objects.filter(claim=half, field="age").update(support=1)
    Consensus.objects.filter(claim=unsure, field="race").update(value="0")
    items = gold.choose(question="attributes", count=9)
    assert [(item.claim_id, item.answer) for item in items] == [(ready.pk, {"race": "3", "gender": "1", "age": "1"})]


def test_a_wrong_item_is_known_no_longer_but_a_worn_one_is() -> None:
    worn, wrong = gold_scenes.known(["accept", "reject"])
    admin = factories.user()
    assert gold.retire(worn.gold_items.get(), retired_as="worn", by=admin)
    assert gold.retire(wrong.gold_items.get(), retired_as="wrong", by=admin, reason="debatable")
    assert not gold.retire(wrong.gold_items.get(), retired_as="worn", by=admin)
    assert gold.truths([worn.pk, wrong.pk], "usable", {}) == {worn.pk: {"usable": "accept"}}


def test_a_class_named_anew_is_read_as_the_policy_in_force_has_it() -> None:
    claim = releases.claim(factories.identity(), state="accepted")
    item = gold_scenes.gold(claim, "attributes", race="1", gender="2", age="1")
    for field, value in (("race", "4"), ("gender", "2")):
        releases.settle(claim, field, value)
    maps: Maps = {item.policy_id: {"race": {"1": "4"}, "age": {"1": None}}}
    assert gold.truths([claim.pk], "attributes", maps) == {claim.pk: {"race": "4", "gender": "2"}}


def test_what_was_decided_otherwise_since_or_is_asked_anew_is_known_no_longer() -> None:
    overruled, reopened, stands = gold_scenes.known(["accept", "accept", "reject"])
    Consensus.objects.filter(claim=overruled).update(value="reject")
    Consensus.objects.filter(claim=reopened).update(state="open", value="")
    found = gold.truths([overruled.pk, reopened.pk, stands.pk], "usable", {})
    assert found == {overruled.pk: {}, reopened.pk: {}, stands.pk: {"usable": "reject"}}


def test_retiring_takes_an_item_from_whoever_has_not_answered_it() -> None:
    claims = gold_scenes.known(["accept"])
    gold_scenes.answers(factories.reviewer(), claims, ["accept"])
    releases.slot(claims[0], "usable", 2, purpose="gold", reviewer=factories.reviewer(), waiting=True)
    gold.retire(claims[0].gold_items.get(), retired_as="worn", by=factories.user())
    assert [slot.number for slot in claims[0].slots.filter(purpose="gold")] == [1]


def test_a_line_tells_how_an_item_fared() -> None:
    claims = gold_scenes.known(["accept", "reject"])
    one, two = factories.reviewers(2)
    gold_scenes.answers(one, claims, ["accept", "accept"])
    gold_scenes.answers(two, claims[:1], ["cannot_tell"], number=2)
    found = gold.lines(list(GoldItem.objects.order_by("id")), {})
    assert [(line.served, line.answered, line.agreeing) for line in found] == [(2, 2, 1), (1, 1, 0)]


def test_the_command_chooses_and_says_what_is_in_use() -> None:
    settled("accept")
    settled("reject")
    out = StringIO()
    call_command("choose_gold", "1", stdout=out)
    assert GoldItem.objects.count() == 1
    call_command("choose_gold", "5", "--votes", "2")
    assert GoldItem.objects.count() == 2
    with pytest.raises(CommandError, match="No claim is sure enough"):
        call_command("choose_gold", "5")
    with pytest.raises(CommandError, match="agreed on by 1 to 9"):
        call_command("choose_gold", "0")
