from typing import Any

import pytest

from curation import priorities, queue
from curation.claims import open_claims
from curation.models import Claim, Slot
from ingest.models import Detection, Identity
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say

pytestmark = pytest.mark.django_db

FINE = {"crop_side": 320, "quality": {"sharpness": 200.0}}


def found(identity: Identity, *, job_priority: int = 0, **face: Any) -> Claim:
    photo = factories.photo()
    job = factories.job([identity], priority=job_priority)
    factories.candidate(identity, photo, job=job)
    made = factories.face(photo, **(FINE | face))
    open_claims()
    return Claim.objects.get(face=made, identity=identity)


def served() -> list[int]:
    return [slot.claim_id for slot in lease(factories.reviewer())]


def test_urgency_goes_before_quality_and_quality_before_nothing() -> None:
    calm, urgent = factories.identity(), factories.identity(priority=2)
    order = [
        found(urgent),
        found(urgent, concerns=["blurred"]),
        found(calm, job_priority=1),
        found(calm),
        found(calm, crop_side=60),
        found(calm, concerns=["blurred"]),
    ]
    assert served() == [claim.pk for claim in order]


@pytest.mark.parametrize(
    ("scores", "later"), [([], 0), ([24.0], 1), ([60.0], 0), ([24.0, 90.0], 0)], ids=["none", "few", "enough", "both"]
)
def test_a_face_that_was_detected_with_few_votes_comes_later(scores: list[float], later: int) -> None:
    claim = found(factories.identity())
    for n, score in enumerate(scores):
        place = {"x": n, "y": 0, "width": 9, "height": 9}
        known = {"detector": "haar", "version": "1", "parameters": {"strong_votes": 60}}
        Detection.objects.create(photo=claim.photo, face=claim.face, score=score, **place, **known)
    assert priorities.priority_of(claim.pk) == later


def test_the_best_of_several_jobs_counts() -> None:
    identity = factories.identity()
    claim = found(identity)
    factories.candidate(identity, claim.photo, job=factories.job([identity], priority=3))
    before = priorities.priority_of(claim.pk)
    factories.candidate(identity, claim.photo, job=factories.job([identity], priority=5), state="refused", refusal="x")
    assert before == priorities.priority_of(claim.pk) == -30


def test_reprioritise_moves_what_waits_of_an_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priorities, "BATCH", 2)
    first, second = factories.identity(), factories.identity()
    early = [found(first) for _ in range(3)]
    late = [found(second) for _ in range(3)]
    say(factories.reviewer(), late[0])
    Identity.objects.filter(pk=second.pk).update(priority=1)
    assert priorities.reprioritise(identity=second.pk) == 5
    assert priorities.reprioritise(identity=second.pk) == 0
    assert set(served()[:3]) == {claim.pk for claim in late}
    answered = Slot.objects.get(claim=late[0], annotation__isnull=False)
    assert answered.priority == priorities.priority_of(early[0].pk)


def test_reprioritise_of_a_job_leaves_other_jobs_alone() -> None:
    identity = factories.identity()
    other, mine = found(identity), found(identity)
    job = mine.photo.candidates.get().job
    job.priority = 4
    job.save()
    assert priorities.reprioritise(job=job.pk) == 2
    assert served() == [mine.pk, other.pk]


def test_a_bookmark_does_not_hide_what_became_urgent() -> None:
    first, second = factories.identity(), factories.identity()
    claims = [found(first) for _ in range(3)]
    late = found(second, concerns=["blurred"])
    person = factories.reviewer()
    queue.lease(reviewer=person, question="usable", want=1)
    Identity.objects.filter(pk=second.pk).update(priority=9)
    priorities.reprioritise(identity=second.pk)
    assert late.pk in {slot.claim_id for slot in lease(person, want=len(claims) + 1)}


def test_a_claim_opened_by_a_relabel_has_its_own_priority() -> None:
    claim, other = scenes.claim(), factories.identity(priority=7)
    for reviewer in factories.reviewers(2):
        say(reviewer, claim, "relabel", identity=other)
    moved = Claim.objects.get(face=claim.face, identity=other)
    assert {slot.priority for slot in moved.slots.all()} == {priorities.priority_of(moved.pk)}
