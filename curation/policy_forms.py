"""The forms of a draft, and what is asked at its activation."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Policy
from curation.overlap_forms import OverlapForm
from curation.policy_changes import ClassChange, class_changes
from curation.policy_drafts import codes_taken
from curation.policy_rows import AGES, CLASSES, PICTURES, REASONS

ANEW = "anew"
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
