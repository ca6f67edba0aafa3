import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from ingest.models import Face, Identity, Photo


class Question(models.TextChoices):
    USABLE = "usable", _("the right person, and a usable face?")
    ATTRIBUTES = "attributes", _("perceived race, gender, age")


class Claim(models.Model):
    """ "This face shows this identity": the unit of review.

    `state` is what `curation.settling` last made of the votes; `rebuild_consensus` makes it anew.
    """

    class Origin(models.TextChoices):
        CRAWL = "crawl", _("found for this identity")
        RELABEL = "relabel", _("said by a reviewer")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISPUTED = "disputed", _("disputed")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        CLOSED = "closed", _("closed by another face or claim")

    face = models.ForeignKey(Face, models.PROTECT, related_name="claims")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="claims", help_text=_("the face's, for constraints"))
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="claims")
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["face", "identity"], name="claim_once_per_face_and_identity"),
            models.UniqueConstraint(fields=["face"], name="claim_one_accepted_per_face", condition=Q(state="accepted")),
            models.UniqueConstraint(
                fields=["photo", "identity"],
                name="claim_one_accepted_per_photo_and_identity",
                condition=Q(state="accepted"),
            ),
        ]
        indexes = [models.Index(fields=["identity", "state"], name="claim_by_identity_and_state")]
        triggers = [
            pgtrigger.Trigger(
                name="photo_is_the_faces",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("face_id", "photo_id"),
                func="""
                    IF NEW.photo_id <> (SELECT photo_id FROM ingest_face WHERE id = NEW.face_id) THEN
                        RAISE EXCEPTION 'claim: photo % is not the photo of face %', NEW.photo_id, NEW.face_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"


ATTRIBUTE_FIELDS = ["race", "gender", "age"]
# How large a share the leading answer has, in thousandths: the smaller, the more it is disputed.
LEAD = F("support") * 1000 / Greatest(F("votes"), 1)


class Consensus(models.Model):
    """What the counted answers say of one field of one claim."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("settled")
        DISPUTED = "disputed", _("disputed")

    class Method(models.TextChoices):
        MAJORITY = "majority", _("agreement of reviewers")
        POSTERIOR = "posterior", _("answers weighed by how reliable their reviewers are")
        ADJUDICATION = "adjudication", _("adjudication")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="consensus")
    field = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State)
    value = models.CharField(max_length=20, blank=True)
    support = models.PositiveSmallIntegerField(help_text=_("votes for the value"))
    votes = models.PositiveSmallIntegerField(help_text=_("counted votes"))
    method = models.CharField(max_length=15, choices=Method)
    probability = models.FloatField(null=True, blank=True, help_text=_("of the likeliest answer; weighed answers only"))
    soft = models.JSONField(null=True, blank=True, help_text=_("the probability of every class"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "consensus"
        constraints = [
            models.UniqueConstraint(fields=["claim", "field"], name="consensus_once_per_field"),
            models.CheckConstraint(
                name="consensus_settled_has_value",
                condition=Q(state="settled") & ~Q(value="") | ~Q(state="settled") & Q(value=""),
            ),
            models.CheckConstraint(name="consensus_support_within_votes", condition=Q(support__lte=models.F("votes"))),
            models.CheckConstraint(
                name="consensus_weighed_has_probability",
                condition=Q(
                    method="posterior", probability__isnull=False, probability__range=(0, 1), soft__isnull=False
                )
                | ~Q(method="posterior") & Q(probability__isnull=True, soft__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["claim"], name="consensus_disputed", condition=Q(state="disputed")),
            # The adjudicator's lists are read in this order, and only as far as they are shown.
            models.Index(
                LEAD,
                "updated_at",
                "claim",
                name="consensus_disputed_usable",
                condition=Q(state="disputed", field="usable"),
            ),
            models.Index(
                LEAD,
                "updated_at",
                "claim",
                name="consensus_disputed_attributes",
                condition=Q(state="disputed", field__in=ATTRIBUTE_FIELDS),
            ),
            models.Index(
                fields=["updated_at"], name="consensus_rejected_lately", condition=Q(field="usable", value="reject")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.claim}: {self.state} {self.value}".strip()


class Quarantine(models.Model):
    """Takes a face out of queue, references and exports until an adjudicator decides."""

    class Kind(models.TextChoices):
        UNDER_AGE = "under_age", _("under age or unsafe")
        LICENCE = "licence", _("licence or source problem")

    class Decision(models.TextChoices):
        RELEASED = "released", _("back into the queue")
        KEPT_OUT = "kept_out", _("kept out for good")
        WITHDRAWN = "withdrawn", _("withdrawn by the reviewer")

    face = models.ForeignKey(Face, models.PROTECT, related_name="quarantines")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="quarantines")
    annotation = models.ForeignKey("curation.Annotation", models.PROTECT, related_name="quarantines")
    kind = models.CharField(max_length=10, choices=Kind)
    opened_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["face", "annotation"], name="quarantine_once_per_vote"),
            models.CheckConstraint(
                name="quarantine_decision_is_complete",
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
        ]
        indexes = [
            # Both "still open" and "kept out for good" bar a face; so this is the index that every query reads.
            models.Index(fields=["face"], name="quarantine_in_force", condition=Q(decision__in=["", "kept_out"]))
        ]

    def __str__(self) -> str:
        return f"quarantine of {self.face}"


class Skip(models.Model):
    """A reviewer passed this by: it comes back to others, and after three skips an adjudicator sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="skips")
    question = models.CharField(max_length=10, choices=Question)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "question", "reviewer"], name="skip_once_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.reviewer} skipped {self.claim}"


class Flag(models.Model):
    """A reviewer's remark about a claim, for an adjudicator to read and answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="flags")
    question = models.CharField(max_length=10, choices=Question)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    comment = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text=_("what the adjudicator says to the reviewer"))
    answer_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="flag_unresolved", condition=Q(resolved_at__isnull=True))]

    def __str__(self) -> str:
        return f"flag on {self.claim}"
