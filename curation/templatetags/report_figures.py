"""Figures as reports show them."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

from curation.waiting_lists import CAP

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share of 0 to 1 as "98.4 %": never rounded up to 100, nor down to 0."""
    if share is None:
        return "–"
    if 0 < share < 1:
        share = min(max(share, 0.001), 0.999)
    return f"{share * 100:.1f} %"


@register.filter
def kappa(value: float) -> str:
    """With a true minus sign: "−0.12"."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


@register.filter
def capped(count: int) -> str:
    """ "999+" where there was no counting further."""
    return f"{CAP}+" if count > CAP else str(intcomma(count))
