from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Question


class ReviewerPair(models.Model):
    """How many questions two reviewers both answered. Written by `curation.pairs.recount` alone; the queue reads it."""

    first = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    question = models.CharField(max_length=10, choices=Question)
    shared = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "first", "second"], name="reviewerpair_once"),
            models.CheckConstraint(name="reviewerpair_in_order", condition=Q(first__lt=models.F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.shared} shared"


class Bookmark(models.Model):
    """The place in the queue before which nothing is free for a reviewer: the queue's own hint, never the truth."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    question = models.CharField(max_length=10, choices=Question)
    priority = models.SmallIntegerField()
    block = models.IntegerField()
    shuffle = models.IntegerField()
    slot = models.BigIntegerField()
    walked_at = models.DateTimeField(help_text=_("when the queue was last walked from its start"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reviewer", "question"], name="bookmark_once")]

    def __str__(self) -> str:
        return f"bookmark of {self.reviewer}"
