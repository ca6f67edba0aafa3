"""Roles as people say them."""

from collections.abc import Iterable

from django import template

from mtf_site import roles

register = template.Library()


@register.filter
def role_names(names: Iterable[str]) -> str:
    """ "reviewer, admin" in the reader's language."""
    return roles.in_words(names)


@register.filter
def role_name(name: str) -> str:
    return roles.in_words([name])
