"""What an admin types about one identity."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ingest.priority import PRIORITIES


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Stays in the history, with your name and the time."),
    )


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(label=_("In the reviewers’ queue"), coerce=int, choices=list(PRIORITIES.items()))


class EditForm(forms.Form):
    aliases = forms.CharField(
        label=_("Aliases"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line. Searches and lists of URLs know the person by these too."),
    )
    about = forms.CharField(
        label=_("About"), required=False, max_length=300, help_text=_("A few words that reviewers see.")
    )
    basis = forms.CharField(
        label=_("Basis"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Why this is a public figure: an office, a profession in public, an event."),
    )

    priority = forms.TypedChoiceField(
        label=_("In the reviewers’ queue"),
        coerce=int,
        choices=list(PRIORITIES.items()),
        required=False,
        empty_value=None,
        help_text=_("Faces of this person come sooner or later than those of others."),
    )

    def clean_aliases(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]
        if any(len(name) > 200 for name in names):
            raise ValidationError(_("An alias has at most 200 characters."))
        return names
