"""How much waits for an adjudicator, list by list, and since when: counted up to a limit, so that it stays quick."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from curation.adjudication import disputes, often_skipped, open_flags, unclear
from curation.contradictions import open_contradictions
from curation.disputes import Listing, listed
from curation.models.claims import Question
from curation.nobody_left import nobody_left
from curation.policies import current_policy
from curation.quarantine import open_quarantines

CAP = 999  # more is said as "999+"
CONTRADICTIONS = "contradictions"
UNCLEAR = "unclear"
LABELS: Mapping[str, Any] = dict(Listing.choices) | {
    CONTRADICTIONS: _("Contradictions"),
    UNCLEAR: _("Guideline unclear"),
}
LISTS: Mapping[str, Callable[[], QuerySet[Any, Any]]] = {
    Listing.QUARANTINED: open_quarantines,
    Listing.USABLE: lambda: disputes(Question.USABLE),
    Listing.ATTRIBUTES: lambda: disputes(Question.ATTRIBUTES),
    Listing.NOBODY_LEFT: nobody_left,
    Listing.FLAGS: open_flags,
    Listing.SKIPPED: often_skipped,
    CONTRADICTIONS: open_contradictions,
    UNCLEAR: lambda: unclear().filter(policy=current_policy()),
}


def capped(found: QuerySet[Any, Any], cap: int | None = None) -> int:
    """One more than the cap where there are more."""
    return found.order_by()[: (cap or CAP) + 1].count()


def counts() -> dict[str, int]:
    return {str(name): capped(make()) for name, make in LISTS.items()}


def oldest(listing: str) -> datetime | None:
    """Since when the first of a list waits: quick where that was counted to its end."""
    if listing == CONTRADICTIONS:
        return open_contradictions().order_by("found_at").values_list("found_at", flat=True).first()
    if listing == UNCLEAR:
        return None  # nobody waits for it
    since: datetime | None = listed(listing).order_by("since").values_list("since", flat=True).first()
    return since


def url_of(listing: str) -> str:
    return reverse(listing) if listing in (CONTRADICTIONS, UNCLEAR) else f"{reverse('disputes')}?list={listing}"
