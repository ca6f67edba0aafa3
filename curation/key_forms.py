"""The keys a person chooses."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.keys import ACTIONS, BY_CODE, KeyTable, changed_keys, check_keys, key_table, read_keys, write_keys
from curation.models import Profile


class KeysForm(forms.Form):
    """A field an action, its keys parted by spaces; the page's script sets them by a press."""

    keys_off = forms.BooleanField(
        label=_("Switch all single-key shortcuts off"),
        required=False,
        help_text=_("For speech input, or when keys are pressed by accident. Every key is also a button."),
    )

    def __init__(self, data: Any = None, *, profile: Profile) -> None:
        super().__init__(data, initial={"keys_off": profile.keys_off}, label_suffix="")
        for code, keys in key_table(profile.keys).items():
            words = str(BY_CODE[code].words)
            self.fields[code] = forms.CharField(label=words, required=False, max_length=60, initial=write_keys(keys))

    def rows(self) -> list[dict[str, Any]]:
        """The actions as the page draws them."""
        return [
            {"action": action, "field": self[action.code], "defaults": write_keys(action.keys)} for action in ACTIONS
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_keys(self._typed(data))
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return data

    @property
    def keys(self) -> KeyTable:
        return changed_keys(self._typed(self.cleaned_data))

    @staticmethod
    def _typed(data: dict[str, Any]) -> KeyTable:
        return {action.code: read_keys(data[action.code]) for action in ACTIONS}
