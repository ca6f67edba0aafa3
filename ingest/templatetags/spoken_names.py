"""Codes as people say them."""

from django import template

from ingest.licences import NO_ASSERTION
from ingest.licences import licence_name as name_of
from ingest.priority import in_words
from ingest.sources import label_of_source

register = template.Library()


@register.filter
def source_name(source: str) -> str:
    return label_of_source(source)


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
