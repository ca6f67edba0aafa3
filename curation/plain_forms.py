"""Forms and fields of JSON: values may be of any type, and nothing is drawn."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.forms.renderers import get_default_renderer
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _

UUID_AS_EVER = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Words(forms.CharField):
    """What a person typed. Half a surrogate pair, as scripts may cut one, becomes "?": PostgreSQL holds none."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).encode("utf-8", "replace").decode()


# What a script sends is nearly always as it should be, and taken as it is; all else goes the long way, to the same end.


class Number(forms.IntegerField):
    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, required: bool = True) -> None:
        super().__init__(min_value=min_value, max_value=max_value, required=required)
        self._usual = range(min_value or 0, 2**63 if max_value is None else max_value + 1)

    def clean(self, value: Any) -> Any:
        return value if type(value) is int and value in self._usual else super().clean(value)


class Key(forms.UUIDField):
    def clean(self, value: Any) -> Any:
        return UUID(value) if type(value) is str and UUID_AS_EVER.fullmatch(value) else super().clean(value)


class Moment(forms.DateTimeField):
    """From JSON, where a value may be of any type."""

    def clean(self, value: Any) -> Any:
        try:
            moment = datetime.fromisoformat(value) if type(value) is str else None
        except ValueError:
            moment = None
        return moment if moment and moment.tzinfo else super().clean(value)

    def to_python(self, value: Any) -> datetime | None:
        return super().to_python(value if value in self.empty_values else str(value))


class Code(forms.ChoiceField):
    """One of a few texts. What they are called waits to be translated, and is left alone."""

    def __init__(self, codes: Collection[str], *, required: bool = True) -> None:
        super().__init__(choices=[(code, code) for code in codes], required=required)
        self._codes = frozenset(map(str, codes))

    def clean(self, value: Any) -> Any:
        return value if type(value) is str and value in self._codes else super().clean(value)

    def valid_value(self, value: Any) -> bool:
        return str(value) in self._codes


class Payload(forms.JSONField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:  # nested too deep, or a number of thousands of digits
            raise forms.ValidationError(_("This JSON cannot be read.")) from error


class PlainForm(forms.Form):
    """A form of JSON. Nothing is drawn, so nothing is made that drawing wants; its fields are those of the class."""

    def __init__(self, data: Any) -> None:
        self.data, self.is_bound, self.empty_permitted = data, True, False
        self.fields, self.prefix, self.error_class = self.base_fields, None, ErrorList
        self.renderer, self._errors = get_default_renderer(), None
        self.auto_id, self._bound_fields_cache = False, dict[str, Any]()  # wanted by a field that is found wrong

    def _clean_fields(self) -> None:
        for name, field, absent, check in _checks(type(self)):
            if absent and name not in self.data:
                self.cleaned_data[name] = absent[0]
                continue
            try:
                self.cleaned_data[name] = field.clean(field.widget.value_from_datadict(self.data, {}, name))
                if check:
                    self.cleaned_data[name] = check(self)
            except forms.ValidationError as error:
                self.add_error(name, error)


@cache
def _checks(form: type[PlainForm]) -> list[tuple[str, forms.Field, list[Any], Callable[[PlainForm], Any] | None]]:
    """Of each field its name, what it comes to where it may be left out, and what the form itself has to say of it."""
    return [
        (name, field, [] if field.required else [field.clean(None)], getattr(form, f"clean_{name}", None))
        for name, field in form.base_fields.items()
    ]
