"""The list of identities with what came of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation.yields import Yield, yields
from ingest.models import Identity

A_PAGE = 50
SORTS: Mapping[str, str | Promise] = {
    "": _("name"),
    "photos": _("photos"),
    "faces": _("faces"),
    "accepted": _("accepted"),
    "fewest": _("fewest accepted"),
    "yield": _("yield"),
    "priority": _("priority in the queue"),
}
MEASURES: Mapping[str, Callable[[Yield], float]] = {
    "photos": lambda one: one.photos,
    "faces": lambda one: one.faces,
    "accepted": lambda one: one.accepted,
    "fewest": lambda one: -one.accepted,
    "yield": lambda one: -1 if one.share is None else one.share,
}


@dataclass(frozen=True)
class Listed:
    identity: Identity
    counts: Yield


def chosen(asked: Mapping[str, Any]) -> QuerySet[Identity]:
    found = Identity.objects.all()
    if words := asked.get("q"):
        known_as = Q(name__icontains=words) | Q(aliases__icontains=words)
        found = found.filter(known_as | Q(wikidata_id__iexact=words))
    if asked.get("priority"):
        found = found.filter(priority=int(asked["priority"]))
    exact = {"state": "state", "race": "claimed_race", "gender": "claimed_gender"}
    return found.filter(**{column: asked[name] for name, column in exact.items() if asked.get(name)})


def page_of(found: QuerySet[Identity], *, sort: str, number: str | None) -> tuple[Page[int], list[Listed]]:
    """By name only this page's identities are counted; by a figure all of them must be."""
    if sort == "priority":
        found = found.order_by("-priority", "name", "pk")
    ids = list(found.values_list("pk", flat=True))
    counts = yields(ids) if sort in MEASURES else {}
    if sort in MEASURES:
        ids.sort(key=lambda pk: -MEASURES[sort](counts[pk]))  # stable: by name where figures are equal
    page = Paginator(ids, A_PAGE).get_page(number)
    shown = list(page.object_list)
    counts = counts or yields(shown)
    people = Identity.objects.select_related("approved_by", "merged_into").in_bulk(shown)
    return page, [Listed(people[pk], counts[pk]) for pk in shown]
