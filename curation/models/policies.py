import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

VOTES = [MinValueValidator(1), MaxValueValidator(9)]


class Policy(models.Model):
    """How faces are judged. The newest activated version is in force; an activated one never changes.

    `reasons` is a list of {"code", "key", "label"};
    `fields` is a list of {"code", "label", "classes": [{"code", "label"}]}.
    """

    version = models.PositiveIntegerField(unique=True)
    votes_usable = models.PositiveSmallIntegerField(default=2, validators=VOTES)
    votes_attributes = models.PositiveSmallIntegerField(default=2, validators=VOTES)
    blind_fields = ArrayField(models.CharField(max_length=20), default=list)
    reasons = models.JSONField()
    fields = models.JSONField()
    guideline = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(
                name="policy_votes_in_range",
                condition=Q(votes_usable__range=(1, 9), votes_attributes__range=(1, 9)),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="activated_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__activated_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"policy {self.version}"

    def votes(self, question: str) -> int:
        """How many independent answers a question needs (k)."""
        return self.votes_usable if question == "usable" else self.votes_attributes
