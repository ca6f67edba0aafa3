import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ingest.models.door import Kept


class Erasure(models.Model):
    """An order to forget a person or a photo, and how far it has come. It names nobody, and is kept for good.

    Its steps: the tombstones stand when the row does; `forgotten_at` says when everything left the database; then the
    `files` go, and with the last of them it is finished. Killed in between, whoever resumes it goes on.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("a person")
        PHOTO = "photo", _("a photo")

    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.BigIntegerField(help_text=_("primary key of what was erased; its row is gone"))
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text=_("nothing is left in the database"))
    finished_at = models.DateTimeField(null=True, blank=True, help_text=_("nothing is left in the storage"))
    counts = models.JSONField(default=dict, blank=True, help_text=_("what went, by kind"))
    files = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, help_text=_("still to be deleted; named by hashes")
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="erasure_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="erasure_steps_in_order",
                condition=Q(finished_at__isnull=True) | Q(forgotten_at__isnull=False, files=[]),
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"], name="erasure_once_at_a_time", condition=Q(finished_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["id"], name="erasure_unfinished", condition=Q(finished_at__isnull=True))]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Kept(
                name="order_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("kind", "subject", "reason", "asked_by", "started_at"),
            ),
            Kept(
                name="finished_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"
