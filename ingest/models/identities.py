import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ingest.attributes import GENDER, RACE
from ingest.models.door import Kept


class Identity(models.Model):
    """An approved public figure: without one, nothing is crawled."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")
        RETIRED = "retired", _("retired")
        MERGED = "merged", _("merged")

    class Precision(models.TextChoices):
        YEAR = "year"
        MONTH = "month"
        DAY = "day"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    about = models.CharField(max_length=300, blank=True)
    wikidata_id = models.CharField(max_length=20, null=True, blank=True, unique=True)
    birth_date = models.DateField(null=True, blank=True)
    birth_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    claimed_race = models.PositiveSmallIntegerField(null=True, blank=True, choices=RACE)
    claimed_gender = models.PositiveSmallIntegerField(null=True, blank=True, choices=GENDER)
    priority = models.SmallIntegerField(default=0, help_text=_("in the reviewers' queue; higher comes first"))
    commons_category = models.CharField(max_length=300, blank=True, help_text=_("without “Category:”"))
    reference_preview_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("picture to compare with while no face is accepted; never released")
    )
    reference_page_url = models.TextField(blank=True)
    reference_credit = models.TextField(blank=True, help_text=_("title, creator and licence, as one line"))
    public_figure_basis = models.TextField(blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "identities"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="identity_approval_is_complete",
                condition=~Q(state="approved")
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(public_figure_basis="")),
                violation_error_message=_("An approved identity needs who approved it, when, and on what basis."),
            ),
            models.CheckConstraint(
                name="identity_merged_names_its_heir",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(
                name="identity_birth_has_precision",
                condition=Q(birth_date__isnull=True, birth_precision="")
                | (Q(birth_date__isnull=False) & ~Q(birth_precision="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IdentityEvent(models.Model):
    """What somebody did about an identity, when and why. Append-only."""

    class Kind(models.TextChoices):
        IMPORTED = "imported", _("imported and approved")
        APPROVED = "approved", _("approved")
        RETIRED = "retired", _("retired")
        REACTIVATED = "reactivated", _("reactivated")
        EDITED = "edited", _("edited")
        MERGED = "merged", _("merged into another")
        ABSORBED = "absorbed", _("took another over")

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.identity} {self.kind}"
