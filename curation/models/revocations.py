import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.releases import Release
from ingest.models import Erasure
from ingest.models.door import Kept


class Withdrawal(models.Model):
    """A release that held what was erased is never written again. Append-only."""

    release = models.OneToOneField(Release, models.PROTECT, related_name="withdrawal")
    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="withdrawals")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.release}, withdrawn"


class RevokedImage(models.Model):
    """An erased image that releases held: whoever has a copy finds it by its hash (REVOKED.csv). Append-only."""

    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="revoked_images")
    crop_sha256 = models.CharField(max_length=64, unique=True)
    image_id = models.CharField(max_length=64, unique=True, help_text=_("opaque name of the image in every release"))
    releases = ArrayField(models.CharField(max_length=20), help_text=_("versions that held it, the oldest first"))
    revoked_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(name="revokedimage_was_released", condition=~Q(releases=[]))]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.image_id}, revoked"
