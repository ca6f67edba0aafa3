"""What somebody sets for themselves, and says of themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from curation.annotators import FIELDS, vocabulary
from curation.models import Demographics, Policy, Profile


class NamesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        labels = {"email": _("E-mail address")}
        help_texts = {"email": _("For a forgotten password. Admins see it.")}


class WorkForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(label=_("Language"), help_text=_("Kept in this browser."))
    field_order = ["theme", "language", "show_pace", "suggest_breaks"]

    class Meta:
        model = Profile
        fields = ("theme", "show_pace", "suggest_breaks")
        labels = {"theme": _("Colours"), "show_pace": _("Show my pace"), "suggest_breaks": _("Suggest breaks")}
        help_texts = {
            "show_pace": _("How many answers an hour, seen by you alone. Nobody is ranked by speed."),
            "suggest_breaks": _("After 45 to 50 minutes at a stretch, or when answers take twice as long."),
        }
        widgets = {"theme": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]


class AboutForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Demographics
        fields = tuple(FIELDS)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in vocabulary(policy).items():
            choices = [("", _("not said")), *words.items()]
            self.fields[name] = forms.ChoiceField(label=str(FIELDS[name]), required=False, choices=choices)
