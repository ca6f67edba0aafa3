"""Addresses of pages that this installation may not have."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def link_to(name: str, *args: Any) -> str:
    """The page's address, or nothing."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
