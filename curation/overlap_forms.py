"""How many answers each question gets: the part of a draft's form that says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Policy
from curation.overlap import MOST_VOTES
from curation.overlap_words import percent

FIXED, ADAPTIVE = "fixed", "adaptive"
WAYS = (
    (FIXED, gettext_lazy("The same number for every face")),
    (ADAPTIVE, gettext_lazy("As many as it takes to be sure")),
)
PROPOSED = {"sure": Decimal(98), "most": 5, "full_share": Decimal(5)}  # where a rule is begun
SHARES = ("sure", "full_share")
QUESTIONS = {
    "usable": gettext_lazy("“The right person, and a usable face?”"),
    "attributes": gettext_lazy("Race, gender and age"),
}


def _way() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Answers to one face"), choices=WAYS, required=False, widget=forms.RadioSelect
    )


def _number(label: Any, help_text: Any = "", *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=1,
        max_value=MOST_VOTES,
        required=required,
    )


def _percent(label: Any, help_text: Any, least: str, most: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=Decimal(least),
        max_value=Decimal(most),
        decimal_places=2,
        required=False,
    )


def _votes() -> forms.IntegerField:
    told = gettext_lazy("One more is asked as long as these are not sure enough.")
    return _number(gettext_lazy("Independent answers"), told, required=True)


def _sure() -> forms.DecimalField:
    return _percent(
        gettext_lazy("Sure enough, in %"),
        gettext_lazy("From this probability on an answer stands. Of attributes each must reach it."),
        "50.01",
        "99.99",
    )


def _most() -> forms.IntegerField:
    return _number(gettext_lazy("Most answers"), gettext_lazy("What is doubtful even then goes to an adjudicator."))


def _full_share() -> forms.DecimalField:
    return _percent(
        gettext_lazy("Faces that get all of them, in %"),
        gettext_lazy("Drawn by lot: on these agreement is measured, whether they are doubtful or not."),
        "0",
        "100",
    )


@dataclass(frozen=True)
class Group:
    """The fields of one question."""

    question: str
    legend: Any
    way: BoundField
    votes: BoundField
    rule: list[BoundField]


class OverlapForm(forms.Form):
    way_usable, votes_usable, sure_usable = _way(), _votes(), _sure()
    most_usable, full_share_usable = _most(), _full_share()
    way_attributes, votes_attributes, sure_attributes = _way(), _votes(), _sure()
    most_attributes, full_share_attributes = _most(), _full_share()

    def __init__(self, data: Any = None, *, start: Policy) -> None:
        super().__init__(data, initial=_initial(start), label_suffix="")

    @property
    def groups(self) -> Iterator[Group]:
        for question, legend in QUESTIONS.items():
            rule = [self[f"{name}_{question}"] for name in PROPOSED]
            yield Group(question, legend, self[f"way_{question}"], self[f"votes_{question}"], rule)

    def clean(self) -> dict[str, Any]:
        known = super().clean() or {}
        for question in QUESTIONS:
            if known.get(f"way_{question}") == ADAPTIVE:
                self._check_rule(question, known)
        return known

    def _check_rule(self, question: str, known: dict[str, Any]) -> None:
        for name in PROPOSED:
            field = f"{name}_{question}"
            if known.get(field) is None and field not in self.errors:
                self.add_error(field, _("A rule needs this."))
        fewest, most = known.get(f"votes_{question}"), known.get(f"most_{question}")
        if fewest and most and most < fewest:
            self.add_error(f"most_{question}", _("There are at least as many as the fewest."))

    def values(self) -> dict[str, Any]:
        """As the policy holds them: nothing of a rule where the number is fixed."""
        return {name: value for question in QUESTIONS for name, value in self._values(question).items()}

    def _values(self, question: str) -> dict[str, Any]:
        known = {name: self.cleaned_data.get(f"{name}_{question}") for name in ("way", "votes", *PROPOSED)}
        votes = {f"votes_{question}": known["votes"]}
        if known["way"] != ADAPTIVE:
            return votes | {f"sure_{question}": None, f"most_{question}": None, f"full_share_{question}": 0.0}
        shares = {f"{name}_{question}": float(self.cleaned_data[f"{name}_{question}"] / 100) for name in SHARES}
        return votes | shares | {f"most_{question}": known["most"]}


def _initial(start: Policy) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for question in QUESTIONS:
        rule = start.rule(question)
        told = PROPOSED
        if rule is not None:
            told = {"sure": percent(rule.sure), "most": rule.most, "full_share": percent(rule.full_share)}
        known |= {f"{name}_{question}": value for name, value in told.items()}
        known |= {f"way_{question}": ADAPTIVE if rule else FIXED, f"votes_{question}": start.votes(question)}
    return known
