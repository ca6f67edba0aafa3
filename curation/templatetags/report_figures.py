"""Figures as reports show them."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format

from curation.figure import Figure
from curation.proportions import Proportion
from curation.waiting_lists import CAP

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share of 0 to 1 as "98.4 %": never rounded up to 100, nor down to 0."""
    if share is None:
        return "–"
    if 0 < share < 1:
        share = min(max(share, 0.001), 0.999)
    return f"{_number(share * 100, 1)} %"


@register.filter
def kappa(value: float) -> str:
    """With two places and a true minus sign: "−0.12"."""
    return _number(value, 2)


@register.filter
def capped(count: int) -> str:
    """ "999+" where there was no counting further."""
    return f"{CAP}+" if count > CAP else str(intcomma(count))


@register.filter
def measured(figure: Figure | Proportion, measure: str) -> str:
    """The value as that measure is written: a share in percent, a coefficient with two places."""
    if figure.value is None:
        return "–"
    return percent(figure.value) if measure == "percent" else kappa(figure.value)


@register.filter
def interval(figure: Figure | Proportion, measure: str) -> str:
    """ "0.81–0.85", or "97.9–98.8 %"; nothing where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    if measure == "percent":
        return f"{_number(figure.low * 100, 1)}–{_number(figure.high * 100, 1)} %"
    low, high = kappa(figure.low), kappa(figure.high)
    return f"{low} … {high}" if figure.low < 0 else f"{low}–{high}"


@register.filter
def points(share: float) -> str:
    """A difference of shares in points, with its sign: "+3.4"."""
    written = _number(share * 100, 1)
    return written if written.startswith("−") or not float(f"{share * 100:.1f}") else f"+{written}"


def _number(value: float, places: int) -> str:
    """As the reader's language writes it, with a true minus sign and no negative zero."""
    return number_format(round(value, places) + 0.0, places).replace("-", "−")
