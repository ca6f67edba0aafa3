"""Where reviewers differ, a senior one decides, with all votes in sight."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext as _

from curation import gold_serving
from curation.annotations import withdraw
from curation.claims import beside
from curation.models import Annotation, Claim, Consensus, DisputeView, Flag, Policy, Quarantine, Skip, Slot
from curation.models.claims import ATTRIBUTE_FIELDS, LEAD, Question
from curation.quarantine import IN_FORCE, add_slot
from curation.refused_photos import refused_photos
from curation.settling import lock_photo, settle

SKIPS_TO_SEE = 3


@dataclass(frozen=True)
class Decision:
    """Race, gender and age are None where the adjudicator leaves a field as the votes have it."""

    claim: int
    question: str
    verdict: str
    reason: str = ""
    identity: int | None = None
    race: int | None = None
    gender: int | None = None
    age: int | None = None
    note: str = ""
    unclear: bool = False  # the guideline leaves it open


def disputes(question: str) -> QuerySet[Consensus]:
    """What is disputed and may be decided, one row a claim: of its attributes the one that is disputed most.

    `lead` is the share of the leading answer, in thousandths.
    """
    disputed = Consensus.objects.filter(state=Consensus.State.DISPUTED).annotate(lead=LEAD)
    if question == Question.USABLE:
        return disputed.filter(_may_be_decided(Claim.State.DISPUTED), field="usable")
    disputed = disputed.filter(field__in=ATTRIBUTE_FIELDS)
    others = disputed.filter(claim=OuterRef("claim"))
    more = others.filter(Q(lead__lt=OuterRef("lead")) | Q(lead=OuterRef("lead"), pk__lt=OuterRef("pk")))
    return disputed.filter(_may_be_decided(Claim.State.ACCEPTED), ~Exists(more))


def _may_be_decided(state: str) -> Q:
    """A look at each row's claim, and no join: among a million claims the planner must begin with what is disputed."""
    barred = Quarantine.objects.filter(face=OuterRef("face"), decision__in=IN_FORCE)
    claims = Claim.objects.filter(~Exists(barred), pk=OuterRef("claim"), state=state)
    return Q(IsNull(Subquery(claims.exclude(photo__in=refused_photos()).values("pk")[:1]), False))


def often_skipped() -> QuerySet[Skip]:
    """One row a claim and question that three reviewers passed by, still unanswered."""
    waits = Slot.objects.filter(claim=OuterRef("claim"), question=OuterRef("question"), waiting=True, purpose="vote")
    rows = Skip.objects.filter(Exists(waits)).values("claim", "question").annotate(skips=Count("id"))
    return rows.filter(skips__gte=SKIPS_TO_SEE).order_by("claim")  # type: ignore[return-value]


def open_flags() -> QuerySet[Flag]:
    return Flag.objects.filter(resolved_at=None).select_related("claim__identity", "claim__face", "reviewer")


def voted(claim: Claim, question: str, person: User) -> bool:
    """Whether they gave an answer here that still stands, be it counted or late."""
    own = Annotation.objects.filter(claim=claim, question=question, reviewer=person, superseded_by=None)
    return own.exclude(verdict="withdrawn").exclude(mode=Annotation.Mode.ADJUDICATION).exists()


def decide(decision: Decision, *, adjudicator: User, policy: Policy) -> Annotation:
    """Settles the question. A later decision supersedes an earlier one; both are kept."""
    with transaction.atomic():
        claim = Claim.objects.get(pk=decision.claim)
        photo = lock_photo(claim.photo_id)
        if photo is None or voted(claim, decision.question, adjudicator):
            raise PermissionDenied(_("You voted on this face: another adjudicator must decide."))
        slot = _adjudication_slot(claim, decision.question, adjudicator)
        earlier = slot.annotation
        annotation = _annotate(decision, earlier, adjudicator, policy)
        slot.annotation, slot.reviewer = annotation, adjudicator
        slot.waiting, slot.leased_until = False, None
        slot.save()
        if earlier is not None:
            _take_back_copies(earlier)
        settle(photo)
    return annotation


def _take_back_copies(earlier: Annotation) -> None:
    """What a decision carried to the claim for another person falls with it."""
    for copy in earlier.carried.filter(superseded_by=None):
        withdraw(copy, id=uuid.uuid5(copy.pk, "withdrawn"))


def _adjudication_slot(claim: Claim, question: str, adjudicator: User) -> Slot:
    """A lease of their own on a vote of this claim goes back first: one person holds one slot of a question."""
    slots = Slot.objects.select_for_update().filter(claim=claim, question=question)
    gold_serving.make_way(slots.filter(reviewer=adjudicator))
    slots.filter(purpose="vote", reviewer=adjudicator, annotation=None).update(reviewer=None, leased_until=None)
    last = slots.order_by("-round", "id").first()
    if last is None:
        raise ValidationError(_("This question has not been asked of this face yet."))
    known = slots.filter(purpose="adjudication", round=last.round).first()
    return known or Slot(
        claim=claim, question=question, number=1, purpose="adjudication", waiting=False, **beside(last)
    )


def _annotate(decision: Decision, earlier: Annotation | None, adjudicator: User, policy: Policy) -> Annotation:
    now = timezone.now()
    return Annotation.objects.create(
        id=uuid.uuid4(),
        claim_id=decision.claim,
        question=decision.question,
        reviewer=adjudicator,
        verdict=decision.verdict,
        reason=decision.reason,
        relabel_to_id=decision.identity,
        race=decision.race,
        gender=decision.gender,
        age=decision.age,
        note=decision.note,
        guideline_unclear=decision.unclear,
        mode=Annotation.Mode.ADJUDICATION,
        policy=policy,
        shown_at=now,
        decided_at=now,
        supersedes=earlier,
    )


def ask_for_one_more_vote(*, claim_id: int, question: str, adjudicator: User) -> None:
    """Puts the claim back into the queue for one reviewer who has not answered it."""
    with transaction.atomic():
        claim = Claim.objects.get(pk=claim_id)
        photo = lock_photo(claim.photo_id)
        if voted(claim, question, adjudicator):
            raise PermissionDenied(_("You voted on this face: another adjudicator must decide."))
        like = Slot.objects.filter(claim=claim, question=question).order_by("-round", "id").first()
        if Slot.objects.filter(claim=claim, question=question, purpose="vote", waiting=True).exists():
            raise ValidationError(_("A vote is asked for already: it waits for a reviewer."))
        if photo is None or like is None or add_slot(like) is None:
            raise ValidationError(_("No further vote can be asked for this face: please decide."))
        settle(photo)


def answer_flag(flag: Flag, answer: str, *, adjudicator: User) -> bool:
    """Closes the flag with words for the reviewer; False where somebody else closed it before."""
    said = {"answer": answer, "resolved_by": adjudicator, "resolved_at": timezone.now()}
    return bool(Flag.objects.filter(pk=flag.pk, resolved_at=None).update(**said))


def unread_answers(reviewer: User) -> QuerySet[Flag]:
    """What adjudicators said to the reviewer's flags, the oldest first, until the reviewer has taken note."""
    answered = Flag.objects.filter(reviewer=reviewer, resolved_at__isnull=False, answer_seen_at=None)
    return answered.exclude(answer="").select_related("claim__face", "claim__identity").order_by("resolved_at", "id")


def note_opened(claim: Claim, question: str, person: User) -> None:
    """Who has seen the votes is not asked as a reviewer any more; a lease of theirs goes back."""
    view = DisputeView(adjudicator=person, claim=claim, question=question)
    DisputeView.objects.bulk_create([view], ignore_conflicts=True)
    leases = Slot.objects.filter(claim=claim, question=question, reviewer=person, annotation=None, purpose="vote")
    leases.update(reviewer=None, leased_until=None)


def unclear() -> QuerySet[Annotation]:
    """Decisions in force of which an adjudicator said that the guideline leaves them open, the newest first."""
    ticked = Annotation.objects.filter(guideline_unclear=True, superseded_by=None)
    return ticked.select_related("claim__face", "claim__identity", "relabel_to", "reviewer", "policy").order_by(
        "-received_at"
    )
