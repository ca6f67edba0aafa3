from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SheetAnswer(models.Model):
    """What the makers say of the data set: an answer to a question of `curation.release.sheet`. No answer, no row."""

    code = models.CharField(max_length=60, help_text=_("section.name of the question"))
    text = models.TextField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="sheetanswer_once"),
            models.CheckConstraint(name="sheetanswer_says_something", condition=Q(text__regex=r"\S")),
        ]

    def __str__(self) -> str:
        return f"answer to {self.code}"
