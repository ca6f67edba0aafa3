"""What an admin says of gold and pauses."""

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.browse_forms import ANY
from curation.models import GoldItem
from curation.models.claims import Question
from curation.people_forms import STAYS

MOST_AT_ONCE = 500


class GoldFilter(forms.Form):
    question = forms.ChoiceField(label=_("Question"), required=False, choices=Question.choices)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("in use")), *GoldItem.Retired.choices, ("all", _("all"))]
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("newest first")), ("missed", _("most often answered otherwise")), ("served", _("most served"))],
    )


class ChooseForm(forms.Form):
    question = forms.ChoiceField(choices=Question.choices, widget=forms.HiddenInput)
    count = forms.IntegerField(label=_("How many more"), min_value=1, max_value=MOST_AT_ONCE, initial=50)
    votes = forms.IntegerField(
        label=_("Agreed on by"),
        min_value=1,
        max_value=9,
        initial=2,
        help_text=_("reviewers at least, none of whom differed; what an adjudicator decided is taken as well"),
    )


class RetireForm(forms.Form):
    retired_as = forms.ChoiceField(label=_("Why"), choices=GoldItem.Retired.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2}), help_text=STAYS
    )


class PauseForm(forms.Form):
    question = forms.ChoiceField(label=_("What they are asked no longer"), choices=Question.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The reviewer reads this on their page. Stays in the history, with your name and the time."),
    )


class StandingFilter(forms.Form):
    question = forms.ChoiceField(label=_("Question"), required=False, choices=Question.choices)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ANY, ("paused", _("paused")), ("going", _("not paused"))]
    )
