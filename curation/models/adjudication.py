import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim, Question
from ingest.models import Identity
from ingest.models.door import Kept


class DisputeView(models.Model):
    """Who has seen all votes on a question of a claim, and so is not asked it as a reviewer any more."""

    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    question = models.CharField(max_length=10, choices=Question)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "question", "adjudicator"], name="disputeview_once_per_adjudicator"
            )
        ]

    def __str__(self) -> str:
        return f"{self.adjudicator} has seen the votes on {self.claim}"


class Contradicted(models.TextChoices):
    RACE = "race", _("perceived race")
    GENDER = "gender", _("perceived gender")


class Contradiction(models.Model):
    """Accepted faces of one identity that were settled differently. A cache: `curation.contradictions.find` alone
    writes it."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="contradictions")
    field = models.CharField(max_length=10, choices=Contradicted)
    values = ArrayField(models.CharField(max_length=20), help_text=_("codes, in order"))
    faces = models.PositiveIntegerField(help_text=_("accepted faces that have one of the values"))
    fewest = models.PositiveIntegerField(help_text=_("faces that have not the commonest value"))
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "field"], name="contradiction_once_per_field")]

    def __str__(self) -> str:
        return f"{self.field} of {self.identity}: {', '.join(self.values)}"


class BothStand(models.Model):
    """An adjudicator looked at a contradiction, and let all its values stand."""

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    field = models.CharField(max_length=10, choices=Contradicted)
    values = ArrayField(models.CharField(max_length=20), help_text=_("codes, in order: a further value asks anew"))
    note = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "both stand"
        constraints = [models.UniqueConstraint(fields=["identity", "field", "values"], name="bothstand_once")]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.field} of {self.identity}: {', '.join(self.values)} stand"


class Figure(models.Model):
    """A figure that takes long to count. A cache: `curation.slow_figures.count` alone writes it."""

    name = models.CharField(max_length=30, unique=True)
    value = models.JSONField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
