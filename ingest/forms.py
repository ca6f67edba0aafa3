"""What an admin types about identities and crawl jobs."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ingest.csv_input import MAX_BYTES
from ingest.identities import approved
from ingest.jobs import DEFAULT_LIMIT, MAX_LIMIT
from ingest.models import Identity


class CsvField(forms.FileField):
    """The bytes of an uploaded table, whose rows are read later, with their lines."""

    widget = forms.FileInput(attrs={"accept": ".csv,text/csv"})

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file: UploadedFile[Any] = super().clean(data, initial)
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(_("The file is larger than 20 MB."))
        return bytes(file.read())


class ImportForm(forms.Form):
    file = CsvField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8, the column names in the first line: name is needed; "
            "aliases (one|two), wikidata_id, birth_date, race, gender and basis if you like."
        ),
    )
    basis = forms.CharField(
        label=_("Basis"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why these people are public figures. A line’s own basis goes before it."),
    )


class ApproveForm(forms.Form):
    basis = forms.CharField(
        label=_("Basis"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why this is a public figure: an office, a profession in public, an event."),
    )


class JobForm(forms.Form):
    """What all sources ask; a source that asks for more has a form of its own in FORMS."""

    limit = forms.IntegerField(
        label=_("Pictures for each identity, at most"),
        min_value=1,
        max_value=MAX_LIMIT,
        initial=DEFAULT_LIMIT,
    )
    allow_unproved = forms.BooleanField(
        label=_("Review pictures whose licence is not proved"),
        required=False,
        help_text=_("They are marked, and never released. NC and ND are refused all the same."),
    )

    def identities(self) -> list[Identity] | None:
        """None where the order itself names them."""
        return None

    def parameters(self) -> dict[str, Any]:
        return {"limit": self.cleaned_data["limit"]}


class SearchJobForm(JobForm):
    all_approved = forms.BooleanField(label=_("All approved identities"), required=False)
    identities_wanted = forms.ModelMultipleChoiceField(
        label=_("Identities"),
        queryset=Identity.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Only approved identities can be looked for.")},
    )
    field_order = ["all_approved", "identities_wanted", "limit", "allow_unproved"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identities_wanted"].queryset = approved()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("identities_wanted")
        if not cleaned.get("all_approved") and not chosen and "identities_wanted" not in self.errors:
            self.add_error("identities_wanted", _("Choose at least one identity, or all."))
        return cleaned

    def identities(self) -> list[Identity]:
        return list(approved() if self.cleaned_data["all_approved"] else self.cleaned_data["identities_wanted"])


class UrlsJobForm(JobForm):
    csv = CsvField(
        label=_("List of URLs"),
        help_text=_("CSV with the columns identity, image_url, page_url, licence_url, creator."),
    )
    field_order = ["csv", "limit", "allow_unproved"]

    def parameters(self) -> dict[str, Any]:
        return super().parameters() | {"csv": self.cleaned_data["csv"]}


class FolderJobForm(JobForm):
    root = forms.CharField(
        label=_("Folder on the server"), help_text=_("One sub-folder for each identity, named for it.")
    )
    licence = forms.CharField(
        label=_("Licence of all pictures"),
        help_text=_("SPDX id or Creative Commons address. You vouch for it: the job carries your name."),
        widget=forms.TextInput(attrs={"placeholder": "CC-BY-4.0"}),
    )
    creator = forms.CharField(label=_("Creator"), required=False)
    field_order = ["root", "licence", "creator", "limit", "allow_unproved"]

    def clean_root(self) -> str:
        wanted = Path(self.cleaned_data["root"])
        real = wanted.resolve()
        if not wanted.is_absolute() or not any(real.is_relative_to(root.resolve()) for root in settings.FOLDER_ROOTS):
            shown = ", ".join(str(root) for root in settings.FOLDER_ROOTS)
            raise ValidationError(_("The folder must lie below: %(roots)s."), params={"roots": shown})
        return str(real)

    def parameters(self) -> dict[str, Any]:
        stated = ("root", "licence", "creator")
        return super().parameters() | {name: self.cleaned_data[name] for name in stated}


FORMS: dict[str, type[JobForm]] = {"bing": SearchJobForm, "urls": UrlsJobForm, "folder": FolderJobForm}


def sources_on_offer() -> list[str]:
    """A folder is offered only where the settings name folders that may be read."""
    return [name for name in FORMS if name != "folder" or settings.FOLDER_ROOTS]
