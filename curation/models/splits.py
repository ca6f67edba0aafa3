import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.releases import Release
from ingest.models import Face, Identity
from ingest.models.door import Kept

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Part(models.TextChoices):
    TRAIN = "train", _("train")
    VAL = "val", _("validation")
    TEST = "test", _("test")


class Split(models.TextChoices):
    SHARED = "shared", _("a person in all parts")
    DISJOINT = "disjoint", _("a person in one part")


class IdentitySide(models.Model):
    """In which part of the identity-disjoint split a person is: from the first release on, for good."""

    identity = models.OneToOneField(Identity, models.PROTECT, related_name="+")
    part = models.CharField(max_length=5, choices=Part)
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", help_text=_("which decided"))

    class Meta:
        constraints = [models.CheckConstraint(name="identityside_part_is_known", condition=Q(part__in=Part.values))]
        triggers = [Kept(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.identity_id} in {self.part}"


class FaceSide(models.Model):
    """In which part of a split a face is: from the first release that placed it on, for good, come and go as it may."""

    face = models.ForeignKey(Face, models.PROTECT, related_name="+", db_index=False)  # the constraint has an index
    split = models.CharField(max_length=8, choices=Split)
    part = models.CharField(max_length=5, choices=Part)
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", help_text=_("which decided"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["face", "split"], name="faceside_once_per_split"),
            models.CheckConstraint(name="faceside_split_is_known", condition=Q(split__in=Split.values)),
            models.CheckConstraint(name="faceside_part_is_known", condition=Q(part__in=Part.values)),
        ]
        triggers = [Kept(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"face {self.face_id} in {self.part} of {self.split}"
