"""Takes reviewers' answers in: each once, none lost, none counted twice, and none by the wrong person."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from curation.answering import ASKED, SAVED, Ahead, answer_together, build, fill, missing_fields, votes_seen
from curation.claims import current_round
from curation.entries import Answer, Entry, Flagged, Result, Skipped, Undo
from curation.models import Annotation, Claim, Flag, Policy, Skip, Slot, Why
from curation.models.votes import LASTING
from curation.paused import is_paused
from curation.quarantine import lift_for, put_in_quarantine
from curation.settling import ATTRIBUTES, lock_photo, settle
from ingest.models import Identity

KNOWN = Result("known")
LATE = Result("late", 200, "kept, but not counted: others had answered meanwhile, or the question was asked anew")
GONE = Result("gone", 410, "this face is no longer there")
CONFLICT = Result("conflict", 409, "this id was used for something else")


def record(entry: Entry, *, reviewer: User, policy: Policy) -> Result:
    return record_many([entry], reviewer=reviewer, policy=policy)[0]


def record_many(
    entries: Sequence[Entry], *, reviewer: User, policy: Policy, ahead: Ahead | None = None
) -> list[Result]:
    """Saves each entry once, in the order in which they came; one that is refused never stops the rest.

    Plain answers that follow one another are saved together, everything else in a transaction of its own.
    """
    results: list[Result] = []
    for run in _runs(entries):
        saved = answer_together(run, reviewer=reviewer, policy=policy, ahead=ahead)
        results += [saved.get(entry.id) or _alone(entry, reviewer, policy) for entry in run]
    return results


def _runs(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Answers to different claims that follow one another; any other entry by itself."""
    run: list[Entry] = []
    seen: set[Any] = set()  # claims and ids of the run
    for entry in entries:
        names = {entry.id, entry.claim} if isinstance(entry, Answer) else {entry.id}
        if run and not (len(names) == 2 and isinstance(run[0], Answer) and seen.isdisjoint(names)):
            yield run
            run, seen = [], set()
        run.append(entry)
        seen |= names
    if run:
        yield run


def _alone(entry: Entry, reviewer: User, policy: Policy) -> Result:
    try:
        return _save(entry, reviewer, policy)
    except IntegrityError:
        # The same id, a lease from another tab, or a carried vote came in at the same moment, and is now there to
        # be seen. A collision that happens again is a bug to be heard of.
        return _save(entry, reviewer, policy)


@transaction.atomic
def _save(entry: Entry, reviewer: User, policy: Policy) -> Result:
    match entry:
        case Answer():
            return _answer(entry, reviewer, policy)
        case Undo():
            return _undo(entry, reviewer)
        case Skipped():
            return _skip(entry, reviewer)
        case Flagged():
            return _flag(entry, reviewer)


# ---- Answers


def _answer(answer: Answer, reviewer: User, policy: Policy) -> Result:
    claim = Claim.objects.filter(pk=answer.claim).first()
    photo = lock_photo(claim.photo_id) if claim else None
    known = Annotation.objects.filter(pk=answer.id).first()
    if known:
        return KNOWN if _same(known, answer, reviewer) else CONFLICT
    if claim is None or photo is None:
        return GONE
    refusal = _refusal(answer, claim)
    if refusal:
        return refusal
    seen = votes_seen([claim.pk], reviewer)
    slot = None if (claim.pk, answer.question) in seen else _slot_for(claim, answer.question, reviewer)
    missing = missing_fields(answer, slot, policy)
    if missing and not _answers_earlier_round(answer):
        return Result("refused", 400, f"an answer to {', '.join(missing)} is missing; 0 is “cannot tell”")
    slot = None if missing else slot
    annotation = build(answer, reviewer, policy, slot)
    annotation.save(force_insert=True)
    if slot is not None:
        fill(slot, annotation)
        slot.save(update_fields=["annotation", "reviewer", "waiting", "leased_until"])
    if annotation.verdict == Annotation.Verdict.QUARANTINE:  # a late alarm is an alarm all the same
        put_in_quarantine(annotation)
    settle(photo)
    return SAVED if slot else LATE


def _answers_earlier_round(answer: Answer) -> bool:
    """Whether it may be a whole answer to fewer fields, as they were asked before the question was asked anew."""
    said = any(getattr(answer, name) is not None for name in ATTRIBUTES)
    return said and Slot.objects.filter(claim=answer.claim, question=answer.question, round__gt=0).exists()


def _same(known: Annotation, answer: Answer, reviewer: User) -> bool:
    return (known.claim_id, known.question, known.reviewer_id, known.verdict, known.reason, known.relabel_to_id) == (
        answer.claim,
        answer.question,
        reviewer.pk,
        answer.verdict,
        answer.reason,
        answer.identity,
    ) and (known.race, known.gender, known.age, known.note) == (answer.race, answer.gender, answer.age, answer.note)


def _refusal(answer: Answer, claim: Claim) -> Result | None:
    if answer.identity is None:
        return None
    if answer.identity == claim.identity_id:
        return Result("refused", 400, "that is the claimed person: accept instead")
    if not Identity.objects.filter(pk=answer.identity, state=Identity.State.APPROVED).exists():
        return Result("refused", 400, "not an approved identity: reject as “wrong person” with a note")
    return None


def _slot_for(claim: Claim, question: str, reviewer: User) -> Slot | None:
    """The slot this answer counts in: the reviewer's own lease, even one that ran out, else any free one.

    None where the reviewer answered this question already, or everything is answered or leased, or they are paused.
    """
    slots = current_round(Slot.objects.select_for_update().filter(claim=claim, question=question))
    own = slots.filter(reviewer=reviewer).first()
    if own is not None:
        return own if own.annotation_id is None and own.purpose in ASKED else None
    if is_paused(reviewer, question):
        return None
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now())
    return slots.filter(free, purpose="vote", waiting=True).order_by("number").first()


# ---- Taking back


def _undo(undo: Undo, reviewer: User) -> Result:
    skip = Skip.objects.filter(pk=undo.target, reviewer=reviewer).first()
    if skip:
        skip.delete()
        _lease_again(skip.claim_id, skip.question, reviewer)
        return SAVED
    target = Annotation.objects.filter(pk=undo.target, reviewer=reviewer).select_related("claim").first()
    photo = lock_photo(target.claim.photo_id) if target else None
    if target is None or photo is None or target.mode == Annotation.Mode.ADJUDICATION:
        return Result("gone", 410, "there is nothing of yours to take back here")
    earlier = Annotation.objects.filter(supersedes=target).first()
    if earlier:
        return KNOWN if earlier.pk == undo.id else CONFLICT
    if Annotation.objects.filter(pk=undo.id).exists():
        return CONFLICT
    withdraw(target, id=undo.id)
    settle(photo)
    _lease_again(target.claim_id, target.question, reviewer)
    return SAVED


def withdraw(target: Annotation, *, id: uuid.UUID) -> None:  # noqa: A002 - the annotation's own field
    """Supersedes `target` and whatever it was carried to, and frees the slots. The caller settles the photo.

    After an adjudication the decision stands; the withdrawal is put before an adjudicator as a flag.
    """
    now = timezone.now()
    Annotation.objects.create(
        id=id,
        claim_id=target.claim_id,
        question=target.question,
        reviewer_id=target.reviewer_id,
        verdict=Annotation.Verdict.WITHDRAWN,
        mode=target.mode,
        policy_id=target.policy_id,
        shown_at=now,
        decided_at=now,
        supersedes=target,
    )
    is_gold = _reopen_gold(target)
    counted = Slot.objects.filter(annotation=target).exclude(purpose=Slot.Purpose.SET_ASIDE)  # that one counts nothing
    counted.update(annotation=None, reviewer=None)
    lift_for(target)
    if not is_gold:
        _flag_if_decided(target)
    for copy in target.carried.filter(superseded_by=None):
        withdraw(copy, id=uuid.uuid5(copy.pk, "withdrawn"))


def _reopen_gold(target: Annotation) -> bool:
    """Gold stays its reviewer's, to be answered anew. Whether it is gold."""
    until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    gold = Slot.objects.filter(annotation=target, purpose=Slot.Purpose.GOLD)
    return bool(gold.update(annotation=None, waiting=True, leased_until=until))


def _flag_if_decided(target: Annotation) -> None:
    decided = Slot.objects.filter(
        claim=target.claim_id, question=target.question, purpose="adjudication", annotation__isnull=False
    )
    if decided.exists():
        Flag.objects.create(
            claim_id=target.claim_id,
            question=target.question,
            reviewer_id=target.reviewer_id,
            comment="Took an answer back after the adjudication. The decision stands.",
        )


def _lease_again(claim_id: int, question: str, reviewer: User) -> None:
    """What was taken back stays with the reviewer who wants to answer it anew."""
    slots = current_round(Slot.objects.select_for_update().filter(claim=claim_id, question=question))
    if slots.filter(reviewer=reviewer).exists():
        return
    slot = slots.filter(reviewer=None, waiting=True, purpose="vote").order_by("number").first()
    if slot is not None:
        slot.reviewer = reviewer
        slot.leased_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        slot.why = slot.why if slot.why in LASTING else Why.TAKEN_BACK
        slot.save(update_fields=["reviewer", "leased_until", "why"])


# ---- Skips and flags


def _skip(skip: Skipped, reviewer: User) -> Result:
    if not Claim.objects.filter(pk=skip.claim).exists():
        return GONE
    known = Skip.objects.filter(pk=skip.id).first()
    if known:
        return KNOWN if (known.claim_id, known.reviewer_id) == (skip.claim, reviewer.pk) else CONFLICT
    mine = {"claim_id": skip.claim, "question": skip.question, "reviewer": reviewer}
    _, new = Skip.objects.get_or_create(**mine, defaults={"id": skip.id})
    held = Slot.objects.filter(claim=skip.claim, question=skip.question, reviewer=reviewer, annotation=None)
    held.filter(purpose=Slot.Purpose.VOTE).update(reviewer=None, leased_until=None)
    return SAVED if new else KNOWN


def _flag(flag: Flagged, reviewer: User) -> Result:
    known = Flag.objects.filter(pk=flag.id).first()
    if known:
        return KNOWN if (known.claim_id, known.reviewer_id) == (flag.claim, reviewer.pk) else CONFLICT
    if not Claim.objects.filter(pk=flag.claim).exists():
        return GONE
    Flag.objects.create(
        id=flag.id, claim_id=flag.claim, question=flag.question, reviewer=reviewer, comment=flag.comment
    )
    return SAVED
