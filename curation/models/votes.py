import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim, Question
from curation.models.policies import Policy
from ingest.models import Identity
from ingest.models.door import Kept

MOST_VOTES = 9  # that one round of a question may come to
MOST_NUMBERS = 99  # slots of a question and round: what was set aside, and what is asked in its stead, count too


class Why(models.TextChoices):
    """Why a reviewer was served this; for admins only."""

    QUEUE = "queue", _("next in the queue")
    PAIR = "pair", _("so that two reviewers can be compared")
    LIMITED = "limited", _("next of the identities that this reviewer is limited to")
    TAKEN_BACK = "taken_back", _("taken back by the reviewer, to be answered anew")
    ASKED_AGAIN = "asked_again", _("an adjudicator asked for one more vote")
    REOPENED = "reopened", _("the question was reopened")
    UNSURE = "unsure", _("the answers so far leave it unsure")
    UNASKED = "unasked", _("answered without a lease")
    GOLD = "gold", _("its answer is known")


LASTING = (Why.ASKED_AGAIN, Why.REOPENED, Why.UNSURE)  # why a place is there at all: what a lease says gives way
DOUBTED = (Why.ASKED_AGAIN, Why.UNSURE)  # places beyond those that were planned


class Annotation(models.Model):
    """One reviewer's answer. Append-only: undoing is an annotation more, with verdict `withdrawn`."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("accepted")
        REJECT = "reject", _("rejected")
        RELABEL = "relabel", _("someone else on the list")
        CANNOT_TELL = "cannot_tell", _("cannot tell")
        QUARANTINE = "quarantine", _("quarantined")
        ATTRIBUTES = "attributes", _("attributes")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Mode(models.TextChoices):
        SINGLE = "single", _("single")
        GRID = "grid", _("grid")
        ADJUDICATION = "adjudication", _("adjudication")

    # Every answer writes into each index, so none is kept (`db_index=False`) for what another begins with.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="annotations", db_index=False)
    question = models.CharField(max_length=10, choices=Question)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="annotations", db_index=False)
    verdict = models.CharField(max_length=12, choices=Verdict)
    reason = models.CharField(max_length=30, blank=True)
    relabel_to = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="+")
    race = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.PositiveSmallIntegerField(null=True, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.SINGLE)
    why = models.CharField(max_length=12, choices=Why, blank=True, help_text=_("why its reviewer was served it"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    shown_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    guideline_unclear = models.BooleanField(
        default=False, help_text=_("an adjudicator found that the guideline leaves it open")
    )
    late = models.BooleanField(default=False, help_text=_("kept but not counted: the lease had gone to someone else"))
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried",
        db_index=False,
        help_text=_("the vote on another claim"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="annotation_verdict_fits_question",
                condition=Q(question="usable", race__isnull=True, gender__isnull=True, age__isnull=True)
                & ~Q(verdict="attributes")
                | Q(question="attributes", verdict__in=["attributes", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="annotation_relabel_names_identity",
                condition=Q(verdict="relabel", relabel_to__isnull=False)
                | (~Q(verdict="relabel") & Q(relabel_to__isnull=True)),
            ),
            models.CheckConstraint(
                name="annotation_reject_has_reason",
                condition=~Q(verdict__in=["reject", "quarantine"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="annotation_withdrawn_supersedes", condition=~Q(verdict="withdrawn") | Q(supersedes__isnull=False)
            ),
            models.UniqueConstraint(fields=["carried_from", "claim"], name="annotation_carried_once"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "-received_at"], name="annotation_by_reviewer"),
            models.Index(fields=["claim", "question"], name="annotation_by_claim"),
            models.Index(fields=["-received_at"], name="annotation_unclear", condition=Q(guideline_unclear=True)),
        ]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.claim}"


class Slot(models.Model):
    """One of the k answers that a question of a claim needs. It counts the annotation that it points to.

    `waiting` is written by `curation.settling` alone: no answer yet, and the claim wants one.
    `round` counts how often the question was asked anew (`Reopening`); of each field the last round that asks it
    counts. Gold stands outside the k: it is a reviewer's own from the start, and is counted in nothing.
    """

    class Purpose(models.TextChoices):
        VOTE = "vote"
        GOLD = "gold"
        ADJUDICATION = "adjudication"
        SET_ASIDE = "set_aside"  # an alarm that an adjudicator called off, or a vote that was excluded

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="slots", db_index=False)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="+", help_text=_("the claim's, for the queue"))
    question = models.CharField(max_length=10, choices=Question)
    round = models.PositiveSmallIntegerField(default=0)
    asks = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text=_("fields; empty: all"))
    number = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.VOTE)
    priority = models.SmallIntegerField(default=0)
    block = models.IntegerField(help_text=_("at most ten claims of one identity share one, and are served in a run"))
    shuffle = models.IntegerField()
    waiting = models.BooleanField(default=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=12, choices=Why, blank=True, help_text=_("its holder's, or why it is there"))
    leased_until = models.DateTimeField(null=True, blank=True)
    annotation = models.OneToOneField(Annotation, models.PROTECT, null=True, blank=True, related_name="slot")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "question", "round", "purpose", "number"], name="slot_once_per_number"
            ),
            models.UniqueConstraint(
                fields=["claim", "question", "round", "reviewer"],
                name="slot_reviewer_once_per_question",  # of all rows: a small one is walked for slot_leases
            ),
            models.UniqueConstraint(
                fields=["reviewer", "question", "claim"],  # in this order for whoever looks up a reviewer's gold
                name="slot_gold_once_per_reviewer",
                condition=Q(purpose="gold"),
            ),
            models.CheckConstraint(
                name="slot_number_in_range",
                condition=Q(number__range=(1, MOST_NUMBERS)) | Q(purpose="gold", number__gte=1),
            ),
            models.CheckConstraint(
                name="slot_gold_has_reviewer", condition=~Q(purpose="gold") | Q(reviewer__isnull=False)
            ),
            models.CheckConstraint(
                name="slot_answered_is_not_waiting", condition=Q(annotation__isnull=True) | Q(waiting=False)
            ),
            models.CheckConstraint(
                name="slot_answered_has_reviewer", condition=Q(annotation__isnull=True) | Q(reviewer__isnull=False)
            ),
            models.CheckConstraint(
                name="slot_lease_has_reviewer", condition=Q(leased_until__isnull=True) | Q(reviewer__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["question", "priority", "block", "shuffle", "id"],
                name="slot_queue",
                condition=Q(waiting=True, purpose="vote"),
            ),
            models.Index(
                fields=["identity", "question", "priority", "block", "shuffle", "id"],
                name="slot_queue_of_identity",
                condition=Q(waiting=True, purpose="vote"),
            ),
            models.Index(
                fields=["question", "priority", "block", "shuffle", "id"],
                name="slot_queue_of_first",
                condition=Q(waiting=True, purpose="vote", number=1),
            ),
            models.Index(
                fields=["reviewer", "question"],
                name="slot_leases",
                condition=Q(annotation__isnull=True, reviewer__isnull=False),
            ),
            models.Index(
                fields=["claim", "question"],
                name="slot_doubted",
                condition=Q(waiting=True, purpose="vote", why__in=DOUBTED),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="identity_is_the_claims",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("claim_id", "identity_id"),
                func="""
                    IF NEW.identity_id <> (SELECT identity_id FROM curation_claim WHERE id = NEW.claim_id) THEN
                        RAISE EXCEPTION 'slot: identity % is not that of claim %', NEW.identity_id, NEW.claim_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="annotation_belongs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("annotation_id", "reviewer_id", "claim_id", "question"),
                condition=pgtrigger.Q(new__annotation__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM curation_annotation a
                        WHERE a.id = NEW.annotation_id AND a.claim_id = NEW.claim_id
                          AND a.question = NEW.question AND a.reviewer_id = NEW.reviewer_id AND NOT a.late
                    ) THEN
                        RAISE EXCEPTION 'slot %: annotation % is not an answer of its reviewer to its question',
                            NEW.id, NEW.annotation_id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"slot {self.number} of {self.claim}, {self.question}"


class Reopening(models.Model):
    """A question of a claim was asked anew: the slots of its `round` exist because of this decision."""

    class Cause(models.TextChoices):
        REQUEUED = "requeued", _("put back into the queue")
        POLICY = "policy", _("a new policy asks it differently")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="reopenings")
    question = models.CharField(max_length=10, choices=Question)
    round = models.PositiveSmallIntegerField()
    fields = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text=_("fields; empty: all"))
    cause = models.CharField(max_length=10, choices=Cause)
    reason = models.TextField()
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "question", "round"], name="reopening_once_per_round")]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.question} of {self.claim}, asked anew"
