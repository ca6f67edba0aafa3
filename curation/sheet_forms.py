"""The release sheet as a form: a field a question, checked as the sheet itself checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curation.release import sheet
from ingest.sentences import said

ONE_LINE = {"line": forms.TextInput, "email": forms.EmailInput, "url": forms.URLInput, "contact": forms.TextInput}
HIGH = {"authors": 3, "keywords": 2, "doi": 1}


@dataclass(frozen=True)
class Row:
    """A question on the page. `fact` is what the data said in the newest release, as safe HTML."""

    question: sheet.Question
    field: BoundField
    answered: bool
    fact: str
    by: str

    @property
    def hidden(self) -> str:
        """What stood there when the page was made, to know later what was changed."""
        return self.field.as_hidden(only_initial=True)

    @property
    def is_missing(self) -> bool:
        return self.question.is_required and not self.answered


class SheetForm(forms.Form):
    """Only what was changed on the page is kept: what colleagues wrote in the meantime stays."""

    def __init__(self, data: Any = None, *, answers: Mapping[str, str]) -> None:
        super().__init__(data, initial={_name(code): text for code, text in answers.items()}, label_suffix="")
        for question in sheet.QUESTIONS:
            self.fields[_name(question.code)] = _field(question)

    def clean(self) -> dict[str, Any]:
        for question in sheet.QUESTIONS:
            self._check(question)
        return self.cleaned_data

    def _check(self, question: sheet.Question) -> None:
        name = _name(question.code)
        text = self.cleaned_data.get(name, "")
        if name not in self.changed_data:
            return
        try:
            self.cleaned_data[name] = sheet.check(question.code, text)
        except sheet.AnswerError as error:
            self.add_error(name, said(error, gettext))

    def changes(self) -> dict[str, str]:
        """Answers by code, of those that were changed."""
        names = {_name(question.code): question.code for question in sheet.QUESTIONS}
        return {names[name]: self.cleaned_data[name] for name in self.changed_data}

    def bound(self, question: sheet.Question) -> BoundField:
        return self[_name(question.code)]

    def wrong(self) -> Iterator[tuple[sheet.Question, BoundField]]:
        """What is not right, in the order of the page."""
        for question in sheet.QUESTIONS:
            field = self.bound(question)
            if field.errors:
                yield question, field


def _name(code: str) -> str:
    return code.replace(".", "-")


def _field(question: sheet.Question) -> forms.Field:
    known: dict[str, Any] = {"required": False, "label": _(question.text), "show_hidden_initial": True}
    if question.form == "choice":
        return forms.ChoiceField(
            choices=[(value, _(words)) for value, words in question.choices], widget=forms.RadioSelect, **known
        )
    return forms.CharField(widget=_widget(question), strip=False, help_text=_help(question), **known)


def _widget(question: sheet.Question) -> forms.Widget:
    if question.form in ONE_LINE:
        return ONE_LINE[question.form]()
    return forms.Textarea(attrs={"rows": HIGH.get(question.form, 2 if question.answered != "opinion" else 4)})


def _help(question: sheet.Question) -> Any:
    return "" if question.answered != "fact" else _("Add to it, if there is more to say.")
