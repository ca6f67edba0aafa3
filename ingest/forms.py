"""What an admin types about identities and crawl jobs."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ingest.access import NO_CONTACT, may_ask
from ingest.csv_input import MAX_BYTES
from ingest.identities import approved
from ingest.job_orders import DEFAULT_LIMIT, MAX_LIMIT, JobRefused, why_not_on_offer
from ingest.models import CrawlJob, Identity
from ingest.priority import PRIORITIES
from ingest.sentences import said
from ingest.sources import SOURCES

NO_FOLDERS = _("Only for folders that MTF_FOLDER_ROOTS names: an operator sets it.")
MOST_TEXT = 1_000_000  # characters of a list that is typed, or shown again to be mended


class CsvField(forms.FileField):
    """The bytes of an uploaded table, whose rows are read later, with their lines."""

    widget = forms.FileInput(attrs={"accept": ".csv,text/csv"})

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file: UploadedFile[Any] | None = super().clean(data, initial)
        if file is None:  # where it need not be given
            return b""
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


class JobFilter(forms.Form):
    state = forms.ChoiceField(required=False, choices=[("", _("all")), *CrawlJob.State.choices])
    source = forms.CharField(required=False, max_length=30)


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
    priority = forms.TypedChoiceField(
        label=_("In the reviewers’ queue"),
        coerce=int,
        choices=list(PRIORITIES.items()),
        required=False,
        empty_value=None,
        initial=0,
    )

    def identities(self) -> list[Identity] | None:
        """None where the order itself names them."""
        return None

    def parameters(self) -> dict[str, Any]:
        return {"limit": self.cleaned_data["limit"]}

    def blame(self, refusal: JobRefused) -> None:
        """The sentence beside what it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class SearchJobForm(JobForm):
    """One order over several sources, each of which becomes a job of its own."""

    source = forms.MultipleChoiceField(
        label=_("Sources"), error_messages={"required": _("Choose at least one source.")}, choices=()
    )
    all_approved = forms.BooleanField(label=_("All approved identities"), required=False)
    identities_wanted = forms.ModelMultipleChoiceField(
        label=_("Identities"),
        queryset=Identity.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Only approved identities can be looked for.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identities_wanted"].queryset = approved()  # type: ignore[attr-defined]
        offered = [(name, said(SOURCES[name].label, gettext)) for name in sources_on_offer() if SOURCES[name].searches]
        self.fields["source"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("identities_wanted")
        if not cleaned.get("all_approved") and not chosen and "identities_wanted" not in self.errors:
            self.add_error("identities_wanted", _("Choose at least one identity, or all."))
        return cleaned

    def identities(self) -> list[Identity]:
        return list(approved() if self.cleaned_data["all_approved"] else self.cleaned_data["identities_wanted"])

    def ids_wanted(self) -> list[int]:
        """Whatever was chosen so far, valid or not; nothing that is no number."""
        return [int(value) for value in self["identities_wanted"].value() or () if str(value).isdecimal()]

    def limit_wanted(self) -> int:
        """The limit as far as it makes sense."""
        value = str(self["limit"].value())
        return min(max(int(value), 1), MAX_LIMIT) if value.isdecimal() else DEFAULT_LIMIT


class UrlsJobForm(JobForm):
    csv = CsvField(
        label=_("List of URLs"),
        required=False,
        help_text=_("CSV with the columns identity, image_url, page_url, licence_url, creator."),
    )
    pasted = forms.CharField(
        label=_("… or its text"),
        required=False,
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "table-text"}),
    )
    field_order = ["csv", "pasted", "limit", "allow_unproved"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("csv") and not cleaned.get("pasted", "").strip() and not self.errors:
            self.add_error("csv", _("Choose a file, or put its text below."))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        return super().parameters() | {"csv": self.cleaned_data["csv"] or self.cleaned_data["pasted"]}

    def blame(self, refusal: JobRefused) -> None:
        """A file has to be chosen again each time; its text stays, and can be mended at once."""
        sent: bytes = self.cleaned_data.get("csv") or b""
        super().blame(refusal)
        if sent and len(sent) <= MOST_TEXT:
            kept = QueryDict(mutable=True)
            kept.update(self.data)
            kept["pasted"] = sent.decode("utf-8-sig", "replace")
            self.data = kept


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


FORMS: dict[str, type[JobForm]] = {name: SearchJobForm for name, source in SOURCES.items() if source.searches} | {
    "urls": UrlsJobForm,
    "folder": FolderJobForm,
}


def sources_not_on_offer() -> dict[str, str]:
    """What the settings keep from the web page, each with the sentence that says which setting is missing."""
    reasons = {name: why_not_on_offer(name) for name in FORMS}
    if not settings.FOLDER_ROOTS:
        reasons["folder"] = str(NO_FOLDERS)
    return {name: reason for name, reason in reasons.items() if reason}


def sources_on_offer() -> list[str]:
    missing = sources_not_on_offer()
    return [name for name in FORMS if name not in missing]


def why_not_now(source: str) -> str:
    """In words, for a source that cannot be asked as things stand; "" for one that can."""
    if source not in FORMS:
        return str(_("Not set up here."))
    address = settings.SOURCE_URLS.get(source, "")
    no_contact = gettext(NO_CONTACT) if address and not may_ask(address) else ""
    return sources_not_on_offer().get(source, "") or no_contact
