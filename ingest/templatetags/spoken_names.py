"""Codes as people say them."""

from django import template
from django.utils.translation import gettext as _

from ingest.licences import NO_ASSERTION
from ingest.licences import licence_name as name_of
from ingest.priority import in_words
from ingest.sentences import said
from ingest.sources import label_of_source

register = template.Library()


@register.filter
def source_name(source: str) -> str:
    return said(label_of_source(source), _)


@register.filter(name="said")
def said_here(words: str) -> str:
    """A sentence of a module that knows no Django, in the reader's language."""
    return said(words, _)


@register.filter
def priority_name(priority: int) -> str:
    return in_words(priority)


@register.filter
def licence_name(spdx: str | None) -> str:
    """ "CC BY-SA 4.0"; a dash where no licence is known yet."""
    return name_of(spdx) if spdx else "–"


@register.filter
def names_no_licence(spdx: str) -> bool:
    return spdx == NO_ASSERTION
