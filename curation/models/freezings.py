from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.releases import Release


class Freezing(models.Model):
    """An order to freeze a release, or only to look what a freeze would find. `curation.release.ordering` writes it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a worker")
        RUNNING = "running", _("reading pictures")
        DONE = "done", _("done")
        REFUSED = "refused", _("stopped by what it found")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    LIVE = (State.WAITING, State.RUNNING)

    version = models.CharField(max_length=20)
    selection = models.CharField(max_length=20, choices=Release.Selection)
    tasks = models.JSONField()
    formats = models.JSONField()
    accept = models.JSONField(help_text=_("findings that shall not block"))
    looks_only = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    faces = models.PositiveIntegerField(default=0, help_text=_("to be read"))
    read = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    error = models.TextField(blank=True)
    sealed = models.BooleanField(default=False, help_text=_("about to be there: it cannot be cancelled any more"))
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], name="freezing_one_live_a_version", condition=Q(state__in=["waiting", "running"])
            ),
            models.CheckConstraint(
                name="freezing_is_finished_or_live",
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | (~Q(state__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="freezing_done_has_its_release",
                condition=~Q(state="done", looks_only=False) | Q(release__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"order of release {self.version}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE
