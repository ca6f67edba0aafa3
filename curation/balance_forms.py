"""The wanted faces of every cell, in one form."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from curation.balance import CELLS, Cell
from ingest.attributes import AGE, GENDER, RACE

MOST = 1_000_000


class BalanceForm(forms.Form):
    def __init__(self, data: Any = None, *, wanted: Mapping[Cell, int]) -> None:
        super().__init__(data, initial={name_of(cell): wanted.get(cell) for cell in CELLS}, label_suffix="")
        for cell in CELLS:
            label = in_words(cell)
            self.fields[name_of(cell)] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=MOST,
                widget=forms.NumberInput({"aria-label": label, "inputmode": "numeric", "placeholder": "0"}),
            )

    def wanted(self) -> dict[Cell, int]:
        return {cell: self.cleaned_data[name_of(cell)] or 0 for cell in CELLS}

    def boxes(self) -> Iterator[tuple[Cell, forms.BoundField]]:
        for cell in CELLS:
            yield cell, self[name_of(cell)]


def name_of(cell: Cell) -> str:
    return "wanted_{}_{}_{}".format(*cell)


def in_words(cell: Cell) -> str:
    race, gender, age = cell
    names = {"race": RACE[race], "gender": GENDER[gender], "age": AGE[age]}
    return _("wanted faces perceived as %(race)s, %(gender)s, %(age)s") % names
