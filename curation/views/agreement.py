"""How far reviewers agree. Not for reviewers: knowing one's own figures changes how one votes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from curation.agreement import Agreement, Figure
from curation.agreement_report import report
from mtf_site.roles import Role, allow

FEW = 30  # faces; below, a figure says little
TITLES = {
    "usable": _("The right person, and a usable face?"),
    "race": _("Perceived race"),
    "gender": _("Perceived gender"),
    "age": _("Age in the picture"),
}


@dataclass(frozen=True)
class Row:
    names: tuple[str, str]
    n: int
    percent: Figure
    kappa: Figure

    @property
    def is_thin(self) -> bool:
        return self.n < FEW


@dataclass(frozen=True)
class Card:
    field: str
    title: str
    found: Agreement
    rows: tuple[Row, ...]

    @property
    def has_thin_rows(self) -> bool:
        return any(row.is_thin for row in self.rows)


@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = report()
    names = _names(found)
    cards = [_card(field, agreed, names) for field, agreed in found.items()]
    started = any(card.found.percent_agreement.n for card in cards)
    return render(request, "curation/agreement.html", {"cards": cards, "started": started, "few": FEW})


def _names(found: Mapping[str, Agreement]) -> dict[int, str]:
    people = {person for agreed in found.values() for pair in agreed.pairs for person in (pair.a, pair.b)}
    users = User.objects.filter(pk__in=people)
    return {user.pk: user.get_full_name() or user.get_username() for user in users}


def _card(field: str, found: Agreement, names: Mapping[int, str]) -> Card:
    pairs = [Row(_sorted(names, pair.a, pair.b), pair.n, pair.percent, pair.kappa) for pair in found.pairs]
    return Card(field, str(TITLES[field]), found, tuple(sorted(pairs, key=lambda row: row.names)))


def _sorted(names: Mapping[int, str], a: int, b: int) -> tuple[str, str]:
    first, second = sorted([names[a], names[b]])
    return first, second
