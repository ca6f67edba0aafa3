"""What an admin types to import people from Wikidata: first whom, then, after looking, on what basis."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ingest.identities import IdentityRefused
from ingest.identity_csv import IdentityRow
from ingest.sentences import said
from ingest.wikidata import IDS_A_CALL, read_ids
from ingest.wikidata_people import sealed, unsealed


class LookUpForm(forms.Form):
    ids = forms.CharField(
        label=_("Wikidata ids"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "placeholder": "Q42"}),
        help_text=_("One a line or with commas between, such as Q42; addresses of Wikidata pages will do. At most 50."),
    )

    def clean_ids(self) -> list[str]:
        try:
            ids = read_ids(self.cleaned_data["ids"])
        except ValueError as error:
            raise ValidationError(said(error, gettext)) from error
        if len(ids) > IDS_A_CALL:
            raise ValidationError(_("These are %(n)s; look up 50 at a time."), params={"n": len(ids)})
        return ids


class ConfirmForm(forms.Form):
    """`seen` are the sealed rows of the preview, `chosen` those of them that are to enter."""

    seen = forms.CharField(widget=forms.HiddenInput)
    chosen = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": _("Only people of the preview can be chosen.")}
    )
    basis = forms.CharField(
        label=_("Basis"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why these people are public figures."),
    )
    rows: Sequence[IdentityRow] = ()

    def __init__(self, *args: Any, rows: Sequence[IdentityRow] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(seen=sealed(rows), chosen=[row.wikidata_id for row in rows])
        self.rows = self._rows_seen() if self.is_bound else rows
        choices = [(row.wikidata_id, row.name) for row in self.rows]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]  # declared as a field of choices above

    def _rows_seen(self) -> Sequence[IdentityRow]:
        try:
            return unsealed(str(self.data.get("seen", "")))
        except IdentityRefused:
            return ()

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"]
        try:
            unsealed(seen)
        except IdentityRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return seen

    def clean_chosen(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["chosen"]
        if not chosen and self.rows:
            raise ValidationError(_("Choose at least one person."))
        return chosen

    def rows_chosen(self) -> list[IdentityRow]:
        return [row for row in self.rows if row.wikidata_id in self.cleaned_data["chosen"]]
