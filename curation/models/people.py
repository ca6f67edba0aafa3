import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Question
from ingest.models import Identity
from ingest.models.door import Kept


class Profile(models.Model):
    """How one person likes to work, and what an admin lets them work on."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("as the computer has it")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile")
    keys = models.JSONField(default=dict, blank=True, help_text=_("action: list of keys, where they differ"))
    keys_off = models.BooleanField(default=False)
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    show_pace = models.BooleanField(default=False)
    suggest_breaks = models.BooleanField(default=True)
    practised_at = models.DateTimeField(null=True, blank=True, help_text=_("practice finished, or excused by an admin"))
    attributes_practised_at = models.DateTimeField(
        null=True, blank=True, help_text=_("the same for the second question")
    )
    limited_to = models.ManyToManyField(Identity, blank=True, related_name="+", help_text=_("none: all identities"))

    def __str__(self) -> str:
        return f"profile of {self.user}"


class Invitation(models.Model):
    """A link that lets one person make an account with these roles. Only the link's hash is kept."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    roles = ArrayField(models.CharField(max_length=20))
    sent_to = models.CharField(max_length=200, blank=True, help_text=_("name or address, to tell invitations apart"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_is_accepted_or_withdrawn",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Exclusion(models.Model):
    """An admin's decision that a reviewer's answers of some time count no longer. They are kept."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exclusions")
    question = models.CharField(max_length=10, choices=Question, blank=True, help_text=_("empty: both"))
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    reason = models.TextField()
    votes = models.PositiveIntegerField(default=0, help_text=_("answers set aside"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"answers of {self.reviewer} set aside"


class PersonEvent(models.Model):
    """What happened to somebody's account: who did it, when, why."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("joined by invitation")
        ROLES = "roles", _("roles changed")
        LIMITED = "limited", _("limited to identities")
        LEASES = "leases", _("leases given back")
        EXCUSED = "excused", _("excused from practice")
        DEACTIVATED = "deactivated", _("deactivated")
        REACTIVATED = "reactivated", _("reactivated")
        EXCLUDED = "excluded", _("answers set aside")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("pause lifted")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    detail = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind}: {self.person}"


class Demographics(models.Model):
    """What an annotator chose to say of themselves. Read in aggregate only; empty: not said."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="demographics")
    gender = models.CharField(max_length=20, blank=True)
    race = models.CharField(max_length=20, blank=True)
    age = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "demographics"

    def __str__(self) -> str:
        return f"demographics {self.pk}"
