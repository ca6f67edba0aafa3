import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim
from curation.models.policies import Policy
from ingest.models import Face
from ingest.models.door import Kept

FROZEN = pgtrigger.Update | pgtrigger.Delete


def all_tasks() -> list[str]:
    return ["identity", "race", "gender", "age"]


def folders_only() -> list[str]:
    return ["imagefolder"]


class Release(models.Model):
    """A frozen, numbered selection: everything that its files are made of, so that they can be written again."""

    class Selection(models.TextChoices):
        CURATED = "curated", _("curated: accepted by reviewers")
        NON_CURATED = "non-curated", _("non-curated: labels as claimed")

    version = models.CharField(max_length=20, unique=True)
    selection = models.CharField(max_length=20, choices=Selection, default=Selection.CURATED)
    layout = models.PositiveSmallIntegerField(default=0, help_text=_("of the folder: 0 is that of 0.4 and earlier"))
    tasks = models.JSONField(default=all_tasks, help_text=_("that have trees, splits and classes"))
    formats = models.JSONField(default=folders_only)
    columns = models.JSONField(default=list, help_text=_("of metadata.csv, in order"))
    held_back = models.JSONField(default=dict, help_text=_("how many faces were held back, by reason"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    papers = models.JSONField(help_text=_("text of every rendered file by its path"))
    files = models.JSONField(default=dict, help_text=_("sha256 and bytes of every other file that is no image"))
    digest = models.CharField(max_length=71, unique=True, help_text=_("sha256:… of MANIFEST.sha256"))
    faces_count = models.PositiveIntegerField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [Kept(name="frozen", operation=FROZEN)]

    def __str__(self) -> str:
        return f"release {self.version}"


class ReleaseFace(models.Model):
    """One image of a release with its labels, licence and votes as they were when it was frozen."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="faces")
    face = models.ForeignKey(Face, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    image_id = models.CharField(max_length=64, help_text=_("opaque name of the image in every release"))
    crop_sha256 = models.CharField(max_length=64)
    record = models.JSONField(help_text=_("the row of metadata.csv, and the folders it stands in"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "face"], name="releaseface_once"),
            models.UniqueConstraint(fields=["release", "image_id"], name="releaseface_image_id_once"),
        ]
        triggers = [Kept(name="frozen", operation=FROZEN)]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.release}"
