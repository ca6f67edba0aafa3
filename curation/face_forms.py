"""By what the list of faces is narrowed down, and what is asked before many are asked anew."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from curation.faces import PROGRESS, QUARANTINED, SHARPNESS, SIZES, SORTS
from curation.models import Annotation, Claim, Policy, Quarantine
from curation.models.claims import Question
from curation.policies import current_policy
from ingest.models import CrawlJob
from ingest.quality import BLURRED, BRIGHT, DARK, NO_EYES, SMALL
from ingest.reasons import in_words

ANY = ("", _("any"))
CONCERNS = (SMALL, BLURRED, DARK, BRIGHT, NO_EYES)
SIZE_LABELS = {
    "s": _("under 80 px"),
    "m": _("80 to 159 px"),
    "l": _("160 to 319 px"),
    "xl": _("320 px and more"),
}
SHARPNESS_LABELS = {"low": _("low, under 30"), "middle": _("30 to 99"), "high": _("100 and more")}
FIELDS = [("race", _("race")), ("gender", _("gender")), ("age", _("age"))]
MOST_MARKED = 500


class FaceFilter(forms.Form):
    q = forms.CharField(label=_("Name, alias or Wikidata id"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[ANY, *Claim.State.choices, (QUARANTINED, _("in quarantine"))],
    )
    progress = forms.ChoiceField(
        label=_("Questions"), required=False, choices=[ANY, *((name, one[0]) for name, one in PROGRESS.items())]
    )
    job = forms.ModelChoiceField(CrawlJob.objects.none(), label=_("Crawl job"), required=False, empty_label=_("any"))
    size = forms.ChoiceField(
        label=_("Face size"), required=False, choices=[ANY, *((name, SIZE_LABELS[name]) for name in SIZES)]
    )
    sharpness = forms.ChoiceField(
        label=_("Sharpness"), required=False, choices=[ANY, *((name, SHARPNESS_LABELS[name]) for name in SHARPNESS)]
    )
    concern = forms.ChoiceField(label=_("Concern"), required=False)
    reviewer = forms.ModelChoiceField(
        User.objects.none(), label=_("Answered by"), required=False, empty_label=_("anybody")
    )
    reason = forms.ChoiceField(label=_("Reject reason"), required=False)
    mode = forms.ChoiceField(label=_("Answered in"), required=False, choices=[ANY, *Annotation.Mode.choices])
    policy = forms.ModelChoiceField(
        Policy.objects.none(), label=_("Policy"), required=False, empty_label=_("any"), to_field_name="version"
    )
    since = forms.DateField(label=_("Answered from"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Answered until"), required=False, widget=forms.DateInput({"type": "date"}))
    sort = forms.ChoiceField(
        label=_("Sort by"), required=False, choices=[(name, one[0]) for name, one in SORTS.items()]
    )

    def __init__(self, data: Any, *, names: bool) -> None:
        """`names`: whether this person may see who answered."""
        super().__init__(data, label_suffix="")
        policy = current_policy()
        reasons = [(row["code"], row["label"]) for row in policy.reasons]
        self._set("reason", choices=[ANY, *reasons, *Quarantine.Kind.choices])
        concerns = [(code, in_words(code)) for code in CONCERNS]
        self._set("concern", choices=[ANY, ("none", _("none")), ("any", _("any concern")), *concerns])
        self._set("job", queryset=CrawlJob.objects.defer("parameters"))
        self._set("policy", queryset=Policy.objects.order_by("-version"))
        if names:
            self._set("reviewer", queryset=User.objects.order_by("username"))
        else:
            del self.fields["reviewer"]

    def _set(self, name: str, **values: Any) -> None:
        for key, value in values.items():
            setattr(self.fields[name], key, value)

    @property
    def asked(self) -> dict[str, Any]:
        """What was filled in, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.asked.keys() - {"sort"})


class MarkedForm(forms.Form):
    """Which faces are meant: those marked, or all that match."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        given = [value for value in data.getlist("claim") if value.isascii() and value.isdecimal() and len(value) < 19]
        self.claims = [int(value) for value in given[:MOST_MARKED]]
        self.everything = data.get("all") == "1"


class RequeueForm(forms.Form):
    question = forms.ChoiceField(choices=Question.choices, widget=forms.HiddenInput, initial=Question.USABLE)
    fields_wanted = forms.MultipleChoiceField(
        label=_("Which attributes"),
        choices=FIELDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None marked: all three. Attributes that are not settled yet are asked along."),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Stays in the history of every face, with your name and the time."),
    )

    def __init__(self, data: Any = None, *, question: str, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        if question != Question.ATTRIBUTES:
            del self.fields["fields_wanted"]


class AnswerFilter(forms.Form):
    """Of a reviewer's own answers. Who a face shows is no filter of attributes: they are answered blind."""

    question = forms.ChoiceField(
        label=_("Question"),
        required=False,
        choices=[ANY, ("usable", _("usable face")), ("attributes", _("attributes"))],
    )
    verdict = forms.ChoiceField(label=_("Answer"), required=False)
    q = forms.CharField(label=_("Name, alias or Wikidata id"), required=False, max_length=200)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
        kinds = [choice for choice in Annotation.Verdict.choices if choice[0] != Annotation.Verdict.WITHDRAWN]
        self.fields["verdict"].choices = [ANY, *kinds]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}
