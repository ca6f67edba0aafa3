import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim, Question
from curation.models.policies import Policy
from ingest.models.door import Kept


class GoldItem(models.Model):
    """A claim whose answer is known, served among others to see how well reviewers judge. `answer` is {field: value} as
    consensus had it when it was chosen; it never changes. A retired one is served to nobody any more.
    """

    class Chosen(models.TextChoices):
        ADJUDICATED = "adjudicated", _("an adjudicator decided")
        AGREED = "agreed", _("all reviewers agreed")

    class Retired(models.TextChoices):
        WORN = "worn", _("served often enough; answers to it count")
        WRONG = "wrong", _("its answer is wrong or debatable; answers to it do not count")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="gold_items")
    question = models.CharField(max_length=10, choices=Question)
    answer = models.JSONField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+", help_text=_("whose classes the answer names"))
    chosen = models.CharField(max_length=12, choices=Chosen)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    retired_as = models.CharField(max_length=6, choices=Retired, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "question"], name="golditem_once"),
            models.CheckConstraint(
                name="golditem_retired_is_complete",
                condition=Q(retired_as="", retired_at__isnull=True, retired_by__isnull=True)
                | ~Q(retired_as="") & Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["question", "claim"], name="golditem_in_use", condition=Q(retired_at__isnull=True))
        ]
        triggers = [
            Kept(name="kept", operation=pgtrigger.Delete),
            Kept(
                name="answer_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("claim", "question", "answer", "policy", "chosen"),
            ),
            Kept(
                name="retired_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__retired_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"gold: {self.question} of {self.claim}"


class Pause(models.Model):
    """A reviewer is not asked a question for now. Never changed but once: by its end."""

    class Ended(models.TextChoices):
        LIFTED = "lifted", _("lifted by an admin")
        PRACTISED = "practised", _("practice passed again")

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pauses")
    question = models.CharField(max_length=10, choices=Question)
    evidence = models.JSONField(default=dict, blank=True, help_text=_("what the periodic look found; empty: by hand"))
    reason = models.TextField(blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    paused_at = models.DateTimeField(auto_now_add=True)
    ended = models.CharField(max_length=10, choices=Ended, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "question"], name="pause_one_in_force", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="pause_has_evidence_or_author",
                condition=~Q(evidence={}) & Q(paused_by__isnull=True) | Q(paused_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="pause_end_is_complete",
                condition=Q(ended="", ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended="lifted", ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")
                | Q(ended="practised", ended_at__isnull=False, ended_by__isnull=True),
            ),
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("paused_at")),
            ),
        ]
        indexes = [models.Index(fields=["-paused_at"], name="pause_in_force", condition=Q(ended_at__isnull=True))]
        triggers = [
            Kept(name="kept", operation=pgtrigger.Delete),
            Kept(
                name="only_ends",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("reviewer", "question", "evidence", "reason", "paused_by", "paused_at"),
            ),
            Kept(name="ended_for_good", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} paused"


class Standing(models.Model):
    """What the evidence about a reviewer came to when it was last looked at. A cache: `curation.judging` alone writes
    it."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="standings")
    question = models.CharField(max_length=10, choices=Question)
    evidence = models.JSONField(help_text=_("{field: what it came to}"))
    value = models.FloatField(help_text=_("the e-value of all fields together"))
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reviewer", "question"], name="standing_once")]

    def __str__(self) -> str:
        return f"standing of {self.reviewer}"
