"""What every page's bar shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.models import Profile
from ingest.decisions import held
from mtf_site.roles import Role, roles_of

IN_LINE = 7  # entries of the bar, beside the tools of a review screen at 1280 pixels


@dataclass(frozen=True)
class Page:
    name: str
    label: str
    roles: frozenset[Role]
    count: Callable[[], int] | None = None  # of what waits there
    also: str = ""  # another page that belongs under this entry

    def holds(self, path: str) -> bool:
        return any(path.startswith(reverse(name)) for name in (self.name, self.also) if name)


def _pages() -> Iterator[Page]:
    everyone_above = {Role.ADMIN, Role.AUDITOR}
    yield Page("review", _("Review"), frozenset({Role.REVIEWER, Role.ADJUDICATOR}))
    yield Page("disputes", _("Disputes"), frozenset({Role.ADJUDICATOR, Role.AUDITOR}))
    yield Page("faces", _("Faces"), frozenset({*everyone_above, Role.ADJUDICATOR}))
    yield Page("identities", _("Identities"), frozenset(everyone_above))
    yield Page("jobs", _("Crawl jobs"), frozenset(everyone_above))
    yield Page("licences", _("Licences"), frozenset(everyone_above), lambda: held().count())
    yield Page("photos", _("Photos"), frozenset(everyone_above), also="candidates")
    yield Page("policies", _("Policies"), frozenset(everyone_above))
    yield Page("balance", _("Balance"), frozenset(everyone_above))
    yield Page("quality", _("Quality"), frozenset({*everyone_above, Role.ADJUDICATOR}))
    yield Page("gold", _("Gold"), frozenset(everyone_above))
    yield Page("people", _("People"), frozenset(everyone_above))
    yield Page("releases", _("Releases"), frozenset({*everyone_above, Role.RELEASE_MANAGER}))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The pages that this person's roles open, in the order of the work; the one they are on is marked.

    Where they are more than a line holds, the later ones go into a menu at its end.
    """
    roles = roles_of(request.user) if hasattr(request, "user") else frozenset()
    links = [
        {
            "label": page.label,
            "url": reverse(page.name),
            "active": page.holds(request.path),
            "count": page.count() if page.count else 0,
        }
        for page in _pages()
        if page.roles & roles
    ]
    here = links if len(links) <= IN_LINE else links[: IN_LINE - 1]
    return {"nav": here, "more_nav": links[len(here) :], "roles": sorted(roles), "theme": _theme(request)}


def _theme(request: HttpRequest) -> str:
    """What the person chose, from the cookie that saving and signing in set: no page asks the database for it."""
    said = request.COOKIES.get("theme", "")
    return said if said in (Profile.Theme.LIGHT, Profile.Theme.DARK) else ""
