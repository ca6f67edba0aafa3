import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def phash_bands(table: str) -> list[models.Index]:
    """An index on each 16 bits of the hash: near-duplicates agree nearly in one of them (ingest/duplicates.py)."""
    bands = [F("phash").bitrightshift(16 * band).bitand(0xFFFF) for band in range(4)]
    return [models.Index(expression, name=f"{table}_by_band_{band}") for band, expression in enumerate(bands)]


class Photo(models.Model):
    """A downloaded original, named by its sha256. Width and height are those of the upright picture."""

    sha256 = models.CharField(max_length=64, unique=True)
    file = models.CharField(max_length=120, help_text=_("name in the default storage"))
    size = models.PositiveBigIntegerField(help_text=_("bytes"))
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    preview_sha256 = models.CharField(max_length=64, db_index=True, help_text=_("reduced copy without metadata"))
    phash = models.BigIntegerField(
        null=True, blank=True, help_text=_("64-bit perceptual hash of the whole upright photo, as a signed number")
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = phash_bands("photo")

    def __str__(self) -> str:
        return f"photo {self.sha256[:12]}"


class DuplicateGroup(models.Model):
    """Near-duplicates of one another: the best is reviewed, the others are shown beside it."""

    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"duplicate group {self.pk}"


class Face(models.Model):
    """A place in a photo that holds a face, in the upright photo's pixels, with its crop."""

    photo = models.ForeignKey(Photo, models.PROTECT, related_name="faces")
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    crop_sha256 = models.CharField(max_length=64, db_index=True)
    crop_side = models.PositiveIntegerField(help_text=_("pixels"))
    quality = models.JSONField(default=dict, blank=True, help_text=_("measures by name"))
    concerns = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, help_text=_("why it is reviewed late: see reasons")
    )
    phash = models.BigIntegerField(
        null=True, blank=True, help_text=_("64-bit perceptual hash of the crop, as a signed number")
    )
    duplicate_group = models.ForeignKey(DuplicateGroup, models.SET_NULL, null=True, blank=True, related_name="faces")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["photo", "x", "y", "width", "height"], name="face_once_per_place"),
            models.CheckConstraint(name="face_has_an_area", condition=Q(width__gt=0, height__gt=0)),
        ]
        indexes = phash_bands("face")
        triggers = [
            pgtrigger.Protect(
                name="crop_never_changes",
                operation=pgtrigger.UpdateOf("photo_id", "x", "y", "width", "height", "crop_sha256"),
            )
        ]

    def __str__(self) -> str:
        return f"face {self.pk}"


class Detection(models.Model):
    """What one version of one detector saw in a photo; attached to the face at that place."""

    photo = models.ForeignKey(Photo, models.PROTECT, related_name="detections")
    face = models.ForeignKey(Face, models.PROTECT, null=True, blank=True, related_name="detections")
    detector = models.CharField(max_length=30)
    version = models.CharField(max_length=60)
    parameters = models.JSONField(default=dict)
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    score = models.FloatField(help_text=_("on the detector's own scale; not a probability"))
    refusal = models.CharField(max_length=40, blank=True, help_text=_("why this box did not become a face"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "detector", "version", "x", "y", "width", "height"], name="detection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.detector} {self.version} in {self.photo}"


class Tombstone(models.Model):
    """What must never enter again; holds hashes and addresses, never a picture."""

    class Kind(models.TextChoices):
        SHA256 = "sha256"
        PHASH = "phash"
        URL = "url"
        IDENTITY = "identity"

    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=300)
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="tombstone_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value[:16]}"
