"""The forms of a draft: one of single fields, and one of rows for each list. And what is asked at its activation."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from curation.guideline_pictures import LIMITS, is_kept, keep
from curation.models import GuidelinePicture, Policy
from curation.overlap_forms import OverlapForm
from curation.policies import LONGEST_CODE, MUST_STAY, REASON_CODE
from curation.policy_changes import ClassChange, class_changes
from curation.policy_drafts import codes_taken
from ingest.pictures import PictureRefused
from ingest.sentences import said

SHA256 = RegexValidator(r"\A[0-9a-f]{64}\Z")
ANEW = "anew"
BANDS = (("", "—"), ("1", gettext_lazy("young")), ("2", gettext_lazy("old")))
Carry = dict[str, dict[str, str | None]]


class DraftForm(forms.Form):
    blind_fields = forms.MultipleChoiceField(
        label=gettext_lazy("Asked blind"),
        choices=[("race", gettext_lazy("race")), ("gender", gettext_lazy("gender")), ("age", gettext_lazy("age"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What is not ticked is shown with the value that is claimed of the identity."),
    )
    field_runs = forms.BooleanField(
        label=gettext_lazy("Ask one field in a run over many faces"),
        required=False,
        help_text=gettext_lazy("Instead of all fields of one face, then the next face."),
    )
    label_race = forms.CharField(label=gettext_lazy("Name of the field"), max_length=60)
    label_gender = forms.CharField(label=gettext_lazy("Name of the field"), max_length=60)
    label_age = forms.CharField(label=gettext_lazy("Name of the field"), max_length=60)
    guideline = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 14}),
        help_text=gettext_lazy("An empty line begins a new paragraph."),
    )


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


class DraftForms:
    """All of a draft in one submission. `start` is the policy whose values stand there at first."""

    def __init__(self, start: Policy, parent: Policy, data: Any = None, files: Any = None) -> None:
        fields = {field["code"]: field for field in start.fields}
        labels = {f"label_{code}": field["label"] for code, field in fields.items()}
        names = ("blind_fields", "field_runs", "guideline")
        self.overlap = OverlapForm(data, start=start)
        self.one = DraftForm(data, initial={name: getattr(start, name) for name in names} | labels, label_suffix="")
        self.reasons = REASONS(data, prefix="reasons", initial=None if data is not None else start.reasons)
        taken = codes_taken(parent)
        self.classes = {
            code: (AGES if code == "age" else CLASSES)(
                data, prefix=code, initial=None if data is not None else known["classes"], taken=taken.get(code)
            )
            for code, known in fields.items()
        }
        shown = None if data is not None else list(start.pictures.values("sha256", "kind", "caption"))
        self.pictures = PICTURES(data, files, prefix="pictures", initial=shown)

    @property
    def all(self) -> list[Any]:
        return [self.overlap, self.one, self.reasons, *self.classes.values(), self.pictures]

    def is_valid(self) -> bool:
        """All are looked at, so that every mistake is shown at once."""
        return not [form for form in self.all if not form.is_valid()]

    @property
    def sections(self) -> list[tuple[str, Any, Any]]:
        """Of the attributes: code, the field that holds its name, its rows."""
        return [(code, self.one[f"label_{code}"], rows) for code, rows in self.classes.items()]

    def values(self) -> dict[str, Any]:
        known = self.one.cleaned_data
        names = ("blind_fields", "field_runs", "guideline")
        return {
            **self.overlap.values(),
            **{name: known[name] for name in names},
            "reasons": [{"code": r["code"], "key": r["key"], "label": r["label"]} for r in self.reasons.rows()],
            "fields": [
                {
                    "code": code,
                    "label": known[f"label_{code}"],
                    "classes": [_class(r) for r in self.classes[code].rows()],
                }
                for code in self.classes
            ],
        }


def _class(row: Mapping[str, Any]) -> dict[str, Any]:
    band = {"band": row["band"]} if row.get("band") else {}
    return {"code": row["code"], "label": row["label"], **band}


class ActivationForm(forms.Form):
    """What becomes of the answers given so far, class by class."""

    heeds_open = forms.BooleanField(label=gettext_lazy("Also for questions that are open now"), required=False)
    note = forms.CharField(
        label=gettext_lazy("What changed, and why"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: Any = None, *, draft: Policy, chosen: Mapping[str, Any]) -> None:
        """`chosen` so far, and not confirmed."""
        super().__init__(data, initial={"note": draft.note}, label_suffix="")
        self.draft = draft
        self.initial.update({name: chosen[name] for name in ("heeds_open", "note") if name in chosen})
        for row in self.changes:
            self.fields[_name(row)] = forms.ChoiceField(
                label=row.label,
                choices=[("", _("choose …")), *self._choices(row)],
                initial=chosen.get(_name(row), "" if row.changed else str(row.code)),
                error_messages={"required": _("Say what becomes of the answers.")},
            )

    @cached_property
    def changes(self) -> list[ClassChange]:
        return class_changes(self.draft.parent, self.draft) if self.draft.parent else []

    def _choices(self, row: ClassChange) -> list[tuple[str, str]]:
        field = next(field for field in self.draft.fields if field["code"] == row.field)
        now = [(str(one["code"]), _("count as “%s”") % one["label"]) for one in field["classes"]]
        return [*now, (ANEW, _("ask anew"))]

    @property
    def rows(self) -> list[tuple[ClassChange, forms.BoundField]]:
        return [(row, self[_name(row)]) for row in self.changes]

    def carry(self) -> Carry:
        """As far as it was said: also of a form that is not whole yet."""
        said: Carry = {}
        for row in self.changes:
            value = str(self[_name(row)].value() or "")
            allowed = {code for code, _label in self._choices(row)}
            if value in allowed and (row.changed or value != str(row.code)):
                said.setdefault(row.field, {})[str(row.code)] = None if value == ANEW else value
        return said

    @property
    def is_told(self) -> bool:
        return all(self[_name(row)].value() for row in self.changes)


def _name(row: ClassChange) -> str:
    return f"{row.field}_{row.code}"
