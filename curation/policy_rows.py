"""What a draft lists, each a set of rows: its reasons, the classes of a field, the pictures of its guideline."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from curation.guideline_pictures import LIMITS, is_kept, keep
from curation.models import GuidelinePicture
from curation.policies import LONGEST_CODE, MUST_STAY, REASON_CODE
from ingest.pictures import PictureRefused
from ingest.sentences import said

SHA256 = RegexValidator(r"\A[0-9a-f]{64}\Z")
BANDS = (("", "—"), ("1", gettext_lazy("young")), ("2", gettext_lazy("old")))


class Row(forms.Form):
    """One line of a list; its widgets carry their label themselves, for the column's head is far away."""

    use_required_attribute = False
    makes_no_row = frozenset({"ORDER", "DELETE"})

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label

    def has_changed(self) -> bool:
        """A place without anything in it is no row."""
        return bool(set(self.changed_data) - self.makes_no_row)


class ReasonRow(Row):
    key = forms.ChoiceField(label=gettext_lazy("Key"), choices=[("", "–"), *((str(n), str(n)) for n in range(1, 10))])
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=LONGEST_CODE,
        validators=[
            RegexValidator(rf"\A{REASON_CODE.pattern}\Z", gettext_lazy("Small letters, digits and _, a letter first."))
        ],
    )
    label = forms.CharField(label=gettext_lazy("What reviewers read"), max_length=80)


class ClassRow(Row):
    code = forms.IntegerField(label=gettext_lazy("Code"), min_value=1, max_value=9)
    label = forms.CharField(label=gettext_lazy("What reviewers read"), max_length=80)


class AgeRow(ClassRow):
    band = forms.TypedChoiceField(
        label=gettext_lazy("Counts in a release as"), choices=BANDS, required=False, coerce=int, empty_value=None
    )

    def clean(self) -> dict[str, Any]:
        known = super().clean() or {}
        if known.get("code") and known["code"] not in (1, 2) and not known.get("band"):
            self.add_error("band", _("Say whether it counts as young or as old."))
        return known


class PictureRow(Row):
    # The script takes empty rows away and the kind with them, which is a change: of nothing.
    makes_no_row = Row.makes_no_row | {"kind"}

    sha256 = forms.CharField(required=False, validators=[SHA256], widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("An example to"), choices=GuidelinePicture.Kind.choices, initial=GuidelinePicture.Kind.NOTE
    )
    caption = forms.CharField(label=gettext_lazy("What it shows"), max_length=300)

    def clean(self) -> dict[str, Any]:
        """The picture is kept at once: a mistake elsewhere in the form does not lose it."""
        known = super().clean() or {}
        file, sha256 = known.get("file"), known.get("sha256")
        if file is not None:
            self._take(file, known)
        elif not sha256:
            self.add_error("file", _("Choose a picture."))
        elif not is_kept(sha256):
            self.add_error("file", _("This picture is not there any more: choose it again."))
        return known

    def _take(self, file: Any, known: dict[str, Any]) -> None:
        try:
            if file.size > LIMITS.max_bytes:
                raise PictureRefused("too_many_bytes", _("The file has more than 15 MB."))
            known["sha256"] = keep(file.read())
        except PictureRefused as refusal:
            self.add_error("file", f"{file.name}: {said(refusal, gettext)}")
            return
        self.data = {**{name: self.data.get(name) for name in self.data}, self.add_prefix("sha256"): known["sha256"]}

    @property
    def shown(self) -> str:
        """The hash of the picture to show in the row."""
        value = str(self["sha256"].value() or "")
        return value if len(value) == 64 and "sha256" not in self.errors else ""


class Rows(BaseFormSet):  # type: ignore[type-arg]  # generic for the type checker only
    unique: tuple[str, ...] = ()

    def __init__(self, *args: Any, taken: Mapping[int, str] | None = None, **known: Any) -> None:
        self.taken = taken or {}
        super().__init__(*args, **known)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].widget.attrs |= {"aria-label": _("Place"), "class": "place"}
        form.fields["DELETE"].widget.attrs |= {"aria-label": _("Remove")}

    def clean(self) -> None:
        for name in self.unique:
            self._check_unique(name)
        for form in self._standing():
            code = form.cleaned_data.get("code")
            if code in self.taken:
                words = _("This code stood for “%s” once. Take one that was never used.")
                form.add_error("code", words % self.taken[code])

    def _check_unique(self, name: str) -> None:
        seen = set()
        for form in self._standing():
            value = str(form.cleaned_data.get(name) or "").casefold()
            if value and value in seen:
                form.add_error(name, _("Another row has this already."))
            seen.add(value)

    def _standing(self) -> Iterator[Any]:
        gone = self.deleted_forms
        yield from (form for form in self.forms if form.has_changed() and form not in gone and _was_read(form))

    def rows(self) -> list[dict[str, Any]]:
        """In their order, those without a place last."""
        known = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]]
        return sorted(known, key=lambda row: (row["ORDER"] is None, row["ORDER"] or 0))


def _was_read(form: forms.Form) -> bool:
    return hasattr(form, "cleaned_data")


class ReasonRows(Rows):
    unique = ("code", "key", "label")

    def clean(self) -> None:
        super().clean()
        missing = set(MUST_STAY) - {form.cleaned_data.get("code") for form in self._standing()}
        if missing:
            raise forms.ValidationError(_("The reasons with the codes wrong_person and other must stay."))


class ClassRows(Rows):
    unique = ("code", "label")

    def clean(self) -> None:
        super().clean()
        if not list(self._standing()):
            raise forms.ValidationError(_("At least one class must stay."))


def _rows(row: type[Row], base: type[Rows], most: int, spare: int = 2) -> Any:
    options = {"can_order": True, "can_delete": True, "max_num": most, "validate_max": True, "extra": spare}
    return formset_factory(row, formset=base, **options)  # type: ignore[arg-type]


REASONS = _rows(ReasonRow, ReasonRows, 9)
CLASSES = _rows(ClassRow, ClassRows, 9)
AGES = _rows(AgeRow, ClassRows, 9)
PICTURES = _rows(PictureRow, Rows, 40)
