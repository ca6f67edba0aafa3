from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Question


class Requeue(models.Model):
    """An order to ask a question of many claims anew, done in batches. `done` of `claims` were looked at so far."""

    question = models.CharField(max_length=10, choices=Question)
    fields = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text=_("fields; empty: all"))
    claims = ArrayField(models.BigIntegerField(), help_text=_("ids, in the order of their photos"))
    reason = models.TextField()
    done = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    left = models.JSONField(default=dict, help_text=_("how many were left as they are, by the code of why"))
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(auto_now_add=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="requeue_unfinished", condition=Q(finished_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                name="requeue_cancelled_is_finished",
                condition=Q(cancelled_by__isnull=True) | Q(finished_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"requeue {self.pk}"

    @property
    def total(self) -> int:
        return len(self.claims)

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None
