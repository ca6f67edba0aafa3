"""What a release manager chooses before a release is frozen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.models import Release
from curation.release.errors import ReleaseRefused
from curation.release.naming import TASKS, check_version
from curation.release.orders import ACCEPTABLE, CURATED, FORMATS, Order, order

TASK_WORDS = {"identity": _("identity"), "race": _("race"), "gender": _("gender"), "age": _("age")}
FORMAT_WORDS = {
    "imagefolder": _("folders of JPEGs (torchvision, Hugging Face)"),
    "parquet": _("Parquet with embedded images (Hugging Face)"),
    "webdataset": _("WebDataset: tar shards"),
}


class OrderForm(forms.Form):
    version = forms.CharField(
        label=_("Version"), max_length=20, widget=forms.TextInput({"autocomplete": "off", "inputmode": "decimal"})
    )
    selection = forms.ChoiceField(
        label=_("Set"), choices=Release.Selection.choices, widget=forms.RadioSelect, initial=CURATED
    )
    tasks = forms.MultipleChoiceField(
        label=_("Tasks with trees and splits"),
        choices=[(task, TASK_WORDS[task]) for task in TASKS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one task at least.")},
    )
    formats = forms.MultipleChoiceField(
        label=_("Formats, beside metadata.csv"),
        choices=[(name, FORMAT_WORDS[name]) for name in FORMATS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    accept = forms.MultipleChoiceField(
        choices=[(code, code) for code in ACCEPTABLE], widget=forms.MultipleHiddenInput, required=False
    )

    def __init__(self, data: Any = None, **known: Any) -> None:
        super().__init__(data, label_suffix="", **known)

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"].strip()
        try:
            check_version(version)
        except ReleaseRefused as refusal:
            raise forms.ValidationError(_("The version must be three numbers, like 1.0.0.")) from refusal
        return version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                data["order"] = order(
                    data["version"],
                    selection=data["selection"],
                    tasks=data["tasks"],
                    formats=data["formats"],
                    accept=data["accept"],
                )
            except ReleaseRefused as refusal:
                self.add_error("version", str(refusal))
        return data

    @property
    def order(self) -> Order:
        found: Order = self.cleaned_data["order"]
        return found
