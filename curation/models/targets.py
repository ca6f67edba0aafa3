from django.db import models
from django.utils.translation import gettext_lazy as _

from ingest.attributes import AGE, GENDER, RACE


class BalanceTarget(models.Model):
    """How many faces are wanted that are perceived as this race, gender and age."""

    race = models.PositiveSmallIntegerField(choices=RACE)
    gender = models.PositiveSmallIntegerField(choices=GENDER)
    age = models.PositiveSmallIntegerField(choices=AGE)
    wanted = models.PositiveIntegerField(help_text=_("accepted faces"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["race", "gender", "age"], name="balancetarget_once_per_cell"),
            models.CheckConstraint(
                name="balancetarget_cell_is_a_class",
                condition=models.Q(race__in=list(RACE), gender__in=list(GENDER), age__in=list(AGE)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wanted} {self.race}-{self.gender}-{self.age}"
