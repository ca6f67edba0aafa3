"""Of near-duplicates only the best is asked about."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.adjudication import Decision, decide
from curation.claims import EVER, open_claims
from curation.models import Claim, Slot
from curation.policies import current_policy
from curation.quarantine import decide as decide_quarantine
from curation.quarantine import open_quarantines
from ingest.models import DuplicateGroup, Face, Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say, state

pytestmark = pytest.mark.django_db


def member(
    group: DuplicateGroup, person: Identity, *, side: int = 320, sharpness: float = 50.0, proof: str = "proved"
) -> Face:
    photo = factories.photo()
    factories.candidate(person, photo, proof=proof)
    return factories.face(photo, crop_side=side, quality={"sharpness": sharpness}, duplicate_group=group)


def asked(person: Identity) -> list[int]:
    """The faces with a claim that waits for an answer."""
    open_claims()
    claims = Claim.objects.filter(identity=person, state="open")
    return list(claims.order_by("id").values_list("face", flat=True))


def rejected(face: Face, *reasons: str) -> Claim:
    claim = Claim.objects.get(face=face)
    for reason in reasons:
        say(factories.reviewer(), claim, "reject", reason=reason)
    assert state(claim) == "rejected"
    return claim


@pytest.fixture
def group() -> DuplicateGroup:
    return DuplicateGroup.objects.create()


@pytest.fixture
def person() -> Identity:
    return factories.identity("Ada Marlow")


BEST: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"proof": "unproved", "side": 512, "sharpness": 99}, {"side": 100, "sharpness": 1}),
    ({"side": 300, "sharpness": 99}, {"side": 301, "sharpness": 1}),
    ({"side": 300, "sharpness": 9}, {"side": 300, "sharpness": 80.5}),
]


@pytest.mark.parametrize(("worse", "better"), BEST)
def test_the_best_is_asked_about_whatever_came_first(
    group: DuplicateGroup, person: Identity, worse: dict[str, Any], better: dict[str, Any]
) -> None:
    member(group, person, **worse)
    best = member(group, person, **better)
    member(group, person, **worse)
    assert asked(person) == [best.pk]
    assert Claim.objects.count() == 1


def test_of_equals_the_older_is_asked_about(group: DuplicateGroup, person: Identity) -> None:
    first, _second = member(group, person), member(group, person)
    assert asked(person) == [first.pk]


def test_each_identity_is_asked_about_its_own_best(group: DuplicateGroup, person: Identity) -> None:
    other = factories.identity()
    ours, theirs = member(group, person), member(group, other, side=200)
    assert (asked(person), asked(other)) == ([ours.pk], [theirs.pk])


def test_faces_without_a_group_are_all_asked_about(person: Identity) -> None:
    assert len(scenes.claims(3, person)) == 3


# ---- A better one comes in


def test_a_better_one_takes_the_place_of_what_nobody_has_looked_at(group: DuplicateGroup, person: Identity) -> None:
    member(group, person)
    asked(person)
    better = member(group, person, side=400)
    assert asked(person) == [better.pk]
    assert (Claim.objects.count(), Slot.objects.count()) == (1, 2)


def test_a_worse_one_changes_nothing(group: DuplicateGroup, person: Identity) -> None:
    first = member(group, person)
    asked(person)
    member(group, person, side=200)
    before = list(Slot.objects.values_list("pk", flat=True))
    assert asked(person) == [first.pk]
    assert list(Slot.objects.values_list("pk", flat=True)) == before


def leased(claim: Claim) -> None:
    lease(factories.reviewer())


def answered(claim: Claim) -> None:
    say(factories.reviewer(), claim)


def taken_back(claim: Claim) -> None:
    person = factories.reviewer()
    _, answer = say(person, claim)
    scenes.undo(person, answer)
    Slot.objects.update(reviewer=None, leased_until=None)


def skipped(claim: Claim) -> None:
    scenes.skip(factories.reviewer(), claim)


def flagged(claim: Claim) -> None:
    scenes.flag(factories.reviewer(), claim, "look at this")


def alarmed(claim: Claim) -> None:
    say(factories.reviewer(), claim, "quarantine", reason="licence")


def relabelled(claim: Claim) -> None:
    Claim.objects.update(origin="relabel")


@pytest.mark.parametrize("touch", [leased, answered, taken_back, skipped, flagged, alarmed, relabelled])
def test_what_somebody_has_looked_at_keeps_its_place(group: DuplicateGroup, person: Identity, touch: Any) -> None:
    first = member(group, person)
    asked(person)
    touch(Claim.objects.get())
    member(group, person, side=400)
    assert asked(person) == [first.pk]


@pytest.mark.parametrize("verdict", ["accept", "dispute"])
def test_a_group_that_is_accepted_or_disputed_opens_no_other(
    group: DuplicateGroup, person: Identity, verdict: str
) -> None:
    member(group, person)
    asked(person)
    claim = Claim.objects.get()
    for n, reviewer in enumerate(factories.reviewers(2)):
        say(reviewer, claim, "reject" if n and verdict == "dispute" else "accept")
    member(group, person, side=400)
    assert asked(person) == []
    assert Claim.objects.count() == 1


def test_groups_that_become_one_keep_one_claim(person: Identity) -> None:
    left, right = DuplicateGroup.objects.create(), DuplicateGroup.objects.create()
    member(left, person)
    better = member(right, person, side=400)
    assert len(asked(person)) == 2
    Face.objects.update(duplicate_group=left)
    assert asked(person) == [better.pk]


def test_of_groups_that_become_one_what_is_being_answered_stays(person: Identity) -> None:
    left, right = DuplicateGroup.objects.create(), DuplicateGroup.objects.create()
    worse, _better = member(left, person), member(right, person, side=400)
    asked(person)
    say(factories.reviewer(), Claim.objects.get(face=worse))
    Face.objects.update(duplicate_group=left)
    assert asked(person) == [worse.pk]


# ---- A best that is rejected


@pytest.mark.parametrize("reasons", [("too_small", "too_small"), ("occluded", "bad_crop")])
def test_rejected_for_quality_the_next_best_is_asked_about(
    group: DuplicateGroup, person: Identity, reasons: tuple[str, str]
) -> None:
    best = member(group, person, side=400)
    last, next_best = member(group, person, side=200), member(group, person, side=300)
    asked(person)
    rejected(best, *reasons)
    assert asked(person) == [next_best.pk]
    rejected(next_best, *reasons)
    assert asked(person) == [last.pk]


@pytest.mark.parametrize("reasons", [
    ("wrong_person", "wrong_person"), ("not_a_photo", "not_a_photo"), ("too_small", "wrong_person"),
])  # fmt: skip
def test_rejected_for_anything_else_nobody_is_promoted(
    group: DuplicateGroup, person: Identity, reasons: tuple[str, str]
) -> None:
    best = member(group, person, side=400)
    member(group, person)
    asked(person)
    rejected(best, *reasons)
    assert asked(person) == []
    open_claims(since=EVER)
    assert Claim.objects.count() == 1


def test_cannot_tell_promotes_nobody(group: DuplicateGroup, person: Identity) -> None:
    member(group, person), member(group, person)
    asked(person)
    for reviewer in factories.reviewers(2):
        say(reviewer, Claim.objects.get(), "cannot_tell")
    assert asked(person) == []


@pytest.mark.parametrize(("reason", "promotes"), [("too_small", True), ("wrong_person", False)])
def test_an_adjudicators_reason_goes_before_the_votes(
    group: DuplicateGroup, person: Identity, reason: str, promotes: bool
) -> None:
    best, second = member(group, person, side=400), member(group, person)
    asked(person)
    claim = rejected(best, *(["wrong_person"] * 2 if promotes else ["too_small"] * 2))
    decision = Decision(claim.pk, "usable", "reject", reason=reason)
    decide(decision, adjudicator=factories.user(Role.ADJUDICATOR), policy=current_policy())
    assert asked(person) == ([second.pk] if promotes else [])


def test_someone_else_on_the_list_promotes_nobody(group: DuplicateGroup, person: Identity) -> None:
    other = factories.identity()
    best, _second = member(group, person, side=400), member(group, person)
    asked(person)
    for reviewer in factories.reviewers(2):
        say(reviewer, Claim.objects.get(face=best, identity=person), "relabel", identity=other)
    assert Claim.objects.get(identity=other).state == "accepted"
    assert asked(person) == []


def test_of_someone_under_age_no_copy_is_asked_about(group: DuplicateGroup, person: Identity) -> None:
    other = factories.identity()
    member(group, person)
    asked(person)
    say(factories.reviewer(), Claim.objects.get(), "quarantine", reason="under_age")
    member(group, other)
    assert asked(other) == []
    decide_quarantine(
        open_quarantines().get(), seen="", adjudicator=factories.user(Role.ADJUDICATOR), release=True, note=""
    )
    assert len(asked(other)) == 1


def test_a_promotion_that_was_missed_is_made_later(group: DuplicateGroup, person: Identity) -> None:
    best, second = member(group, person, side=400), member(group, person)
    asked(person)
    claim = rejected(best, "too_small", "too_small")
    claim.consensus.update(updated_at=EVER)
    for candidate in person.candidates.all():
        type(candidate).objects.filter(pk=candidate.pk).update(finished_at=EVER)
    assert asked(person) == []
    open_claims(since=EVER)
    assert asked(person) == [second.pk]


# ---- At size


def test_opening_takes_as_many_statements_for_thirty_groups_as_for_one(person: Identity) -> None:
    current_policy()  # read once a process

    def statements(groups: int) -> int:
        for _ in range(groups):
            group = DuplicateGroup.objects.create()
            member(group, person), member(group, person)
        with CaptureQueriesContext(connection) as captured:
            assert open_claims() == groups
        return len(captured)

    current_policy()
    assert statements(1) == statements(30)
