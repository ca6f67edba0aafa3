"""A vote that a face shows somebody else goes with the face to the claim for that person.

When claim A is settled as "not A", each reviewer who named B has thereby answered B's question. Their answer is
carried: a new annotation on B that says where it came from, so that B needs only the votes still missing. A
reject for the picture's sake (blurred, not a face …) holds for B as well and goes along.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from curation import gold_serving
from curation.claims import beside, current_round, open_slots
from curation.models import Annotation, Claim, Slot
from curation.policies import current_policy
from ingest.models import Identity

ABOUT_THE_PERSON = ("wrong_person",)


def carry_relabels(answers: Mapping[Claim, Sequence[Annotation]]) -> bool:
    """Carries what is not carried yet; whether anything was."""
    carried = False
    for claim, votes in answers.items():
        for identity in _named(votes):
            target = _claim_for(claim, identity)
            for vote in votes:
                carried |= _carry(vote, target)
    return carried


def _named(votes: Sequence[Annotation]) -> list[Identity]:
    """Each identity that a vote names, once; for one that was merged since, the one that took it over."""
    named = [vote.relabel_to for vote in votes if vote.relabel_to is not None]
    return list({heir_of(one): one.merged_into or one for one in named}.values())


def heir_of(identity: Identity) -> int:
    """The id under which an identity goes today."""
    return identity.merged_into_id or identity.pk


def _claim_for(claim: Claim, identity: Identity) -> Claim:
    origin = {"photo_id": claim.photo_id, "origin": Claim.Origin.RELABEL}
    target, new = Claim.objects.get_or_create(face_id=claim.face_id, identity=identity, defaults=origin)
    if new:
        open_slots(target, "usable", current_policy())
    return target


def _carry(vote: Annotation, target: Claim) -> bool:
    verdict = _verdict_on(vote, target)
    if verdict is None or vote.carried.filter(claim=target).exists():
        return False
    slot = _slot_for(vote, target)
    if slot is None:
        return False
    slot.annotation = _copy(vote, target, verdict)
    slot.reviewer_id = vote.reviewer_id
    slot.waiting, slot.leased_until = False, None
    slot.save()
    return True


def _verdict_on(vote: Annotation, target: Claim) -> str | None:
    """What a vote on another claim says of this one; None where it says nothing."""
    if vote.relabel_to is not None and heir_of(vote.relabel_to) == target.identity_id:
        return Annotation.Verdict.ACCEPT
    if vote.verdict == Annotation.Verdict.REJECT and vote.reason not in ABOUT_THE_PERSON:
        return Annotation.Verdict.REJECT
    return None


def _slot_for(vote: Annotation, target: Claim) -> Slot | None:
    """The slot that may count it: the reviewer's own unanswered one, else a free one; none where they answered."""
    gold_serving.make_way(Slot.objects.filter(claim=target, question="usable", reviewer=vote.reviewer_id))
    slots = current_round(Slot.objects.select_for_update().filter(claim=target, question="usable")).order_by("number")
    own = slots.filter(reviewer=vote.reviewer_id).first()
    if own is not None and own.annotation_id is not None:
        return None
    if vote.mode == Annotation.Mode.ADJUDICATION:
        return _slot_for_decision(target, own)
    return own or slots.filter(purpose="vote", reviewer=None, annotation=None).first()


def _slot_for_decision(target: Claim, lease: Slot | None) -> Slot | None:
    """None where a decision stands already. A lease of the adjudicator's own on a vote goes back first."""
    slots = Slot.objects.select_for_update().filter(claim=target, question="usable")
    known = current_round(slots).filter(purpose="adjudication").first()
    if known is not None and known.annotation_id is not None:
        return None
    if lease is not None:
        Slot.objects.filter(pk=lease.pk).update(reviewer=None, leased_until=None)
    return known or Slot(**_adjudication(target))


def _adjudication(target: Claim) -> dict[str, Any]:
    like = target.slots.filter(question="usable").order_by("-round", "id")[0]
    return {"claim": target, "question": "usable", "number": 1, "purpose": "adjudication", **beside(like)}


def _copy(vote: Annotation, target: Claim, verdict: str) -> Annotation:
    return Annotation.objects.create(
        id=uuid.uuid5(vote.pk, f"claim {target.pk}"),
        claim=target,
        question="usable",
        reviewer_id=vote.reviewer_id,
        verdict=verdict,
        reason=vote.reason if verdict == Annotation.Verdict.REJECT else "",
        mode=vote.mode,
        policy_id=vote.policy_id,
        shown_at=vote.shown_at,
        decided_at=vote.decided_at,
        carried_from=vote,
    )
