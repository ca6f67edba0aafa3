"""Sentences of modules that know no Django: they are English there, and can be said in another language later."""

from collections.abc import Callable
from typing import Any, Self


class Sentence(str):
    """The English sentence, which is `form` with `values` put in by Python's %.

    `form` stands in the catalogues of translations: it is a literal wherever a sentence is made.
    """

    form: str
    values: dict[str, Any]

    def __new__(cls, form: str, **values: Any) -> Self:
        made = super().__new__(cls, form % values)
        made.form, made.values = form, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """How a copy is made, or one that comes out of a pickle."""
        return (self.form,), self.values


def said(error: str | Exception, gettext: Callable[[str], str]) -> str:
    """A sentence, or what an exception says, in the language of `gettext`; what is no Sentence stays as it is."""
    words = error.args[0] if isinstance(error, Exception) and error.args else error
    return gettext(words.form) % words.values if isinstance(words, Sentence) else str(error)
