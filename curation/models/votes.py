import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim, Question
from curation.models.policies import Policy
from ingest.models import Identity


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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="annotations")
    question = models.CharField(max_length=10, choices=Question)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="annotations")
    verdict = models.CharField(max_length=12, choices=Verdict)
    reason = models.CharField(max_length=30, blank=True)
    relabel_to = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="+")
    race = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.PositiveSmallIntegerField(null=True, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.SINGLE)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    shown_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    late = models.BooleanField(default=False, help_text=_("kept but not counted: the lease had gone to someone else"))
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="carried", help_text=_("the vote on another claim")
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
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.claim}"


class Slot(models.Model):
    """One of the k answers that a question of a claim needs. It counts the annotation that it points to.

    `waiting` is written by `curation.settling` alone: no answer yet, and the claim wants one.
    """

    class Purpose(models.TextChoices):
        VOTE = "vote"
        GOLD = "gold"
        ADJUDICATION = "adjudication"
        SET_ASIDE = "set_aside"  # a quarantine vote whose alarm an adjudicator called off

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="slots")
    question = models.CharField(max_length=10, choices=Question)
    number = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.VOTE)
    priority = models.SmallIntegerField(default=0)
    block = models.IntegerField(help_text=_("at most ten claims of one identity share one, and are served in a run"))
    shuffle = models.IntegerField()
    waiting = models.BooleanField(default=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    leased_until = models.DateTimeField(null=True, blank=True)
    annotation = models.OneToOneField(Annotation, models.PROTECT, null=True, blank=True, related_name="slot")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "question", "purpose", "number"], name="slot_once_per_number"),
            models.UniqueConstraint(
                fields=["claim", "question", "reviewer"],
                name="slot_reviewer_once_per_question",
                condition=Q(reviewer__isnull=False),
            ),
            models.CheckConstraint(name="slot_number_in_range", condition=Q(number__range=(1, 9))),
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
            models.Index(fields=["reviewer", "question"], name="slot_leases", condition=Q(annotation__isnull=True)),
        ]
        triggers = [
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
            )
        ]

    def __str__(self) -> str:
        return f"slot {self.number} of {self.claim}, {self.question}"
