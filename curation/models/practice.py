from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Claim, Question
from curation.models.votes import Annotation
from ingest.models import Identity


class PracticeAnswer(models.Model):
    """What somebody answered on a face whose answer is known. It never counts for anything else.

    A face answered again after its answer was taken back has a row more: the first said what they saw unaided.
    """

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="practice_answers")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    question = models.CharField(max_length=10, choices=Question, default=Question.USABLE)
    verdict = models.CharField(max_length=12, choices=Annotation.Verdict)
    reason = models.CharField(max_length=30, blank=True)
    relabel_to = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="+")
    race = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.PositiveSmallIntegerField(null=True, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    differs = ArrayField(models.CharField(max_length=10), default=list, help_text=_("fields, from what was known then"))
    answered_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "question", "claim"],
                name="practiceanswer_once",
                condition=Q(taken_back_at__isnull=True),
            ),
            models.CheckConstraint(
                name="practiceanswer_verdict_fits_question",
                condition=Q(question="usable", race__isnull=True, gender__isnull=True, age__isnull=True)
                & ~Q(verdict__in=["attributes", "withdrawn"])
                | Q(question="attributes", verdict="attributes"),
            ),
            models.CheckConstraint(
                name="practiceanswer_relabel_names_identity",
                condition=Q(verdict="relabel", relabel_to__isnull=False)
                | (~Q(verdict="relabel") & Q(relabel_to__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"practice on {self.claim}"

    @property
    def agrees(self) -> bool:
        return not self.differs
