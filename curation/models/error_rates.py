import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from curation.models.policies import Policy
from ingest.models.door import Kept


class ErrorRates(models.Model):
    """How reliable each reviewer is, as estimated at one time from all counted answers (`curation.estimating`).

    `fields` is {field: {"classes", "marginals", "pooled": [true][stated], "reviewers": {id: [true][stated]},
    "answers": {id: number}, "items", "votes", "known"}}, codes of classes as `policy` has them. Answers are weighed by
    the newest ones that were in force when the last of them came: later ones change nothing that was concluded.
    """

    version = models.PositiveIntegerField(unique=True)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    fields = models.JSONField()
    votes = models.PositiveIntegerField(help_text=_("answers that it was estimated from"))
    made_at = models.DateTimeField()
    in_force_at = models.DateTimeField(db_index=True, help_text=_("a moment later, when every process can see it"))

    class Meta:
        verbose_name_plural = "error rates"
        constraints = [
            models.CheckConstraint(
                name="errorrates_in_force_after_made", condition=models.Q(in_force_at__gte=models.F("made_at"))
            )
        ]
        triggers = [Kept(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"error rates {self.version}"
