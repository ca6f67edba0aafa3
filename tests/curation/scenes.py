"""Claims in a queue, and reviewers who answer them through the real doors."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from curation import queue
from curation.annotations import record
from curation.claims import open_claims
from curation.entries import Answer, Flagged, Result, Skipped, Undo
from curation.models import Claim, Consensus, Policy, Slot
from curation.policies import current_policy
from ingest.models import Face, Identity, Photo
from tests import factories

SHOWN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def claim(identity: Identity | None = None, photo: Photo | None = None) -> Claim:
    """One face of one photo found for one identity, waiting for its first answers."""
    identity, photo = identity or factories.identity(), photo or factories.photo()
    factories.candidate(identity, photo)
    face = factories.face(photo)
    open_claims()
    return Claim.objects.get(face=face, identity=identity)


def claims(count: int, identity: Identity | None = None) -> list[Claim]:
    identity = identity or factories.identity()
    photos = [factories.photo() for _ in range(count)]
    faces: list[Face] = []
    for photo in photos:
        factories.candidate(identity, photo)
        faces.append(factories.face(photo))
    open_claims()
    return list(Claim.objects.filter(face__in=faces).order_by("id"))


def lease(reviewer: User, question: str = "usable", want: int = 50) -> list[Slot]:
    return queue.lease(reviewer=reviewer, question=question, want=want)


def say(
    reviewer: User,
    claim: Claim,
    verdict: str = "accept",
    *,
    id: uuid.UUID | None = None,  # noqa: A002
    policy: Policy | None = None,
    **fields: Any,
) -> tuple[Result, uuid.UUID]:
    question = "attributes" if verdict == "attributes" else "usable"
    if verdict == "reject":
        fields.setdefault("reason", "wrong_person")
    if isinstance(fields.get("identity"), Identity):
        fields["identity"] = fields["identity"].pk
    number = id or uuid.uuid4()
    answer = Answer(number, claim.pk, question, verdict, SHOWN, SHOWN, **fields)
    return record(answer, reviewer=reviewer, policy=policy or current_policy()), number


def undo(reviewer: User, target: uuid.UUID) -> Result:
    return record(Undo(uuid.uuid4(), target), reviewer=reviewer, policy=current_policy())


def skip(reviewer: User, claim: Claim, question: str = "usable") -> Result:
    return record(Skipped(uuid.uuid4(), claim.pk, question), reviewer=reviewer, policy=current_policy())


def flag(reviewer: User, claim: Claim, comment: str) -> Result:
    return record(Flagged(uuid.uuid4(), claim.pk, "usable", comment), reviewer=reviewer, policy=current_policy())


def accepted(identity: Identity | None = None, photo: Photo | None = None) -> Claim:
    made = claim(identity, photo)
    for person in factories.reviewers(2):
        say(person, made)
    made.refresh_from_db()
    return made


def judged() -> Claim:
    """Accepted, its attributes settled."""
    made = accepted()
    for person in factories.reviewers(2):
        say(person, made, "attributes", race=3, gender=1, age=1)
    return made


def state(claim: Claim) -> str:
    return Claim.objects.get(pk=claim.pk).state


def consensus(claim: Claim, field: str = "usable") -> tuple[str, str, str]:
    row = Consensus.objects.get(claim=claim, field=field)
    return row.state, row.value, row.method


def waits(claim: Claim, question: str = "usable") -> int:
    return Slot.objects.filter(claim=claim, question=question, waiting=True, purpose="vote").count()
